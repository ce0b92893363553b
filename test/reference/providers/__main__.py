"""Captures what Pydantic AI sends to each provider.

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

from . import wire
from .cases import ROWS, cases_of
from .files import VECTORS
from .models import prepare_environment
from .requests import captured
from .vectors import BODIES, documents


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
    return documents([(case, await captured(case)) for row in ROWS for case in cases_of(row)])


def _stored() -> dict[str, str]:
    files = [VECTORS / "endpoints.json", *sorted(BODIES.glob("*.json"))]
    return {str(file.relative_to(VECTORS)): file.read_text() for file in files if file.exists()}


def _write(fresh: dict[str, str]) -> int:
    for name in _stored().keys() - fresh.keys():
        (VECTORS / name).unlink()
    for name, text in fresh.items():
        (VECTORS / name).parent.mkdir(exist_ok=True)
        (VECTORS / name).write_text(text)
    return 0


def _check(fresh: dict[str, str]) -> int:
    """Compares with what is stored. A file that was never stored and one that is no longer made are differences, too."""
    stored = _stored()
    differing = [name for name in sorted({**stored, **fresh}) if stored.get(name) != fresh.get(name)]
    for name in differing:
        before, now = stored.get(name, "").splitlines(), fresh.get(name, "").splitlines()
        print("\n".join(difflib.unified_diff(before, now, f"stored/{name}", f"now/{name}", lineterm="", n=0)))
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
