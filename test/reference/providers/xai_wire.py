"""xAI is spoken to in gRPC: its requests are kept as the JSON form of their messages."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

from google.protobuf.json_format import MessageToDict, Parse
from pydantic_ai.providers.xai import XaiProvider
from xai_sdk import AsyncClient
from xai_sdk.proto import chat_pb2

from .wire import take

ADDRESS = "https://api.x.ai/xai_api.Chat"


class _Stub:
    """As much of the generated stub as the client calls."""

    async def GetCompletion(self, request: Any, **_: Any) -> Any:
        answer = _take("GetCompletion", request)
        return Parse(answer, chat_pb2.GetChatCompletionResponse())

    async def GetCompletionChunk(self, request: Any, **_: Any) -> AsyncIterator[Any]:
        answer = _take("GetCompletionChunk", request)
        yield Parse(answer, chat_pb2.GetChatCompletionChunk())


def _take(method: str, request: Any) -> bytes:
    body = MessageToDict(request, preserving_proto_field_name=True)
    return take(f"{ADDRESS}/{method}", {}, json.dumps(body).encode()).body


class _Files:
    """The files that a request uploads before it is sent."""

    async def upload(self, *_: Any, **__: Any) -> Any:
        return SimpleNamespace(id="file-uploaded")


def xai_provider(key: str) -> XaiProvider:
    client = AsyncClient(api_key=key)
    client.chat._stub = _Stub()
    client.files = _Files()
    return XaiProvider(xai_client=client)
