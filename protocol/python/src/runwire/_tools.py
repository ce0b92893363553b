"""Functions that the model may call."""

from __future__ import annotations

import asyncio
import inspect
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, ParamSpec, TypeAlias, cast, get_origin, get_type_hints, overload

from pydantic import TypeAdapter, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ArgsKwargs, to_jsonable_python
from typing_extensions import TypeVar

P = ParamSpec('P')
R = TypeVar('R')
DepsT = TypeVar('DepsT', default=Any)

Json: TypeAlias = dict[str, Any]
OnError: TypeAlias = Literal['failed', 'retry', 'fail-run']
Effect: TypeAlias = Literal['once', 'idempotent', 'read']


@dataclass(frozen=True)
class RunContext(Generic[DepsT]):
    """What a function learns about the call it serves. Source: Pydantic AI `RunContext`."""

    deps: DepsT
    """`deps` of the run; they never leave this process."""
    run_id: str
    run_step: int
    """Number of the model request the run is at; 0 before the first."""
    retry: int = 0
    """Failures in a row so far."""
    max_retries: int = 0
    """Failures in a row that are allowed."""
    tool_name: str | None = None
    tool_call_id: str | None = None
    tool_call_approved: bool = False
    """Whether the call was approved."""
    tool_call_metadata: Any = None
    """Metadata of the tool; for an approved call, that of the approval."""
    report: Callable[[str, float | None], None] = field(default=lambda _message, _fraction: None, repr=False)

    @property
    def last_attempt(self) -> bool:
        """Whether another failure ends the run."""
        return self.retry >= self.max_retries

    def progress(self, message: str, fraction: float | None = None) -> None:
        """Reports the progress of the call to those who follow the run."""
        self.report(message, fraction)


class ModelRetry(Exception):
    """Raised by a tool or an output validator to let the model try again, with this message."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class ToolFailed(Exception):
    """Raised by a tool to report to the model that the call failed for good, with this message."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class CallDeferred(Exception):
    """Raised by a tool whose result comes from outside the run."""

    def __init__(self, metadata: Json | None = None) -> None:
        super().__init__('The call is deferred.')
        self.metadata = metadata


class ApprovalRequired(Exception):
    """Raised by a tool whose call has to wait for an approval."""

    def __init__(self, metadata: Json | None = None) -> None:
        super().__init__('The call needs an approval.')
        self.metadata = metadata


@dataclass
class ToolReturn:
    """A result with more than the value that the model reads as the return of the tool."""

    return_value: Any
    content: Any = None
    """Content for a user prompt after all tool returns: text, or a list of text and media."""
    metadata: Any = None
    """Data for the program, kept in the history and never sent to the model."""


