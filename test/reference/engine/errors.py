"""Exceptions as the goldens hold them."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter
from pydantic_ai import FallbackExceptionGroup, ModelRetry


def error_of(error: BaseException) -> dict[str, Any]:
    """Returns type, message and cause of an exception, and what a group of fallback models holds."""
    described = _named(error)
    if error.__cause__ is not None:
        described["cause"] = _cause(error.__cause__)
    if isinstance(error, BaseExceptionGroup):
        described["exceptions"] = [_named(one) for one in error.exceptions]
    if isinstance(error, FallbackExceptionGroup) and getattr(error, "attempts", ()):
        described["attempts"] = [_dump(attempt) for attempt in error.attempts]
    return described


def _named(error: BaseException) -> dict[str, Any]:
    return {"type": type(error).__name__, "message": str(error)}


def _cause(cause: BaseException) -> dict[str, Any]:
    # The texts of the others are made for people, or internal.
    return _named(cause) if type(cause) is ModelRetry else {"type": type(cause).__name__}


def _dump(attempt: Any) -> Any:
    return TypeAdapter(type(attempt)).dump_python(attempt, mode="json")
