"""Serves the callbacks of one run from its functions."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeAlias, TypeVar

from pydantic import ValidationError
from pydantic_core import to_jsonable_python

from ._approvals import ApprovalRequest, Decision, decision_to_wire
from ._connection import NotServed
from ._elicitation import elicitation_of, elicited_to_wire
from ._histories import KeptHistories
from ._options import OUTPUT_TYPE, Handlers
from ._tools import ModelRetry, RunContext, call_arguments, called, problems, takes_context

Json: TypeAlias = dict[str, Any]
Notify: TypeAlias = Callable[[str, Json], None]
V = TypeVar('V')


class Callbacks:
    """The callbacks of a run."""

    def __init__(self, handlers: Handlers, notify: Notify) -> None:
        self._handlers = handlers
        self._notify = notify
        self._histories = KeptHistories()
        self._by_method: dict[str, Callable[[Json], Awaitable[Any]]] = {
            'tool/call': self._call_tool,
            'output/validate': self._validate_output,
            'prompt/resolve': self._resolve_prompt,
            'model/request': self._request_model,
            'history/process': self._process_history,
            'deferred/handle': self._handle_deferred,
            'user/ask': self._elicit,
        }

    async def serve(self, method: str, params: Json) -> Any:
        """Answers a callback. Raises `NotServed` for one that the run has no function for."""
        serve = self._by_method.get(method)
        if serve is None:
            raise NotServed(f'This program does not serve {method}.')
        return await serve(params)

    async def _call_tool(self, params: Json) -> Json:
        tool = _find(self._handlers.tools, params['name'], 'tool')
        return await tool.call(call_arguments(params), self._context(params))

    async def _validate_output(self, params: Json) -> Json:
        try:
            output = self._handlers.outputs.parse(params['output'], params.get('toolName'))
            if params['name'] == OUTPUT_TYPE:
                return {'output': params['output']}
            validate = _find(self._handlers.validators, params['name'], 'output validator')
            return {'output': to_jsonable_python(await self._with_context(validate, params, output))}
        except ValidationError as error:
            return {'retry': f'Invalid output: {problems(error)}'}
        except ModelRetry as error:
            return {'retry': error.message}

    async def _resolve_prompt(self, params: Json) -> Json:
        return {'text': await self._with_context(_find(self._handlers.prompts, params['ref'], 'prompt'), params)}

    async def _request_model(self, params: Json) -> Json:
        model = _find(self._handlers.models, params['model'], 'model')
        request = self._histories.complete(params)
        if request is None:
            return {'wholeHistory': True}
        response = await called(model, request)
        if isinstance(response, str):
            response = {'parts': [{'part_kind': 'text', 'content': response}]}
        return {'response': to_jsonable_python(response, bytes_mode='base64')}

    async def _process_history(self, params: Json) -> Json:
        process = _find(self._handlers.processors, params['processor'], 'history processor')
        messages = await self._with_context(process, params, params['messages'])
        return {'messages': to_jsonable_python(messages, bytes_mode='base64')}

    async def _handle_deferred(self, params: Json) -> Json:
        decide = self._handlers.on_approval
        if decide is None:
            raise NotServed('No `on_approval` was given.')
        metadata: Json = params.get('metadata') or {}
        approvals: Json = {}
        for call in params['approvals']:
            call_id = call['tool_call_id']
            request = ApprovalRequest(
                params['runId'], call['tool_name'], call_id, _arguments(call.get('args')), metadata.get(call_id)
            )
            decided: Decision = await called(decide, request)
            approvals[call_id] = decision_to_wire(decided)
        return {'approvals': approvals}

    async def _elicit(self, params: Json) -> Json:
        if self._handlers.on_elicitation is None:
            raise NotServed('No `on_elicitation` was given.')
        return elicited_to_wire(await called(self._handlers.on_elicitation, elicitation_of(params)))

    async def _with_context(self, function: Callable[..., Any], params: Json, *args: Any) -> Any:
        context = [self._context(params)] if takes_context(function) else []
        return await called(function, *context, *args)

    def _context(self, params: Json) -> RunContext[Any]:
        def report(message: str, fraction: float | None) -> None:
            progress = {'runId': params['runId'], 'toolCallId': params.get('toolCallId'), 'message': message}
            self._notify('tool/progress', progress if fraction is None else {**progress, 'fraction': fraction})

        return RunContext(
            deps=self._handlers.deps,
            run_id=params['runId'],
            run_step=params['runStep'],
            retry=params.get('retry', 0),
            max_retries=params.get('maxRetries', 0),
            tool_name=params.get('name') or params.get('toolName'),
            tool_call_id=params.get('toolCallId'),
            tool_call_approved=bool(params.get('approved')),
            tool_call_metadata=params.get('metadata'),
            report=report,
        )


def _find(named: Mapping[str, V], name: str, what: str) -> V:
    if name not in named:
        raise NotServed(f'The run was given no {what} {name!r}.')
    return named[name]


def _arguments(args: Any) -> Json:
    arguments: Json = json.loads(args) if isinstance(args, str) else args or {}
    return arguments
