"""The options of a run, and what they become on the wire."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias, TypedDict

from pydantic_core import to_jsonable_python

from ._approvals import DeferredToolResults, OnApproval
from ._elicitation import OnElicitation
from ._output import Outputs
from ._tools import Tool, as_tool

Json: TypeAlias = dict[str, Any]
ToolLike: TypeAlias = Tool[..., Any] | Callable[..., Any]
Prompt: TypeAlias = str | Sequence[Any]
"""Text, or a list of text and media: JSON, or objects of Pydantic AI."""
PromptFunction: TypeAlias = Callable[..., str | Awaitable[str | None] | None]
Prompts: TypeAlias = str | PromptFunction | Sequence[str | PromptFunction]
Model: TypeAlias = str | Mapping[str, Any] | Sequence[str | Mapping[str, Any]]
"""`provider:name`, a model with an address or settings of its own, or several to fall back on in order."""


class RunOptions(TypedDict, total=False):
    """Options of a run beside its prompt, its tools and its output."""

    model: Model
    """The model; by default `test`, which needs no key and makes its answers up."""
    instructions: Prompts
    """Sent with every request, never part of the history of a later run."""
    system_prompt: Prompts
    """Begins a new conversation."""
    deps: Any
    """What functions find in `ctx.deps`; it never leaves this process."""
    message_history: Sequence[Any]
    """Earlier messages, oldest first: JSON, or messages of Pydantic AI."""
    model_settings: Mapping[str, Any]
    """Settings of every model request, as Pydantic AI names them."""
    usage_limits: Any
    """Bounds of the run, as Pydantic AI names them: a mapping, or its `UsageLimits`."""
    usage: Any
    """Usage so far, counted on and checked against the limits."""
    retries: int | Mapping[Literal['tools', 'output'], int]
    """Failures in a row that are allowed; default 1."""
    end_strategy: Literal['graceful', 'early', 'exhaustive']
    """What happens to other calls beside an output; default `graceful`."""
    timeout: float
    """Seconds after which the run fails as `run.timeout`."""
    tool_timeout: float
    """Seconds for tools that have no deadline of their own."""
    max_tool_concurrency: int
    """Most tool calls that run at once."""
    output_validators: Sequence[Callable[..., Any]]
    """Functions of the output, or of the context and the output, that return it or raise `ModelRetry`."""
    history_processors: Sequence[Callable[..., Any]]
    """Functions that rewrite the messages, as JSON, before each model request."""
    host_models: Mapping[str, Callable[[Json], Any]]
    """Models of this program, by the NAME of `host:NAME`; each takes `model/request` and gives text or a response."""
    on_approval: OnApproval
    """Decides on calls that need an approval, while the run goes on."""
    on_elicitation: OnElicitation
    """Gets an answer from the person for an MCP server, while the run goes on."""
    deferred: Literal['end', 'wait']
    """What happens to deferred calls without `on_approval`: they end the run (default), or wait in `pending/list`."""
    deferred_tool_results: DeferredToolResults
    """Results of the calls that the given history ends in."""
    on_delta: Callable[[Any], None]
    """Called with each `RunDelta.event` as it comes, in order with the events."""
    agent: str
    """A registered agent that the other options add to."""
    conversation_id: str
    metadata: Mapping[str, Any]
    """Data given back in the result."""
    params: Mapping[str, Any]
    """Further parameters of `run/start`, by their names on the wire."""


@dataclass
class Handlers:
    """The functions of a run, by the names that its parameters give them."""

    outputs: Outputs[Any]
    deps: Any = None
    tools: dict[str, Tool[..., Any]] = field(default_factory=dict[str, Tool[..., Any]])
    prompts: dict[str, PromptFunction] = field(default_factory=dict[str, PromptFunction])
    validators: dict[str, Callable[..., Any]] = field(default_factory=dict[str, Callable[..., Any]])
    processors: dict[str, Callable[..., Any]] = field(default_factory=dict[str, Callable[..., Any]])
    models: dict[str, Callable[[Json], Any]] = field(default_factory=dict[str, Callable[[Json], Any]])
    on_approval: OnApproval | None = None
    on_elicitation: OnElicitation | None = None
    on_delta: Callable[[Any], None] | None = None


# Options that go on the wire as they are, and by which name.
_PLAIN = {
    'model': 'model',
    'message_history': 'messageHistory',
    'model_settings': 'modelSettings',
    'usage_limits': 'usageLimits',
    'usage': 'usage',
    'retries': 'retries',
    'end_strategy': 'endStrategy',
    'max_tool_concurrency': 'maxToolConcurrency',
    'agent': 'agent',
    'conversation_id': 'conversationId',
    'metadata': 'metadata',
}
OUTPUT_TYPE = 'output_type'
"""The validator that holds outputs against their types."""

_PROMPTS = {'instructions': 'instructions', 'system_prompt': 'systemPrompt'}
_SECONDS = {'timeout': 'timeoutMs', 'tool_timeout': 'toolTimeoutMs'}


def prepared(
    prompt: Prompt | None, outputs: Outputs[Any], tools: Sequence[ToolLike], options: RunOptions
) -> tuple[Json, Handlers]:
    """Splits a run into the parameters of `run/start` and the functions that serve its callbacks."""
    given: Json = dict(options)
    _refuse_unknown(given)
    handlers = Handlers(
        outputs,
        deps=given.get('deps'),
        tools=_by_name([as_tool(one) for one in tools]),
        models=dict(given.get('host_models', {})),
        on_approval=given.get('on_approval'),
        on_elicitation=given.get('on_elicitation'),
        on_delta=given.get('on_delta'),
    )
    _refuse_undecided(handlers, outputs, given)
    params: Json = {
        'prompt': prompt,
        **{name: given[key] for key, name in _PLAIN.items() if given.get(key) is not None},
        **{name: round(given[key] * 1000) for key, name in _SECONDS.items() if given.get(key) is not None},
        **{name: _prompts(given[key], key, handlers) for key, name in _PROMPTS.items() if given.get(key) is not None},
        'tools': [one.spec for one in handlers.tools.values()],
        'output': outputs.spec,
        # What a type refuses and its JSON Schema does not becomes a retry of the model.
        'outputValidators': ([] if outputs.is_text else [OUTPUT_TYPE])
        + _named(given.get('output_validators', ()), handlers.validators),
        'historyProcessors': _named(given.get('history_processors', ()), handlers.processors),
        'deferred': 'handle' if handlers.on_approval else given.get('deferred'),
    }
    results: DeferredToolResults | None = given.get('deferred_tool_results')
    if results is not None:
        params['deferredToolResults'] = results.to_wire()
    chosen = {key: value for key, value in params.items() if value is not None and value != []}
    wire: Json = to_jsonable_python({**chosen, **given.get('params', {})}, bytes_mode='base64')
    return wire, handlers


def resumed(outputs: Outputs[Any], tools: Sequence[ToolLike], options: RunOptions) -> tuple[Json, Handlers]:
    """What a run is continued with: the functions, by the names that the same options gave them when it was started.

    The specification of the run is kept; of the parameters those of `run/resume` are left, out of `params`.
    """
    # What the run may need was decided when it was started.
    decided: RunOptions = {'deferred': 'wait', **options}
    _, handlers = prepared(None, outputs, tools, decided)
    wire: Json = to_jsonable_python(dict(options.get('params', {})), bytes_mode='base64')
    return wire, handlers


def _refuse_unknown(given: Json) -> None:
    unknown = [key for key in given if key not in RunOptions.__annotations__]
    if unknown:
        known = ', '.join(sorted(RunOptions.__annotations__))
        raise TypeError(f'Unknown option {unknown[0]!r} of a run. The options are prompt, tools, output_type, {known}.')


def _refuse_undecided(handlers: Handlers, outputs: Outputs[Any], given: Json) -> None:
    waiting = next((one.name for one in handlers.tools.values() if one.requires_approval), None)
    if waiting is None or handlers.on_approval or outputs.allows_deferred or given.get('deferred') == 'wait':
        return
    raise TypeError(
        f'Calls of the tool {waiting!r} need an approval. Give `on_approval` to decide while the run goes on, '
        'or add `DeferredToolRequests` to `output_type` to get them as the output.'
    )


def _by_name(tools: list[Tool[..., Any]]) -> dict[str, Tool[..., Any]]:
    named: dict[str, Tool[..., Any]] = {}
    for one in tools:
        if one.name in named:
            raise TypeError(f'Two tools are named {one.name!r}.')
        named[one.name] = one
    return named


def _prompts(given: Prompts, key: str, handlers: Handlers) -> list[Any]:
    items = [given] if isinstance(given, str) or callable(given) else given
    return [_prompt(item, f'{key}.{index}', handlers) for index, item in enumerate(items)]


def _prompt(item: str | PromptFunction, ref: str, handlers: Handlers) -> Any:
    if isinstance(item, str):
        return item
    handlers.prompts[ref] = item
    return {'ref': ref}


def _named(functions: Sequence[Callable[..., Any]], into: dict[str, Callable[..., Any]]) -> list[str]:
    into.update({f'{getattr(one, "__name__", "function")}.{index}': one for index, one in enumerate(functions)})
    return list(into)
