"""Answers of each API that say 'ok' and no more."""

from __future__ import annotations

import json
from typing import Any

from .wire import Answer, Sent


def plain_answer(sent: Sent) -> Answer:
    """An answer to a request whose answer nobody looks at."""
    return Answer(json.dumps(_plain_body(sent.url)).encode())


def _plain_body(url: str) -> dict[str, Any]:
    return {}
