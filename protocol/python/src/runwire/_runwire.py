"""The daemon, as a program uses it."""

from __future__ import annotations

import asyncio
import os
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from types import TracebackType
from typing import Any, TypeAlias, overload

from typing_extensions import Self, TypeVar, Unpack

from ._callbacks import Callbacks
from ._connection import Connection, NotServed
from ._conversation import Conversation
from ._errors import DaemonGone, RequestFailed, RunwireError
from ._launch import default_command
from ._options import Handlers, Prompt, RunOptions, ToolLike, prepared, resumed
from ._output import Outputs, OutputSpec
from ._process import DaemonProcess
from ._run import AgentRun
from ._tools import called

T = TypeVar('T')
Json: TypeAlias = dict[str, Any]
Secret: TypeAlias = Callable[[str], str | Awaitable[str | None] | None]


class Runwire:
    """A daemon of this program.

        async with Runwire() as rw:
            print(await rw.run('Hello.', model='test'))

    command: the program and its arguments; by default `RUNWIRE_COMMAND`, else the daemon of this package.
    env: the environment of the daemon, in which it looks for keys; by default that of this process.
    store: the folder in which runs and conversations are kept; without it they end with the daemon.
    cwd: the folder of the daemon.
    on_log: called with each line that the daemon writes to stderr.
    secret: gives keys that the environment lacks, by the name of the variable; None when there is none.
    initialization_options: those of `initialize`, for example `{'limits': {'activeRuns': 8}}`.
    """

    def __init__(
        self,
        *,
        command: Sequence[str] | None = None,
        env: Mapping[str, str] | None = None,
        store: str | os.PathLike[str] | None = None,
        cwd: str | os.PathLike[str] | None = None,
        on_log: Callable[[str], None] | None = None,
        secret: Secret | None = None,
        initialization_options: Mapping[str, Any] | None = None,
    ) -> None:
        self._command = command
        self._env = env
        self._store = store
        self._cwd = cwd
        self._on_log = on_log
        self._secret = secret
        self._options = initialization_options
        self._opened: Connection | None = None
        self._runs: dict[str, AgentRun[Any]] = {}

    async def __aenter__(self) -> Self:
        return await self.open()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def open(self) -> Self:
        """Starts the daemon. Raises `DaemonGone` when it cannot be started, or ends at once."""
        if self._opened is not None:
            raise RunwireError('This daemon was started already; make another `Runwire`.')
        environment = os.environ if self._env is None else self._env
        command = [*(self._command or default_command(environment))]
        if self._store is not None:
            command += ['--store', os.fspath(self._store)]
        process = await DaemonProcess.start(command, env=self._env, cwd=self._cwd, on_log=self._on_log)
        self._opened = Connection(process, serve=self._serve, notice=self._take)
        try:
            params = {'processId': os.getpid(), 'clientInfo': {'name': 'runwire (Python)'}}
            options = {'historyDeltas': True, **(self._options or {})}
            await self._opened.request('initialize', {**params, 'initializationOptions': options})
            await self._opened.notify('initialized', {})
        except BaseException:
            await self._opened.kill()
            raise
        return self

    async def close(self) -> None:
        """Ends the daemon and its runs; kills it when it takes longer than five seconds."""
        if self._opened is not None:
            await self._opened.close()

    async def exited(self) -> DaemonGone:
        """Waits until the daemon has ended, and says how. Starting another one is up to the program."""
        return await self._connection.exited()

    @property
    def pid(self) -> int:
        """The process id of the daemon."""
        return self._connection.pid

    async def request(self, method: str, params: Mapping[str, Any] | None = None) -> Any:
        """Sends any request of the protocol. Raises `RequestFailed`, `DaemonGone`."""
        return await self._connection.request(method, dict(params or {}))

    @overload
    async def run(
        self,
        prompt: Prompt | None = None,
        *,
        output_type: OutputSpec[T],
        tools: Sequence[ToolLike] = (),
        **options: Unpack[RunOptions],
    ) -> T: ...

    @overload
    async def run(
        self,
        prompt: Prompt | None = None,
        *,
        output_type: Sequence[Any],
        tools: Sequence[ToolLike] = (),
        **options: Unpack[RunOptions],
    ) -> Any: ...

    @overload
    async def run(
        self, prompt: Prompt | None = None, *, tools: Sequence[ToolLike] = (), **options: Unpack[RunOptions]
    ) -> str: ...

    async def run(
        self,
        prompt: Prompt | None = None,
        *,
        output_type: OutputSpec[Any] | Sequence[Any] = str,
        tools: Sequence[ToolLike] = (),
        **options: Unpack[RunOptions],
    ) -> Any:
        """Runs an agent to its output. A caller that is cancelled cancels the run.

        Raises `RunFailed`, `RequestFailed` when the run is refused, `DaemonGone`.
        """
        run = await self._start(prompt, Outputs(output_type), tools, options)
        try:
            return await run.output()
        except asyncio.CancelledError:
            run.cancel_later()
            raise

    @overload
    async def start(
        self,
        prompt: Prompt | None = None,
        *,
        output_type: OutputSpec[T],
        tools: Sequence[ToolLike] = (),
        **options: Unpack[RunOptions],
    ) -> AgentRun[T]: ...

    @overload
    async def start(
        self,
        prompt: Prompt | None = None,
        *,
        output_type: Sequence[Any],
        tools: Sequence[ToolLike] = (),
        **options: Unpack[RunOptions],
    ) -> AgentRun[Any]: ...

    @overload
    async def start(
        self, prompt: Prompt | None = None, *, tools: Sequence[ToolLike] = (), **options: Unpack[RunOptions]
    ) -> AgentRun[str]: ...

    async def start(
        self,
        prompt: Prompt | None = None,
        *,
        output_type: OutputSpec[Any] | Sequence[Any] = str,
        tools: Sequence[ToolLike] = (),
        **options: Unpack[RunOptions],
    ) -> AgentRun[Any]:
        """Starts a run and returns it once the daemon has accepted it. Raises `RequestFailed`, `DaemonGone`."""
        return await self._start(prompt, Outputs(output_type), tools, options)

    @overload
    async def resume(
        self,
        run_id: str,
        *,
        output_type: OutputSpec[T],
        tools: Sequence[ToolLike] = (),
        **options: Unpack[RunOptions],
    ) -> AgentRun[T]: ...

    @overload
    async def resume(
        self,
        run_id: str,
        *,
        output_type: Sequence[Any],
        tools: Sequence[ToolLike] = (),
        **options: Unpack[RunOptions],
    ) -> AgentRun[Any]: ...

    @overload
    async def resume(
        self, run_id: str, *, tools: Sequence[ToolLike] = (), **options: Unpack[RunOptions]
    ) -> AgentRun[str]: ...

    async def resume(
        self,
        run_id: str,
        *,
        output_type: OutputSpec[Any] | Sequence[Any] = str,
        tools: Sequence[ToolLike] = (),
        **options: Unpack[RunOptions],
    ) -> AgentRun[Any]:
        """Continues a run of the store that was interrupted, or that another program followed.

        Give the options that it was started with: its callbacks reach their functions from here on. What it was told
        to do is kept. A run that has ended is there with its result. Raises `RequestFailed`, `DaemonGone`.
        """
        outputs: Outputs[Any] = Outputs(output_type)
        params, handlers = resumed(outputs, tools, options)
        return await self._follow('run/resume', {**params, 'runId': run_id}, outputs, handlers)

    @overload
    def conversation(
        self,
        id_: str | None = None,
        /,
        *,
        output_type: OutputSpec[T],
        tools: Sequence[ToolLike] = (),
        **options: Unpack[RunOptions],
    ) -> Conversation[T]: ...

    @overload
    def conversation(
        self,
        id_: str | None = None,
        /,
        *,
        output_type: Sequence[Any],
        tools: Sequence[ToolLike] = (),
        **options: Unpack[RunOptions],
    ) -> Conversation[Any]: ...

    @overload
    def conversation(
        self, id_: str | None = None, /, *, tools: Sequence[ToolLike] = (), **options: Unpack[RunOptions]
    ) -> Conversation[str]: ...

    def conversation(
        self,
        id_: str | None = None,
        /,
        *,
        output_type: OutputSpec[Any] | Sequence[Any] = str,
        tools: Sequence[ToolLike] = (),
        **options: Unpack[RunOptions],
    ) -> Conversation[Any]:
        """Begins a conversation: runs that share these options, each with the messages of those before it.

        With an id it goes on in that conversation of the store, or begins it there.
        """
        outputs: Outputs[Any] = Outputs(output_type)

        def start(prompt: Prompt | None, given: RunOptions) -> Awaitable[AgentRun[Any]]:
            return self._start(prompt, outputs, tools, given)

        if id_ is None:
            return Conversation(start, options)
        given: RunOptions = {**options, 'conversation_id': id_}
        return Conversation(start, given, partial(self._messages_of, id_))

    async def _messages_of(self, conversation_id: str) -> list[Any]:
        try:
            conversation = await self.request('conversation/get', {'conversationId': conversation_id})
        except RequestFailed as error:
            if error.kind != 'conversation.notFound':
                raise
            return []
        messages: list[Any] = conversation['messages']
        return messages

    @property
    def _connection(self) -> Connection:
        if self._opened is None:
            raise RunwireError('The daemon was not started; use `async with Runwire() as rw:`.')
        return self._opened

    async def _start(
        self, prompt: Prompt | None, outputs: Outputs[T], tools: Sequence[ToolLike], options: RunOptions
    ) -> AgentRun[T]:
        params, handlers = prepared(prompt, outputs, tools, options)
        # Chosen here: events and callbacks may come before the response that has the id.
        return await self._follow('run/start', {'runId': str(uuid.uuid4()), **params}, outputs, handlers)

    async def _follow(self, method: str, params: Json, outputs: Outputs[T], handlers: Handlers) -> AgentRun[T]:
        connection = self._connection
        run_id: str = params['runId']
        run = AgentRun(run_id, connection, outputs, handlers, Callbacks(handlers, connection.notify_later))
        self._runs[run_id] = run
        try:
            begun = await connection.request(method, params)
        except BaseException as error:
            self._forget(run)
            if isinstance(error, asyncio.CancelledError) and method == 'run/start':
                run.cancel_later()
            raise
        run.last_seq = begun.get('lastSeq', 0)
        run.follow(lambda: self._forget(run))
        return run

    def _forget(self, run: AgentRun[Any]) -> None:
        # Another call may have taken it over.
        if self._runs.get(run.run_id) is run:
            del self._runs[run.run_id]

    async def _serve(self, method: str, params: Json) -> Any:
        if method == 'secret/get':
            return await self._get_secret(params['name'])
        run = self._runs.get(params.get('runId', ''))
        if run is None:
            raise NotServed(f'This program does not serve {method}, or has not started the run.')
        return await run.callbacks.serve(method, params)

    async def _get_secret(self, name: str) -> Json | None:
        if self._secret is None:
            raise NotServed('This program was given no `secret`.')
        value = await called(self._secret, name)
        return None if value is None else {'value': value}

    def _take(self, method: str, params: Json) -> None:
        run = self._runs.get(params.get('runId', ''))
        if run is not None and method == 'run/event':
            run.take_event(params['event'])
        elif run is not None and method == 'run/delta':
            run.take_delta(params['event'])
