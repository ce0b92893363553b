"""JSON-RPC with a daemon: requests of both sides, in any order."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import Awaitable, Callable
from typing import Any

from ._errors import DaemonGone, RequestFailed, RunwireError
from ._frames import frame, read_frame
from ._process import CLOSED_GRACE, EXIT_GRACE, DaemonProcess

METHOD_NOT_FOUND = -32601
REQUEST_CANCELLED = -32800
REQUEST_FAILED = -32000

Json = dict[str, Any]
Serve = Callable[[str, Json], Awaitable[Any]]
Notice = Callable[[str, Json], None]


class NotServed(Exception):
    """A callback that the program does not serve."""


class Connection:
    """A connection to a daemon. `serve` answers its requests, `notice` takes its notifications."""

    def __init__(self, process: DaemonProcess, *, serve: Serve, notice: Notice) -> None:
        self._process = process
        self._serve = serve
        self._notice = notice
        self._ids = itertools.count(1)
        self._open: dict[int, asyncio.Future[Any]] = {}
        self._callbacks: dict[Any, asyncio.Task[None]] = {}
        self._draining = asyncio.Lock()
        self._grace = CLOSED_GRACE
        self._gone: DaemonGone | None = None
        self._reading = asyncio.create_task(self._read())

    @property
    def pid(self) -> int:
        """The process id of the daemon."""
        return self._process.pid

    async def exited(self) -> DaemonGone:
        """Waits until the daemon has ended, and says how."""
        return await asyncio.shield(self._reading)

    def request(self, method: str, params: Json) -> Awaitable[Any]:
        """Sends a request, at once; its result is awaited. A caller that is cancelled withdraws the request."""
        if self._gone:
            raise self._gone
        request_id = next(self._ids)
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._process.stdin.write(_encoded({'id': request_id, 'method': method, 'params': params}))
        self._open[request_id] = future
        return self._response(request_id, future)

    async def notify(self, method: str, params: Json) -> None:
        """Sends a notification."""
        await self._send({'method': method, 'params': params})

    def notify_later(self, method: str, params: Json) -> None:
        """Sends a notification as soon as that is possible, and nothing once the daemon is gone."""
        if self._gone is None:
            self._process.stdin.write(_encoded({'method': method, 'params': params}))

    def request_later(self, method: str, params: Json) -> None:
        """Sends a request whose result does not matter."""
        if self._gone is None:
            self._process.stdin.write(_encoded({'id': next(self._ids), 'method': method, 'params': params}))

    async def close(self) -> None:
        """Ends the daemon and its runs; kills it when it takes longer than five seconds."""
        self._grace = EXIT_GRACE
        with contextlib.suppress(RunwireError, asyncio.TimeoutError):
            await asyncio.wait_for(self.request('shutdown', {}), EXIT_GRACE)
            await self.notify('exit', {})
        self._process.stdin.close()
        try:
            await asyncio.wait_for(self.exited(), EXIT_GRACE)
        except asyncio.TimeoutError:
            await self._process.kill()
            await self.exited()

    async def kill(self) -> None:
        """Ends the daemon at once."""
        await self._process.kill()
        await self.exited()

    async def _response(self, request_id: int, future: asyncio.Future[Any]) -> Any:
        try:
            await self._drain()
            return await future
        except asyncio.CancelledError:
            self.notify_later('$/cancelRequest', {'id': request_id})
            raise
        finally:
            self._open.pop(request_id, None)

    async def _send(self, message: Json) -> None:
        if self._gone:
            raise self._gone
        self._process.stdin.write(_encoded(message))
        await self._drain()

    async def _drain(self) -> None:
        """Waits while the daemon reads more slowly than is written."""
        try:
            async with self._draining:
                await self._process.stdin.drain()
        except (ConnectionError, RuntimeError):
            # The pipe breaks before the exit is known, which says more.
            raise await self.exited() from None

    async def _read(self) -> DaemonGone:
        """Reads until the daemon closes its stdout, waits for its exit, and fails all that is open."""
        fault: Exception | None = None
        try:
            while (message := await read_frame(self._process.stdout)) is not None:
                self._take(message)
        except Exception as error:
            fault = error
            await self._process.kill()
        gone = await self._process.end(self._grace)
        gone.__cause__ = fault
        self._gone = gone
        for future in self._open.values():
            if not future.done():
                future.set_exception(gone)
        for task in list(self._callbacks.values()):
            task.cancel()
        return gone

    def _take(self, message: Json) -> None:
        method, message_id = message.get('method'), message.get('id')
        params: Json = message.get('params') or {}
        if not isinstance(method, str):
            self._settle(message)
        elif 'id' in message:
            task = asyncio.create_task(self._answer(message_id, method, params))
            self._callbacks[message_id] = task
            task.add_done_callback(lambda _: self._callbacks.pop(message_id, None))
        elif method == '$/cancelRequest':
            withdrawn = self._callbacks.get(params.get('id'))
            if withdrawn:
                withdrawn.cancel()
        else:
            self._note(method, params)

    def _note(self, method: str, params: Json) -> None:
        # What a listener of the program raises must not stop the reading.
        try:
            self._notice(method, params)
        except Exception as error:
            context = {'message': f'A listener of {method} raised', 'exception': error}
            asyncio.get_running_loop().call_exception_handler(context)

    def _settle(self, message: Json) -> None:
        future = self._open.get(message.get('id', 0))
        if future is None or future.done():
            return
        error = message.get('error')
        if error is None:
            future.set_result(message.get('result'))
        else:
            future.set_exception(RequestFailed(error.get('code', 0), error.get('message', ''), error.get('data')))

    async def _answer(self, message_id: Any, method: str, params: Json) -> None:
        try:
            answer = {'id': message_id, 'result': await self._serve(method, params)}
            _encoded(answer)
        except asyncio.CancelledError:
            answer = _error(message_id, REQUEST_CANCELLED, 'The request was withdrawn.')
        except NotServed as error:
            answer = _error(message_id, METHOD_NOT_FOUND, str(error))
        except Exception as error:
            answer = _error(message_id, REQUEST_FAILED, f'{type(error).__name__}: {error}')
        with contextlib.suppress(DaemonGone):
            await self._send(answer)


def _encoded(message: Json) -> bytes:
    return frame({'jsonrpc': '2.0', **message})


def _error(message_id: Any, code: int, message: str) -> Json:
    return {'id': message_id, 'error': {'code': code, 'message': message}}
