"""The types that scenarios write as text: `int`, `list[int]`, `str | None`, `int=1`."""

from __future__ import annotations

import ast
import inspect
from typing import Any, Optional

_NAMES = {
    "str": str,
    "int": int,
    "float": float,
    "bool": bool,
    "list": list,
    "List": list,
    "dict": dict,
    "Optional": Optional,
    "Any": Any,
    "any": Any,
    "None": None,
    "none": None,
}


def python_type(text: str) -> Any:
    """Returns the type that a scenario names; `None` stands for itself."""
    try:
        return eval(text, {"__builtins__": {}}, _NAMES)  # scenarios are our own files
    except NameError as error:
        raise ValueError(f"the scenario has the type {text!r}, which the player does not know") from error


def declaration(text: str) -> tuple[Any, Any]:
    """Splits `int=1` into its type and its default; without a default the latter is `inspect.Parameter.empty`."""
    type_text, has_default, default = text.partition("=")
    return python_type(type_text.strip()), _literal(default.strip()) if has_default else inspect.Parameter.empty


def _literal(text: str) -> Any:
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text


def with_signature(function: Any, name: str, first: tuple[str, Any], params: dict[str, str]) -> Any:
    """Gives an async function with `**kwargs` the name and the parameters that Pydantic AI reads from it."""
    first_name, first_type = first
    parameters = [inspect.Parameter(first_name, inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=first_type)]
    annotations = {first_name: first_type}
    for param, text in params.items():
        annotation, default = declaration(text)
        annotations[param] = annotation
        parameters.append(
            inspect.Parameter(param, inspect.Parameter.KEYWORD_ONLY, annotation=annotation, default=default)
        )
    function.__name__ = function.__qualname__ = name
    function.__doc__ = None
    function.__annotations__ = annotations
    function.__signature__ = inspect.Signature(parameters)
    return function
