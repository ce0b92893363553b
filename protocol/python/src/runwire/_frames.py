"""JSON values in `Content-Length` frames."""

from __future__ import annotations

import asyncio
import json
from typing import Any, cast

from ._errors import RunwireError


async def read_frame(stream: asyncio.StreamReader) -> dict[str, Any] | None:
    """Reads the next message; None at the end of the stream. Raises `RunwireError` for what is not a frame."""
    length: int | None = None
    try:
        while (line := await stream.readuntil(b'\r\n')) != b'\r\n':
            name, _, value = line.partition(b':')
            if name.strip().lower() == b'content-length':
                length = int(value)
        if length is None:
            raise ValueError('no Content-Length')
        message: Any = json.loads(await stream.readexactly(length))
    except asyncio.IncompleteReadError:
        return None
    except (ValueError, asyncio.LimitOverrunError) as error:
        raise RunwireError(f'The daemon sent what is not a frame: {error}.') from error
    if not isinstance(message, dict):
        raise RunwireError('The daemon sent a frame that holds no object.')
    return cast('dict[str, Any]', message)


def frame(message: dict[str, Any]) -> bytes:
    """Encodes a message. Raises `ValueError` or `TypeError` for what JSON cannot hold."""
    text = json.dumps(message, ensure_ascii=False, allow_nan=False, separators=(',', ':'))
    try:
        body = text.encode()
    except UnicodeEncodeError:  # half of a surrogate pair, which JSON can only escape
        body = json.dumps(message, allow_nan=False, separators=(',', ':')).encode()
    return b'Content-Length: %d\r\n\r\n%b' % (len(body), body)
