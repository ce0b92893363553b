"""Outputs: types of the program, as what `run/start` takes, and back."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeAlias, TypeGuard, cast

from pydantic import TypeAdapter, ValidationError
from pydantic_core import to_json
from typing_extensions import TypeVar

from ._errors import RunwireError
from .protocol import DeferredToolRequests, RunResult

T = TypeVar('T')
T_co = TypeVar('T_co', covariant=True)
Json: TypeAlias = dict[str, Any]

_DEFAULT_TOOL = 'final_result'


@dataclass(frozen=True)
class OutputMarker(Generic[T_co]):
    """A type, and how the model is to give it."""

    type: type[T_co]
    name: str | None = None
    """Name of the type, for the model; of the tool, with `ToolOutput`."""
    description: str | None = None


@dataclass(frozen=True)
class ToolOutput(OutputMarker[T_co]):
    """An output that the model gives by calling a tool."""

    max_retries: int | None = None


@dataclass(frozen=True)
class NativeOutput(OutputMarker[T_co]):
    """An output by the structured output of the provider."""


@dataclass(frozen=True)
class PromptedOutput(OutputMarker[T_co]):
    """An output as JSON text, which a prompt asks for; `{schema}` in the template is replaced."""

    template: str | None = None


OutputSpec: TypeAlias = 'type[T] | OutputMarker[T]'
"""The output of a run; a list of these lets the model choose."""


class Outputs(Generic[T]):
    """The outputs that a run may have."""

    def __init__(self, output_type: OutputSpec[T] | Sequence[Any]) -> None:
        is_list = isinstance(output_type, Sequence) and not isinstance(output_type, str)
        given: list[Any] = list(cast('Sequence[Any]', output_type)) if is_list else [output_type]
        self.allows_deferred = DeferredToolRequests in given
        self._items = _named([_Item(item) for item in given if item is not DeferredToolRequests])
        if not self._items:
            raise TypeError('`output_type` needs an output beside `DeferredToolRequests`, for example `str`.')

    @property
    def spec(self) -> Json | None:
        """The field `output` of `run/start`; None for text."""
        specs = [item.spec for item in self._items]
        if self.allows_deferred:
            specs.append({'type': 'deferred'})
        if len(specs) > 1:
            return {'anyOf': specs}
        return None if specs[0] == {'type': 'text'} else specs[0]

    @property
    def is_text(self) -> bool:
        """Whether every output is text, which needs no check."""
        return all(item.is_text for item in self._items)

    def parse(self, value: Any, tool_name: str | None) -> Any:
        """An output that a validator is to see, as its type. Raises `ValidationError`."""
        items = self._items
        if len(items) > 1:
            named = [item for item in items if tool_name in (item.tool_name, f'{_DEFAULT_TOOL}_{item.name}')]
            texts = [item for item in items if item.is_text and tool_name is None and isinstance(value, str)]
            items = texts or named or [item for item in items if not item.is_text]
        for item in items[:-1]:
            with contextlib.suppress(ValidationError):
                return item.parse(value)
        return items[-1].parse(value)

    def read(self, result: RunResult) -> T:
        """The output of a result that has one."""
        if result.outcome == 'deferred':
            return cast(T, result.deferred)
        return cast(T, self._item_of(result).read(result.output))

    def _item_of(self, result: RunResult) -> _Item:
        name = result.output_name
        for item in self._items:
            if len(self._items) == 1 or (item.is_text if name is None else item.name == name):
                return item
        raise RunwireError(f'Run {result.run_id!r} has an output of the unknown name {name!r}.')


class _Item:
    """One output: text, or a type with its schema."""

    def __init__(self, given: Any) -> None:
        self._marked: OutputMarker[Any] = given if _is_marked(given) else OutputMarker(given)
        self.is_text = given is str
        self._adapter: TypeAdapter[Any] = TypeAdapter(self._marked.type)
        self._schema = self._adapter.json_schema()
        self.tool_name = self._marked.name if isinstance(self._marked, ToolOutput) else None
        self.name = self._marked.name or str(self._schema.get('title') or self._schema.get('type') or 'output')

    @property
    def spec(self) -> Json:
        if self.is_text:
            return {'type': 'text'}
        marked = self._marked
        spec: Json = {'schema': self._schema, 'name': self.name}
        if marked.description:
            spec['description'] = marked.description
        if isinstance(marked, ToolOutput):
            spec |= {'mode': 'tool'} | ({'toolName': marked.name} if marked.name else {})
            if marked.max_retries is not None:
                spec['maxRetries'] = marked.max_retries
        elif isinstance(marked, NativeOutput):
            spec['mode'] = 'native'
        elif isinstance(marked, PromptedOutput):
            spec |= {'mode': 'prompted'} | ({'template': marked.template} if marked.template else {})
        return spec

    def parse(self, value: Any) -> Any:
        return value if self.is_text else self._adapter.validate_json(to_json(value))

    def read(self, value: Any) -> Any:
        try:
            return self.parse(value)
        except ValidationError as error:
            raise RunwireError(f'The output passed its JSON Schema, and not {self.name}: {error}') from error


def _is_marked(given: Any) -> TypeGuard[OutputMarker[Any]]:
    return isinstance(given, OutputMarker)


def _named(items: list[_Item]) -> list[_Item]:
    """Gives each output a name of its own."""
    taken: set[str] = set()
    for item in items:
        base, number = item.name, 2
        while item.name in taken:
            item.name, number = f'{base}_{number}', number + 1
        taken.add(item.name)
    return items
