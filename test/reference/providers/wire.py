"""Takes the place of the network: what a provider package sends is kept, and what it reads comes from a script.

Addresses stay those of the providers, so that what depends on an address behaves as it does in use; nothing leaves this
process. The packages send through httpx, httpx2, botocore's urllib3 and gRPC (xAI); the last is in `xai_wire`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import botocore.awsrequest
import botocore.httpsession
import httpx
import httpx2
from pydantic_ai import _ssrf

from .files import file_at


@dataclass
class Sent:
    """A request as it would have gone over the wire."""

    url: str
    headers: dict[str, str]
    body: Any


@dataclass
class Answer:
    body: bytes
    status: int = 200
    content_type: str = "application/json"


@dataclass
class Wire:
    """The requests of one call of a model, and the answer to each of them."""

    answer: Callable[[Sent], Answer]
    sent: list[Sent] = field(default_factory=list)

    def take(self, url: str, headers: Any, body: bytes) -> Answer:
        # A fragment is a package's note to itself; it is never sent.
        request = Sent(url.partition("#")[0], {str(name).lower(): _text(value) for name, value in headers.items()}, json.loads(body))
        self.sent.append(request)
        return self.answer(request)


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


_wire: Wire | None = None


@contextmanager
def wired(answer: Callable[[Sent], Answer]) -> Iterator[Wire]:
    """The wire of what is sent meanwhile."""
    global _wire
    _wire = Wire(answer)
    try:
        yield _wire
    finally:
        _wire = None


def take(url: str, headers: Any, body: bytes) -> Answer:
    if _wire is None:
        raise RuntimeError(f"'{url}' was asked for outside of a case")
    return _wire.take(url, headers, body)


def install() -> None:
    """Puts the script in the place of every transport."""
    for package in (httpx, httpx2):
        package.AsyncHTTPTransport.handle_async_request = _httpx(package)
    botocore.httpsession.URLLib3Session.send = _botocore
    _ssrf.safe_download = _download


def _httpx(package: Any) -> Any:
    async def handle(_: Any, request: Any) -> Any:
        answer = take(str(request.url), request.headers, await request.aread())
        headers = {"content-type": answer.content_type, "request-id": "request-1"}
        return package.Response(answer.status, headers=headers, content=answer.body, request=request)

    return handle


def _botocore(_: Any, request: Any) -> Any:
    answer = take(request.url, request.headers, request.body or b"{}")
    headers = {"content-type": answer.content_type}
    return botocore.awsrequest.AWSResponse(request.url, answer.status, headers, _Raw(answer.body))


class _Raw:
    """As much of urllib3's response as botocore reads."""

    def __init__(self, body: bytes):
        self._body = body

    def stream(self, *_: Any, **__: Any) -> Iterator[bytes]:
        yield self._body

    def read(self, *_: Any) -> bytes:
        body, self._body = self._body, b""
        return body

    def close(self) -> None:
        pass


async def _download(url: str, **_: Any) -> httpx2.Response:
    media_type, data = file_at(url)
    return httpx2.Response(
        200, headers={"content-type": media_type}, content=data, request=httpx2.Request("GET", url)
    )
