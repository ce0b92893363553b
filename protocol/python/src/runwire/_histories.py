"""Keeps the histories of model requests, of which a daemon sends only what is new."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


class KeptHistories:
    """The latest history of each model of a run."""

    def __init__(self) -> None:
        self.latest: dict[str, tuple[str, list[Any]]] = {}

    def complete(self, params: Json) -> Json | None:
        """A request with its whole history; None when that continues one which is not kept here."""
        request = dict(params)
        history = request.pop('history', None)
        if history is None:
            return request
        messages: list[Any] = request['messages']
        base = history.get('base')
        if base is not None:
            digest, kept = self.latest.get(request['model'], ('', []))
            if digest != base['digest']:
                return None
            messages = kept[: base['count']] + messages
        self.latest[request['model']] = (history['digest'], messages)
        # A model may change its own list.
        return {**request, 'messages': list(messages)}
