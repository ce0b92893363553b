"""Pydantic AI with a model in this process: prints what its runs cost in milliseconds of CPU."""

import asyncio
import json
import sys
import time

from pydantic_ai import Agent
from pydantic_ai.messages import ModelRequest, ModelResponse, TextPart, ToolCallPart, ToolReturnPart
from pydantic_ai.models.function import FunctionModel
from pydantic_ai.usage import UsageLimits


def agent_of(steps: int, deltas: int = 0) -> Agent:
    def answer(messages, _info):
        done = sum(
            isinstance(part, ToolReturnPart)
            for message in messages
            if isinstance(message, ModelRequest)
            for part in message.parts
        )
        if done < steps:
            return ModelResponse([ToolCallPart('look', {'topic': 'a'}, f'call-{done}')])
        return ModelResponse([TextPart('done')])

    async def stream(_messages, _info):
        for _ in range(deltas):
            yield 'word '

    agent = Agent(FunctionModel(answer, stream_function=stream))

    @agent.tool_plain
    def look(topic: str) -> str:
        return 'yes'

    return agent


async def run(steps: int) -> None:
    await agent_of(steps).run('hi', usage_limits=UsageLimits(request_limit=None))


async def stream(deltas: int) -> None:
    async with agent_of(0, deltas).run_stream('hi') as result:
        async for _ in result.stream_text(delta=True, debounce_by=None):
            pass


async def cpu_of(work, count: int, width: int = 1) -> float:
    before = time.process_time()
    for _ in range(count // width):
        await asyncio.gather(*(work() for _ in range(width)))
    return (time.process_time() - before) * 1000 / count


async def main() -> None:
    steps, deltas = int(sys.argv[1]), int(sys.argv[2])
    first = await cpu_of(lambda: run(0), 100)
    await cpu_of(lambda: run(steps), 2)
    text = await cpu_of(lambda: run(0), 100)
    whole = await cpu_of(lambda: run(steps), 3)
    many = await cpu_of(lambda: run(steps), 16, 16)
    await stream(50)
    streamed = await cpu_of(lambda: stream(deltas), 3)
    step, step_at_16 = (whole - text) / steps, (many - text) / steps
    print(json.dumps({'first': first, 'text': text, 'step': step, 'stepAt16': step_at_16, 'deltas': streamed}))


asyncio.run(main())
