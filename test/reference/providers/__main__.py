"""Writes what Pydantic AI sends to each provider, and what it knows of models and does to schemas for them.

Usage: python -m providers --write           makes the vectors anew
       python -m providers --check           names what would be sent otherwise than the vectors hold it
       python -m providers --show ROW TEXT   prints the requests of a row for cases with the text in their names
"""

from __future__ import annotations

import asyncio
import difflib
import json
import sys
import warnings
from importlib.metadata import version
from typing import Any

from . import profiles, schemas, wire
from .cases import ROWS, cases_of
from .files import ALL_VECTORS
from .models import prepare_environment
from .requests import captured
from .vectors import documents

RANDOM_SCHEMAS, SEED = 24, 7


def main() -> int:
    warnings.simplefilter("ignore")
    prepare_environment()
    wire.install()
    match sys.argv[1:]:
        case ["--write"]:
            return _write(asyncio.run(_documents()))
        case ["--check"]:
            return _check(asyncio.run(_documents()))
        case ["--show", row, text]:
            return asyncio.run(_show(row, text))
    print(__doc__, file=sys.stderr)
    return 2


async def _documents() -> dict[str, str]:
    """The texts of all files by their names below `test/vectors`."""
    bodies = documents([(case, await captured(case)) for row in ROWS for case in cases_of(row)])
    return {
        **{f"provider-bodies/{name}": text for name, text in bodies.items()},
        "providers/profiles.json": _table(profiles.vectors()),
        "providers/schemas.json": _table({"seed": SEED, "cases": list(schemas.cases(RANDOM_SCHEMAS, SEED))}),
    }


def _table(table: dict[str, Any]) -> str:
    document = {"engine": version("pydantic-ai-slim"), **table}
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")) + "\n"


def _stored() -> dict[str, str]:
    folders = ("provider-bodies/bodies", "providers")
    files = [ALL_VECTORS / "provider-bodies/endpoints.json"]
    files += [file for folder in folders for file in sorted((ALL_VECTORS / folder).glob("*.json"))]
    return {str(file.relative_to(ALL_VECTORS)): file.read_text() for file in files if file.exists()}


def _write(fresh: dict[str, str]) -> int:
    for name in _stored().keys() - fresh.keys():
        (ALL_VECTORS / name).unlink()
    for name, text in fresh.items():
        (ALL_VECTORS / name).parent.mkdir(exist_ok=True)
        (ALL_VECTORS / name).write_text(text)
    return 0


def _check(fresh: dict[str, str]) -> int:
    """Compares with what is stored. A file that was never stored and one that is no longer made are differences, too."""
    stored = _stored()
    differing = [name for name in sorted({**stored, **fresh}) if stored.get(name) != fresh.get(name)]
    for name in differing:
        before, now = stored.get(name, "").splitlines(), fresh.get(name, "").splitlines()
        changes = difflib.unified_diff(before, now, f"stored/{name}", f"now/{name}", lineterm="", n=0)
        # A line of a table may be the whole table.
        print("\n".join(line[:2_000] for line in changes))
    print(f"{len(fresh) - len(differing)} of {len(fresh)} files as they are stored", file=sys.stderr)
    return 1 if differing else 0


async def _show(row: str, text: str) -> int:
    shown = 0
    for case in cases_of(row):
        if text in case.name:
            shown += 1
            print(f"== {case.kind}: {case.name} ({case.model})")
            print(json.dumps(await captured(case), ensure_ascii=False, indent=1))
    return 0 if shown else 2


if __name__ == "__main__":
    sys.exit(main())
