"""An editor made of the Python SDK: client.py CWD COMMAND... ; prints what it saw as JSON."""

import asyncio
import json
import sys

from acp import spawn_agent_process, text_block


class Editor:
    def __init__(self) -> None:
        self.text = ''
        self.on_text = lambda: None

    async def request_permission(self, options, session_id, tool_call, **kwargs):
        return {'outcome': {'outcome': 'selected', 'optionId': options[0].option_id}}

    async def session_update(self, session_id, update, **kwargs):
        if update.session_update == 'agent_message_chunk':
            self.text += update.content.text
            self.on_text()


async def main(cwd: str, command: str, *args: str) -> None:
    editor = Editor()
    async with spawn_agent_process(editor, command, *args) as (agent, process):
        seen = {'version': (await agent.initialize(protocol_version=1)).protocol_version}
        session = (await agent.new_session(cwd=cwd, mcp_servers=[])).session_id

        async def prompt(text: str) -> str:
            return (await agent.prompt(session_id=session, prompt=[text_block(text)])).stop_reason

        seen['write'] = await prompt('write a.txt hello')
        editor.text = ''
        seen['long'] = await prompt('long 204800')
        seen['length'] = len(editor.text)
        editor.on_text = lambda: asyncio.ensure_future(agent.cancel(session_id=session))
        seen['hang'] = await prompt('hang')
        process.stdin.close()
        seen['exit'] = await process.wait()
    print(json.dumps(seen))


asyncio.run(main(*sys.argv[1:]))