class Tool(Generic[P, R]):
    """A function with what the model is told about it. Made by `tool`; still callable."""

    def __init__(
        self,
        function: Callable[P, R],
        *,
        name: str | None = None,
        description: str | None = None,
        requires_approval: bool = False,
        retries: int | None = None,
        timeout: float | None = None,
        sequential: bool = False,
        on_error: OnError | None = None,
        effect: Effect | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> None:
        self.function = function
        self.name = name or _name_of(function)
        self.requires_approval = requires_approval
        self._arguments = _Arguments(function, self.name)
        self._spec = _present(
            name=self.name,
            description=description or inspect.getdoc(function),
            inputSchema=self._arguments.schema,
            requiresApproval=requires_approval or None,
            maxRetries=retries,
            timeoutMs=None if timeout is None else round(timeout * 1000),
            sequential=sequential or None,
            onError=on_error,
            effect=effect,
            metadata=to_jsonable_python(metadata),
        )

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        return self.function(*args, **kwargs)

    def __repr__(self) -> str:
        return f'Tool({self.name!r})'

    @property
    def spec(self) -> Json:
        """The tool as `run/start` takes it."""
        return dict(self._spec)

    async def call(self, arguments: Json, context: RunContext[Any]) -> Json:
        """Runs a call and returns its result for the wire."""
        try:
            given = self._arguments.validated(arguments)
        except ValidationError as error:
            return {'retry': f'Invalid arguments: {problems(error)}'}
        try:
            value = await called(self.function, *([context] if self._arguments.takes_context else []), **given)
        except ModelRetry as error:
            return {'retry': error.message}
        except ToolFailed as error:
            return {'failed': error.message}
        except CallDeferred as error:
            return {'deferred': to_jsonable_python(error.metadata)}
        except ApprovalRequired as error:
            return {'approvalRequired': to_jsonable_python(error.metadata)}
        return tool_result(value)


@overload
def tool(function: Callable[P, R], /) -> Tool[P, R]: ...


@overload
def tool(
    *,
    name: str | None = None,
    description: str | None = None,
    requires_approval: bool = False,
    retries: int | None = None,
    timeout: float | None = None,
    sequential: bool = False,
    on_error: OnError | None = None,
    effect: Effect | None = None,
    metadata: Mapping[str, Any] | None = None,
) -> Callable[[Callable[P, R]], Tool[P, R]]: ...


def tool(function: Callable[..., Any] | None = None, /, **options: Any) -> Any:
    """Declares a tool: the parameters are its arguments, the docstring is its description.

    A first parameter annotated `RunContext` gets the context. Functions without `async` run in a thread.

    name, description: what the model reads in the place of the function's own.
    requires_approval: whether each call waits for an approval.
    retries: failures in a row that are allowed; by default those of the run.
    timeout: seconds after which the model is asked to try again.
    sequential: whether the tool runs alone.
    on_error: what an exception becomes: a failed return (default), a retry, or the end of the run.
    effect: whether a call may be repeated after a crash (default: `once`).
    metadata: data for the program, never sent to the model.
    """
    if function is not None:
        return Tool(function, **options)

    def decorate(decorated: Callable[..., Any]) -> Tool[..., Any]:
        return Tool(decorated, **options)

    return decorate


def as_tool(given: Tool[..., Any] | Callable[..., Any]) -> Tool[..., Any]:
    """Makes a tool of a plain function."""
    return cast('Tool[..., Any]', given) if isinstance(given, Tool) else Tool(given)


def tool_result(value: Any) -> Json:
    """A value as the result of a tool. It is wrapped, so that an object of the tool is never taken for an envelope."""
    if not isinstance(value, ToolReturn):
        return {'content': to_jsonable_python(value)}
    extras = _present(userContent=to_jsonable_python(value.content), metadata=to_jsonable_python(value.metadata))
    return {'content': to_jsonable_python(value.return_value), **extras}


async def called(function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
    """Calls a function, in a thread unless it is asynchronous."""
    if inspect.iscoroutinefunction(function):
        return await function(*args, **kwargs)
    value = await asyncio.to_thread(function, *args, **kwargs)
    return await value if inspect.isawaitable(value) else value


def takes_context(function: Callable[..., Any]) -> bool:
    """Whether the first parameter of a function is annotated `RunContext`."""
    parameters, hints = _signature(function)
    return bool(parameters) and _is_context(hints.get(parameters[0].name))


def problems(error: ValidationError) -> str:
    """What is wrong with a value, for the model."""
    return '; '.join(
        f'{".".join(str(key) for key in detail["loc"])}: {detail["msg"]}' if detail['loc'] else detail['msg']
        for detail in error.errors(include_url=False, include_input=False)
    )


def call_arguments(params: Json) -> Json:
    """The arguments of a `tool/call`, from their text where that holds integers JavaScript would round."""
    text = params.get('argsText')
    arguments: Json = json.loads(text) if isinstance(text, str) else params['args']
    return arguments


def _described(schema: Json, hints: Mapping[str, Any]) -> Json:
    # Pydantic before 2.10 leaves out the descriptions of parameters.
    for name, parameter in schema.get('properties', {}).items():
        for note in getattr(hints.get(name), '__metadata__', ()):
            if isinstance(note, FieldInfo) and note.description:
                parameter.setdefault('description', note.description)
    return schema


def _name_of(function: Callable[..., Any]) -> str:
    name = getattr(function, '__name__', None)
    return name if isinstance(name, str) else type(function).__name__


class _Arguments:
    """The parameters of a function but for its context: as JSON Schema, and validated."""

    def __init__(self, function: Callable[..., Any], name: str) -> None:
        parameters, hints = _signature(function)
        self.takes_context = bool(parameters) and _is_context(hints.get(parameters[0].name))
        own = parameters[1:] if self.takes_context else parameters
        for parameter in own:
            if parameter.kind in (parameter.POSITIONAL_ONLY, parameter.VAR_POSITIONAL):
                raise TypeError(
                    f"Parameter '{parameter.name}' of tool '{name}' has no name that a model could give; "
                    'use ordinary or keyword-only parameters.'
                )
        self._adapter: TypeAdapter[Any] = TypeAdapter(cast(Any, _collector(name, own, hints)))
        self.schema = _described(self._adapter.json_schema(), hints)

    def validated(self, arguments: Json) -> Json:
        values: Json = self._adapter.validate_python(ArgsKwargs((), arguments))
        return values


def _collector(name: str, parameters: list[inspect.Parameter], hints: Mapping[str, Any]) -> Callable[..., Json]:
    """A function of these parameters that returns them: what Pydantic reads the schema of, and calls."""

    def collect(**values: Any) -> Json:
        return values

    keyword_only = [
        parameter if parameter.kind is parameter.VAR_KEYWORD else parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY)
        for parameter in parameters
    ]
    collect.__name__ = collect.__qualname__ = name
    collect.__annotations__ = {parameter.name: hints.get(parameter.name, Any) for parameter in parameters}
    vars(collect)['__signature__'] = inspect.Signature(keyword_only)
    return collect


def _signature(function: Callable[..., Any]) -> tuple[list[inspect.Parameter], dict[str, Any]]:
    # A callable object has its annotations on its method.
    annotated = function if inspect.isroutine(function) else type(function).__call__
    try:
        hints = get_type_hints(annotated, include_extras=True)
    except NameError as error:
        raise TypeError(
            f"The annotations of '{_name_of(function)}' cannot be read: {error}. "
            'Define the types of its parameters at the top of a module.'
        ) from error
    return list(inspect.signature(function).parameters.values()), hints


def _is_context(annotation: Any) -> bool:
    return (get_origin(annotation) or annotation) is RunContext


def _present(**fields: Any) -> Json:
    return {key: value for key, value in fields.items() if value is not None}
