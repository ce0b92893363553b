"""Gives what changes from run to run the names that it has in the goldens."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

EPOCH = "2025-01-01T00:00:00Z"
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z")
_UUID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b")
_GENERATED = re.compile(r"\bpyd_ai_[0-9a-f]{32}\b")
_MEASURED = re.compile(rf'("timestamp":\s*"{EPOCH}",\s*"duration":\s*")PT[0-9.E-]+S"')
_SET = re.compile(r"\{('[^{}:]*')\}")
_UUID_NAMES = {"run_id": "run", "conversation_id": "conv", "tool_call_id": "call", "enqueue_id": "enq"}


class Normalizer:
    """Names ids by their first appearance and replaces times of the clock: those since the normalizer was made."""

    def __init__(self) -> None:
        self._start = datetime.now(UTC)
        self._names: dict[str, str] = {}
        self._counts: dict[str, int] = {}

    def normalize(self, value: Any, key: str = "") -> Any:
        if isinstance(value, list):
            return [self.normalize(item, key) for item in value]
        if isinstance(value, dict):
            return self._mapping(value)
        return self._text(value, key) if isinstance(value, str) else value

    def _mapping(self, value: dict[str, Any]) -> dict[str, Any]:
        # Results of deferred calls stand under the ids of their calls.
        named = {self._text(name, "tool_call_id"): self.normalize(item, name) for name, item in value.items()}
        if "duration" in named and named.get("timestamp") == EPOCH != value["timestamp"]:
            named["duration"] = "PT0S"
        return named

    def _text(self, text: str, key: str) -> str:
        text = _TIME.sub(self._time, text)
        text = _UUID.sub(lambda found: self._name(found[0], _UUID_NAMES.get(key, "uuid")), text)
        text = _GENERATED.sub(lambda found: self._name(found[0], "auto"), text)
        text = _MEASURED.sub(r'\1PT0S"', text)
        return _SET.sub(_sorted, text) if key == "message" else text

    def _time(self, found: re.Match[str]) -> str:
        time = datetime.fromisoformat(found[0].replace("Z", "+00:00"))
        return EPOCH if self._start <= time <= datetime.now(UTC) else found[0]

    def _name(self, id: str, prefix: str) -> str:
        if id not in self._names:
            self._counts[prefix] = self._counts.get(prefix, 0) + 1
            self._names[id] = f"{prefix}-{self._counts[prefix]}"
        return self._names[id]


def _sorted(found: re.Match[str]) -> str:
    """The order of a set of strings differs from process to process."""
    return f"{{{', '.join(sorted(found[1].split(', ')))}}}"
