"""However a daemon ends, an error names it within three seconds, and no process is left."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from pathlib import Path

import pytest
from conftest import fake, is_running

from runwire import DaemonGone, RunFailed, Runwire


async def test_a_command_that_is_not_there_is_named() -> None:
    with pytest.raises(DaemonGone, match='no-such-program') as gone:
        await Runwire(command=['no-such-program']).open()
    assert gone.value.returncode is None


async def test_an_exit_at_the_start_comes_with_its_words() -> None:
    with pytest.raises(DaemonGone, match=r'exit code 1.*It wrote: no such option: --stdio') as gone:
        await Runwire(command=fake('daemon', 'exit at start')).open()
    assert gone.value.returncode == 1


@pytest.mark.parametrize('how', ['close stdout', 'garbage'])
async def test_a_daemon_that_cannot_be_understood_is_ended(how: str) -> None:
    async with Runwire(command=fake('daemon', how)) as rw:
        pid, since = rw.pid, time.monotonic()
        with pytest.raises(DaemonGone):
            await rw.run('Go.')
        assert (await rw.exited()).returncode == -9
        assert time.monotonic() - since < 3
        assert not is_running(pid)


async def test_a_daemon_that_does_not_end_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr('runwire._connection.EXIT_GRACE', 0.2)
    rw = await Runwire(command=fake('daemon', 'deaf')).open()
    pid = rw.pid
    await rw.close()
    assert not is_running(pid)
    assert (await rw.exited()).returncode == -9


async def test_a_megabyte_of_stderr_blocks_nothing_and_its_end_is_kept() -> None:
    lines: list[str] = []
    async with Runwire(command=fake('daemon', 'noise'), on_log=lines.append) as rw:
        with pytest.raises(DaemonGone):
            await asyncio.gather(rw.run('Go.'), _kill(rw.pid))
        gone = await rw.exited()
    assert len(gone.stderr) <= 4096
    assert lines and set(lines[0]) == {'x'}


async def test_events_of_kinds_that_are_not_known_are_handed_on_as_they_are() -> None:
    async with Runwire(command=fake('daemon', 'unknown event')) as rw:
        run = await rw.start('Go.')
        events = run.events()
        assert await anext(events) == {'event_kind': 'sunrise', 'at': 6}
        assert await anext(events) == {'event_kind': 'run_started', 'runId': 7}
        await _kill(rw.pid)


async def test_closing_ends_the_process_and_its_runs() -> None:
    rw = await Runwire().open()
    run = await rw.start('Go.', model='test', tools=[_forever])
    pid = rw.pid
    await rw.close()
    await rw.close()
    assert not is_running(pid)
    with pytest.raises(RunFailed) as failed:
        await run.output()
    assert failed.value.kind == 'run.cancelled'


async def test_an_exit_of_the_host_ends_the_daemon(tmp_path: Path) -> None:
    program = tmp_path / 'host.py'
    program.write_text(
        'import asyncio, os\n'
        'from runwire import Runwire\n'
        'async def main():\n'
        '    rw = await Runwire().open()\n'
        '    print(rw.pid, flush=True)\n'
        '    os._exit(0)\n'
        'asyncio.run(main())\n'
    )
    host = await asyncio.create_subprocess_exec(sys.executable, str(program), stdout=asyncio.subprocess.PIPE)
    output, _ = await host.communicate()
    deadline = time.monotonic() + 5
    while is_running(int(output)) and time.monotonic() < deadline:
        await asyncio.sleep(0.02)
    assert not is_running(int(output))


async def _forever() -> None:
    await asyncio.Event().wait()


async def _kill(pid: int) -> None:
    await asyncio.sleep(0)
    os.kill(pid, signal.SIGKILL)
