"""Plays scenarios on the installed Pydantic AI.

Usage: python -m engine                  plays one scenario a line from the input to the output
       python -m engine --write FILE...  writes what came out into the files
       python -m engine --check FILE...  names what came out otherwise than the files hold it
"""

from __future__ import annotations

import asyncio
import json
import sys
import warnings
from pathlib import Path
from typing import Any

from .play import play


def main() -> int:
    # Nobody reads what Pydantic AI has to say about odd scenarios; they are odd on purpose.
    warnings.simplefilter("ignore")
    match sys.argv[1:]:
        case []:
            return asyncio.run(_play_lines())
        case ["--write", *files]:
            return asyncio.run(_write(files))
        case ["--check", *files]:
            return asyncio.run(_check(files))
    print(__doc__, file=sys.stderr)
    return 2


async def _play_lines() -> int:
    for line in sys.stdin:
        print(_compact(await _play(json.loads(line))), flush=True)
    return 0


async def _play(scenario: dict[str, Any]) -> dict[str, Any]:
    """Plays a scenario; one that this version or this player cannot play does not keep the others from being played."""
    try:
        return await play(scenario)
    except Exception as error:
        return {**scenario, "expected": {"v2": {"unplayable": f"{type(error).__name__}: {error}"}}}


async def _write(files: list[str]) -> int:
    for file in map(Path, files):
        text = file.read_text()
        played = await play(json.loads(text))
        is_indented = text.startswith("{\n")
        file.write_text((json.dumps(played, ensure_ascii=False, indent=1) if is_indented else _compact(played)) + "\n")
    return 0


async def _check(files: list[str]) -> int:
    """Plays the files again and names each field that came out otherwise than they hold it."""
    differing = 0
    for file in map(Path, files):
        golden = json.loads(file.read_text())
        differences = list(_differences(golden["expected"]["v2"], (await _play(golden))["expected"]["v2"]))
        differing += bool(differences)
        for path, wanted, actual in differences:
            print(f"{file.stem}: {path}: expected {_compact(wanted)}, is {_compact(actual)}")
    print(f"{len(files) - differing} of {len(files)} scenarios as expected", file=sys.stderr)
    return 1 if differing else 0


def _differences(wanted: Any, actual: Any, path: str = ""):
    if isinstance(wanted, dict) and isinstance(actual, dict):
        for key in {**wanted, **actual}:
            yield from _differences(wanted.get(key, "(absent)"), actual.get(key, "(absent)"), f"{path}.{key}")
    elif isinstance(wanted, list) and isinstance(actual, list) and len(wanted) == len(actual):
        for index, (one, other) in enumerate(zip(wanted, actual, strict=True)):
            yield from _differences(one, other, f"{path}[{index}]")
    elif wanted != actual or isinstance(wanted, bool) is not isinstance(actual, bool):
        yield path, wanted, actual


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


if __name__ == "__main__":
    sys.exit(main())
