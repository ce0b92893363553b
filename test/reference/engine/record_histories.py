"""Makes histories with whatever version of Pydantic AI is installed, from 0.0.40 on, and writes them one a line."""

from __future__ import annotations

import asyncio
import json
import warnings
from collections.abc import AsyncIterator
from typing import Any

import pydantic_ai
from pydantic import BaseModel
from pydantic_ai import Agent, ModelRetry
from pydantic_ai.messages import (
    BinaryContent,
    ImageUrl,
    ModelMessagesTypeAdapter,
    ModelResponse,
    TextPart,
    ToolCallPart,
)
from pydantic_ai.models.function import FunctionModel
from pydantic_ai.models.test import TestModel

# What was a result became an output with 0.1.
IS_OLD = not hasattr(pydantic_ai, "ToolOutput")
OUTPUT = "result_type" if IS_OLD else "output_type"
VALIDATOR = "result_validator" if IS_OLD else "output_validator"


class City(BaseModel):
    name: str
    population: int


def call(tool: str, args: Any, id: str | None) -> ToolCallPart:
    return ToolCallPart(tool_name=tool, args=args, **({} if id is None else {"tool_call_id": id}))


def scripted(*responses: list[Any]) -> FunctionModel:
    left = list(responses)
    return FunctionModel(lambda messages, info: ModelResponse(parts=left.pop(0)))


def agent_of(model: Any, **options: Any) -> Agent[None, Any]:
    """Returns an agent with a tool that adds, and one that asks for another try at first."""
    agent: Agent[None, Any] = Agent(model, retries=2, **options)
    tries = 0

    @agent.tool_plain
    def add(x: int, y: int = 1) -> dict[str, int]:
        return {"sum": x + y}

    @agent.tool_plain
    def flaky(x: int) -> str:
        nonlocal tries
        tries += 1
        if tries == 1:
            raise ModelRetry("not yet")
        return "done"

    return agent


async def text_and_tools() -> Any:
    agent = agent_of(TestModel(), system_prompt="Be terse.")
    return await agent.run("hello")


async def retries_of_a_tool() -> Any:
    calls = [[call("flaky", {"x": 1}, "c1")], [call("flaky", '{"x": "q"}', "c2")], [call("flaky", {"x": 2}, "c3")]]
    return await agent_of(scripted(*calls, [TextPart("ok")])).run("try")


async def unknown_tool() -> Any:
    return await agent_of(scripted([call("nope", {}, "c1"), call("add", {"x": 1}, "c2")], [TextPart("ok")])).run("go")


async def calls_without_ids() -> Any:
    return await agent_of(scripted([call("add", {"x": 1}, None)], [TextPart("ok")])).run("add")


async def structured_output() -> Any:
    model = scripted(
        [call("final_result", {"name": "Oslo"}, "f1")],
        [call("final_result", {"name": "Oslo", "population": 7}, "f2")],
    )
    return await agent_of(model, **{OUTPUT: City}).run("where?")


async def text_that_is_no_output() -> Any:
    model = scripted([TextPart("Oslo, I think.")], [call("final_result", {"name": "Oslo", "population": 7}, "f1")])
    return await agent_of(model, **{OUTPUT: City}).run("where?")


async def validated_text() -> Any:
    agent = agent_of(scripted([TextPart("quiet")], [TextPart("LOUD")]))

    @getattr(agent, VALIDATOR)
    def loud(output: str) -> str:
        if not output.isupper():
            raise ModelRetry("shout")
        return output

    return await agent.run("say it")


async def several_turns() -> Any:
    agent = agent_of(scripted([call("add", {"x": 1}, "c1")], [TextPart("2")], [TextPart("still 2 — é 😀")]))
    first = await agent.run("add")
    return await agent.run("and now?", message_history=first.all_messages())


async def pictures() -> Any:
    picture = BinaryContent(data=b"\x00\x01\x02\xff", media_type="image/png")
    agent = agent_of(scripted([TextPart("seen")]))
    return await agent.run(["look", ImageUrl(url="https://x.test/a.png"), picture])


async def streamed() -> Any:
    async def pieces(messages: Any, info: Any) -> AsyncIterator[str]:
        for piece in ("Hel", "lo ", "world"):
            yield piece

    async with agent_of(FunctionModel(stream_function=pieces)).run_stream("hello") as result:
        await (result.get_data() if IS_OLD else result.get_output())
    return result


async def instructed_and_thinking() -> Any:
    """What the first versions did not have: instructions, thinking, usage of a response, a failed tool."""
    from pydantic_ai.messages import ThinkingPart
    from pydantic_ai.usage import RequestUsage

    parts = [ThinkingPart("hm", signature="s"), TextPart("yes")]
    response = ModelResponse(parts=parts, usage=RequestUsage(input_tokens=3, output_tokens=2), finish_reason="stop")
    model = FunctionModel(lambda messages, info: response)
    return await agent_of(model, instructions="Be exact.").run("is it?")


async def left_to_others() -> Any:
    from pydantic_ai import DeferredToolRequests, DeferredToolResults, ToolDenied

    model = scripted([call("rm", {"path": "/"}, "r1"), call("add", {"x": 1}, "c1")], [TextPart("well")])
    agent = agent_of(model, output_type=[str, DeferredToolRequests])
    agent.tool_plain(requires_approval=True)(_rm)
    first = await agent.run("clean up")
    denied = DeferredToolResults(approvals={"r1": ToolDenied("no")})
    return await agent.run(message_history=first.all_messages(), deferred_tool_results=denied)


def _rm(path: str) -> str:
    return f"{path} is gone"


_rm.__name__ = "rm"

HISTORIES = [
    text_and_tools,
    retries_of_a_tool,
    unknown_tool,
    calls_without_ids,
    structured_output,
    text_that_is_no_output,
    validated_text,
    several_turns,
    pictures,
    streamed,
    *([] if IS_OLD else [instructed_and_thinking, left_to_others]),
]


async def main() -> None:
    warnings.simplefilter("ignore")
    for make in HISTORIES:
        result = await make()
        text = ModelMessagesTypeAdapter.dump_json(result.all_messages()).decode()
        print(json.dumps({"name": make.__name__.replace("_", " "), "text": text}))


if __name__ == "__main__":
    asyncio.run(main())
