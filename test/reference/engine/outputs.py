"""The outputs of a scenario as Pydantic AI's output types."""

from __future__ import annotations

import inspect
from typing import Any, Union

from pydantic import BaseModel, create_model
from pydantic_ai import (
    DeferredToolRequests,
    NativeOutput,
    PromptedOutput,
    RunContext,
    StructuredDict,
    TextOutput,
    ToolOutput,
)

from .annotations import declaration, python_type, with_signature
from .behaviour import Steps, output_result
from .log import Log


def output_type(spec: Any, log: Log) -> Any:
    """Returns the output type that a scenario describes: a name, null for text, or an object with its kind."""
    if spec is None:
        return str
    if isinstance(spec, str):
        return python_type(spec)
    return _KINDS[spec["kind"]](spec, log)


def _object(spec: dict[str, Any], log: Log) -> type[BaseModel]:
    fields = {}
    for name, text in spec["fields"].items():
        annotation, default = declaration(text)
        fields[name] = (annotation, ... if default is inspect.Parameter.empty else default)
    return create_model(spec["name"], __doc__=spec.get("doc"), **fields)


def _union(spec: dict[str, Any], log: Log) -> Any:
    return Union[tuple(output_type(one, log) for one in spec["of"])]  # the members are known at run time only


def _list(spec: dict[str, Any], log: Log) -> list[Any]:
    return [output_type(one, log) for one in spec["of"]]


def _options(spec: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: spec[name] for name in names if name in spec}


def _tool(spec: dict[str, Any], log: Log) -> Any:
    return ToolOutput(output_type(spec["of"], log), **_options(spec, "name", "description", "max_retries"))


def _native(spec: dict[str, Any], log: Log) -> Any:
    return NativeOutput(output_type(spec["of"], log), **_options(spec, "name", "description", "template"))


def _prompted(spec: dict[str, Any], log: Log) -> Any:
    return PromptedOutput(output_type(spec["of"], log), **_options(spec, "name", "description", "template"))


def _structured_dict(spec: dict[str, Any], log: Log) -> Any:
    return StructuredDict(spec["schema"], name=spec.get("name"), description=spec.get("description"))


def _scripted(spec: dict[str, Any], log: Log, params: dict[str, str]) -> Any:
    steps = Steps(spec["behaviour"])
    name = spec["name"]

    async def function(ctx: RunContext[None], **args: Any) -> Any:
        log.call("start", tool=name, args=args, tool_call_id=ctx.tool_call_id, retry=ctx.retry, run_step=ctx.run_step)
        log.call("end", tool=name, tool_call_id=ctx.tool_call_id)
        return output_result(steps.next(), args["text"] if spec["kind"] == "text_function" else args)

    return with_signature(function, name, ("ctx", RunContext[None]), params)


def _function(spec: dict[str, Any], log: Log) -> Any:
    function = _scripted(spec, log, spec["params"])
    function.__doc__ = spec.get("description")
    return function


def _text_function(spec: dict[str, Any], log: Log) -> Any:
    function = _scripted(spec, log, {"text": "str"})

    async def text_function(ctx: RunContext[None], text: str) -> Any:
        return await function(ctx, text=text)

    text_function.__name__ = spec["name"]
    text_function.__annotations__ = {"ctx": RunContext[None], "text": str}
    return TextOutput(text_function)


_KINDS = {
    "object": _object,
    "union": _union,
    "list": _list,
    "tool": _tool,
    "native": _native,
    "prompted": _prompted,
    "structured_dict": _structured_dict,
    "function": _function,
    "text_function": _text_function,
    "deferred": lambda spec, log: DeferredToolRequests,
}
