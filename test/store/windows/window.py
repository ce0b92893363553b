"""A window of an editor: `window.py start|watch STORE RUN_ID`. It says what it does in lines of JSON."""

import asyncio
import json
import sys

from runwire import RequestFailed, Runwire, tool

_, role, store, run_id = sys.argv


def say(**line):
    print(json.dumps(line), flush=True)


def call(name):
    return {'parts': [{'part_kind': 'tool-call', 'tool_name': name, 'args': {}, 'tool_call_id': name}]}


def model(request):
    turn = len([message for message in request['messages'] if message['kind'] == 'response'])
    return [call('look'), call('send'), 'done'][turn]


@tool(effect='read')
async def look():
    """Looks."""
    if role == 'watch':
        return 'seen'
    say(calls='look', daemon=rw.pid)
    return await asyncio.Event().wait()


@tool
async def send():
    """Sends."""
    say(calls='send')
    return 'sent'


options = {'model': 'host:m', 'host_models': {'m': model}, 'tools': [look, send]}


async def watch():
    listed = await rw.request('run/list', {'state': 'running'})
    say(listed=[run['runId'] for run in listed['runs']])
    events = await rw.request('run/events', {'runId': run_id, 'afterSeq': 0, 'waitMs': 5000})
    say(watched=events['lastSeq'])
    try:
        await rw.request('run/wait', {'runId': run_id})
        say(ended=None)
    except RequestFailed as error:
        say(ended=error.kind)
    run = await rw.resume(run_id, **options)
    output = await run.output()
    count = len([event async for event in run.events()])
    say(output=output, **{'from': run.last_seq}, seqs=list(range(run.last_seq + 1, run.last_seq + 1 + count)), watched=events['lastSeq'])


async def main():
    global rw
    async with Runwire(store=store) as rw:
        if role == 'watch':
            await watch()
            return
        await rw.start('hi', params={'runId': run_id}, **options)
        await asyncio.Event().wait()


asyncio.run(main())
