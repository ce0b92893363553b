"""What the scripted parts of a scenario saw during a run, in real order."""

from __future__ import annotations

from typing import Any

from pydantic_core import to_jsonable_python


class Log:
    """Calls of tools, validators and handlers, and the requests that the model got; both are taken run by run."""

    def __init__(self) -> None:
        self.calls: list[dict[str, Any]] = []
        self.model_requests: list[dict[str, Any]] = []

    def call(self, event: str, **fields: Any) -> None:
        self.calls.append({"event": event, **to_jsonable_python(fields)})

    def take(self) -> dict[str, Any]:
        """Returns what was logged since the last call, as the goldens name it; empty lists are left out."""
        taken = {"calls_log": self.calls, "model_requests": self.model_requests}
        self.calls, self.model_requests = [], []
        return {name: entries for name, entries in taken.items() if entries}
