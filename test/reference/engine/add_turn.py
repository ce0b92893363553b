"""Reads histories, one a line, adds a turn to each, and writes them as `all_messages_json` does."""

from __future__ import annotations

import asyncio
import json
import sys
import warnings

from pydantic_ai import Agent, ModelMessagesTypeAdapter, ModelRequest, ModelResponse, TextPart, UserError
from pydantic_ai.models.function import AgentInfo, FunctionModel


def _answer(messages: list[ModelRequest | ModelResponse], info: AgentInfo) -> ModelResponse:
    return ModelResponse(parts=[TextPart("That is all.")])


async def _with_turn(text: str) -> str:
    messages = ModelMessagesTypeAdapter.validate_json(text)
    agent = Agent(FunctionModel(_answer))
    try:
        result = await agent.run("And then?", message_history=messages)
    except UserError:
        # Open calls take no prompt; their history is written as it is.
        return ModelMessagesTypeAdapter.dump_json(messages).decode()
    return result.all_messages_json().decode()


async def main() -> None:
    warnings.simplefilter("ignore")
    for line in sys.stdin:
        print(json.dumps({"text": await _with_turn(line)}))


if __name__ == "__main__":
    asyncio.run(main())
