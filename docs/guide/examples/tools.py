import asyncio
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field
from runwire import ModelRetry, RunContext, Runwire, ToolFailed, ToolReturn, tool


# region tool
@dataclass
class Notes:
    texts: dict[str, str]


@tool
def read_note(
    ctx: RunContext[Notes],
    name: Annotated[str, Field(description='Name of the note, without a path.')],
    lines: Annotated[int, Field(gt=0, description='Most lines to return.')] = 20,
) -> str:
    """Reads a note. Names are those of `list_notes`."""
    ctx.progress(f'reading {name}')
    if '/' in name:
        raise ModelRetry('A name has no slashes. Call list_notes for the names.')
    if name not in ctx.deps.texts:
        raise ToolFailed(f'There is no note {name!r}.')
    return '\n'.join(ctx.deps.texts[name].split('\n')[:lines])


# endregion tool


# region result
def list_notes(ctx: RunContext[Notes]) -> ToolReturn:
    """Lists the names of all notes."""
    return ToolReturn(list(ctx.deps.texts), metadata={'took': '2 ms'})


# endregion result


async def main() -> None:
    async with Runwire() as rw:
        # region deps
        notes = Notes({'groceries': 'milk\nbread'})
        print(await rw.run('What is on my list?', model='test', tools=[list_notes, read_note], deps=notes))
        # endregion deps


asyncio.run(main())
