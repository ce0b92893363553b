"""The tables of the goldens: functions that Pydantic AI exports or keeps beside its models, row by row."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from pydantic import ValidationError
from pydantic_ai import RunUsage, ToolCallPart, ToolReturnPart
from pydantic_ai.models.function import _estimate_string_tokens
from pydantic_ai.models.test import _JsonSchemaTestData

from .messages import dump_messages, dump_usage, load_messages
from .models import usage_fields
from .normalize import Normalizer

Row = dict[str, Any]


def rows_of(scenario: dict[str, Any]) -> list[Row]:
    """Returns the rows of a table, one or more for each of its cases."""
    table = _TABLES[scenario["table"]]
    return [row for case in scenario["cases"] for row in table(case)]


def _test_data(case: Row) -> list[Row]:
    return [_generated(case["schema"], seed) for seed in case.get("seeds", [0, 1, 2])]


def _generated(schema: Any, seed: int) -> Row:
    row = {"schema": schema, "seed": seed}
    try:
        value = _JsonSchemaTestData(schema, seed).generate()
    except Exception as error:
        return {**row, "error": f"{type(error).__name__}: {error}"}
    return {**row, "value": value, **({"is_float": True} if isinstance(value, float) else {})}


def _token_estimate(case: str) -> list[Row]:
    return [{"text": case, "tokens": _estimate_string_tokens(case)}]


def _retry_text(case: Row) -> list[Row]:
    """Loads a retry-prompt, or with a cause the feedback that took its place, and shows it as a model sees it."""
    normalizer = Normalizer()
    fields = {key: value for key, value in case.items() if key != "cause"}
    kind = {"part_kind": "retry-prompt"}
    if "cause" in case:
        kind = {"part_kind": "retry-feedback", "retry": {"cause": case["cause"]}}
    messages = load_messages([{"kind": "request", "parts": [{**fields, **kind}]}])
    [part] = messages[0].parts
    row = {**case, "loaded": normalizer.normalize(dump_messages(messages))[0]["parts"][0]}
    if isinstance(part, ToolReturnPart):
        return [
            {**row, "model_response": part.model_response_str(), "model_response_object": part.model_response_object()}
        ]
    return [{**row, "model_response": part.model_response()}]


def _tool_return_text(case: Row) -> list[Row]:
    part = ToolReturnPart(tool_name="t", tool_call_id="c", **case)
    return [
        {**case, "model_response_str": part.model_response_str(), "model_response_object": part.model_response_object()}
    ]


def _args(case: Row) -> list[Row]:
    part = ToolCallPart(tool_name="t", tool_call_id="c", **case)
    return [
        {
            **case,
            "args_as_dict": part.args_as_dict(),
            "args_as_json_str": part.args_as_json_str(),
            "has_content": part.has_content(),
        }
    ]


def _wire(case: Row) -> list[Row]:
    """Reads message JSON, and writes it again when it was accepted."""
    row = {"name": case["name"], "input": case["json"]}
    normalizer = Normalizer()
    try:
        messages = load_messages(case["json"])
    except ValidationError as error:
        errors = [{"type": one["type"], "loc": list(one["loc"]), "msg": one["msg"]} for one in error.errors()]
        return [{**row, "rejected": {"type": "ValidationError", "errors": errors}}]
    return [{**row, "emitted": normalizer.normalize(dump_messages(messages))}]


def _usage_add(case: Row) -> list[Row]:
    a, b = RunUsage(**usage_fields(_counted(case["a"]))), RunUsage(**usage_fields(_counted(case["b"])))
    return [{**case, "sum": dump_usage(a + b), "a_after": dump_usage(a)}]


def _counted(given: Row) -> Row:
    return {key: value for key, value in deepcopy(given).items() if key != "total_tokens"}


_TABLES = {
    "test_data": _test_data,
    "token_estimate": _token_estimate,
    "retry_text": _retry_text,
    "tool_return_text": _tool_return_text,
    "args": _args,
    "wire": _wire,
    "usage_add": _usage_add,
}
