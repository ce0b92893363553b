"""The cases that both sides send: read from the vectors, with what a provider's own responses carry filled in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .files import VECTORS

ROWS: dict[str, dict[str, Any]] = json.loads((VECTORS / "rows.json").read_text())["rows"]


@dataclass
class Case:
    """One request of one model."""

    kind: str
    name: str
    row: str
    model: str
    given: dict[str, Any]

    @property
    def sender(self) -> str:
        """The row, and the model where it is not the first one."""
        return self.row if self.model == ROWS[self.row]["models"][0] else f"{self.row} @ {self.model}"


def cases_of(row: str) -> Iterator[Case]:
    models: list[str] = ROWS[row]["models"]
    for kind, given in _templates():
        if row not in given.get("rows", ROWS) or row in given.get("notRows", ()):
            continue
        chosen = given.get("models", "first")
        for index, model in enumerate(models):
            if index == 0 or chosen == "all" or (isinstance(chosen, list) and model in chosen):
                yield Case(kind, given["name"], row, model, _filled(given, ROWS[row]["own"]))


def _templates() -> Iterator[tuple[str, dict[str, Any]]]:
    for file in sorted((VECTORS / "cases").glob("*.json")):
        for case in json.loads(file.read_text())["cases"]:
            base = {key: value for key, value in case.items() if key != "each"}
            for suffix, changes in case.get("each", {"": {}}).items():
                yield file.stem, {**base, **changes, "name": f"{base['name']}{': ' if suffix else ''}{suffix}"}


def _filled(value: Any, own: dict[str, Any]) -> Any:
    """Puts what is the provider's own in the place of its name."""
    if isinstance(value, list):
        return [_filled(item, own) for item in value]
    if not isinstance(value, dict):
        return value
    rest = {key: _filled(item, own) for key, item in value.items() if key != "$own"}
    return {**own.get(value["$own"], {}), **rest} if "$own" in value else rest
