"""A program as its author would write it: checked by `mypy --strict` and `pyright`, wrong lines included, and run."""

from __future__ import annotations

import asyncio
from typing import Annotated

from pydantic import BaseModel, Field
from typing_extensions import assert_type

from runwire import (
    AgentRun,
    ApprovalRequest,
    DaemonGone,
    DeferredToolRequests,
    FunctionToolCallEvent,
    ModelRetry,
    RunContext,
    RunFailed,
    Runwire,
    ToolDenied,
    tool,
)


class Point(BaseModel):
    x: int
    y: int


@tool
async def weather(
    ctx: RunContext, city: Annotated[str, Field(description='Name of the city.')], days: int = 3
) -> dict[str, str]:
    """The weather in a city."""
    if not city:
        raise ModelRetry('Name a city.')
    ctx.progress(f'{city}, {days} days')
    return {'city': city, 'rain': 'showers'}


@tool(requires_approval=True)
def delete(path: str) -> str:
    """Deletes a file."""
    return f'deleted {path}'


async def ask(request: ApprovalRequest) -> bool | ToolDenied:
    return True if request.args.get('path') == 'a' else ToolDenied('Not that one.')


async def main() -> None:
    async with Runwire() as rw:
        point = await rw.run('where?', model='test', output_type=Point, tools=[weather, delete], on_approval=ask)
        assert_type(point, Point)
        assert_type(point.x, int)

        text = await rw.run('hi', model='test')
        assert_type(text, str)

        run: AgentRun[Point | DeferredToolRequests] = await rw.start(
            'hi', model='test', output_type=[Point, DeferredToolRequests], tools=[delete]
        )
        async for event in run.events():
            if isinstance(event, FunctionToolCallEvent):
                assert_type(event.part.tool_name, str)
        async for piece in run.stream_text(delta=True):
            assert_type(piece, str)

        chat = rw.conversation(model='test', output_type=Point)
        turn = await chat.start('hi')
        assert_type(await turn.output(), Point)

        try:
            await rw.run('hi', model='test', usage_limits={'request_limit': 0})
        except RunFailed as failed:
            assert_type(failed.kind, str)
            assert_type(failed.result.usage.requests, int)
        except DaemonGone as gone:
            assert_type(gone.stderr, str)

    print('ok', weather.name, delete('a'))


async def wrong(rw: Runwire) -> None:
    """Lines that a checker has to refuse: each would be an error without its comment, and a needless comment is one."""
    point = await rw.run('where?', output_type=Point)
    print(point.z)  # type: ignore[attr-defined]
    await rw.run('hi', timeout='soon')  # type: ignore[call-overload]
    await rw.run('hi', modle='test')  # type: ignore[call-overload]
    await rw.run('hi', on_approval='yes')  # type: ignore[call-overload]
    delete(path=3)  # type: ignore[arg-type]
    (await rw.start('hi')).stream_text(True)  # type: ignore[call-arg]


if __name__ == '__main__':
    asyncio.run(main())
