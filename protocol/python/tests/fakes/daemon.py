"""The least that a client takes for a daemon: it answers `initialize`, and then does what its argument says."""

from __future__ import annotations

import json
import os
import sys
import time
from typing import Any


def read() -> Any:
    length = 0
    while (line := sys.stdin.buffer.readline()) not in (b'\r\n', b''):
        name, _, value = line.partition(b':')
        if name.lower() == b'content-length':
            length = int(value)
    return json.loads(sys.stdin.buffer.read(length))


def write(message: dict[str, Any]) -> None:
    body = json.dumps({'jsonrpc': '2.0', **message}).encode()
    sys.stdout.buffer.write(b'Content-Length: %d\r\n\r\n' % len(body) + body)
    sys.stdout.buffer.flush()


def main(what: str) -> None:
    if what == 'exit at start':
        sys.exit('no such option: --stdio')
    if what == 'noise':
        sys.stderr.write('x' * 2**20 + '\n')
        sys.stderr.flush()
    write({'id': read()['id'], 'result': {}})
    read()  # initialized
    request = read()
    if what == 'close stdout':
        os.close(1)
        time.sleep(600)
    elif what == 'garbage':
        os.write(1, b'Hello, is this a frame?\r\n\r\n')
        time.sleep(600)
    elif what in ('deaf', 'noise'):
        time.sleep(600)
    elif what == 'unknown event':
        run_id = request['params']['runId']
        events = [{'event_kind': 'sunrise', 'at': 6}, {'event_kind': 'run_started', 'runId': 7}]
        write({'id': request['id'], 'result': {'runId': run_id}})
        for seq, event in enumerate(events, start=1):
            write({'method': 'run/event', 'params': {'runId': run_id, 'seq': seq, 'event': event}})
        time.sleep(600)


main(sys.argv[1])
