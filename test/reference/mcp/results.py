"""What the reference engine makes of the results of MCP calls.

python results.py [--check | --play CASES]

Plays the calls of `test/vectors/mcp/results.json` on the scripted server of the tests and writes what came of them as
`expected`; with --check it only compares. With --play it prints what came of the cases of a file, each on the server of its
`command`.
"""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from fastmcp.client.transports import StdioTransport
from pydantic_ai import Agent, ModelMessagesTypeAdapter
from pydantic_ai.mcp import MCPToolset
from pydantic_ai.messages import ModelMessage, ModelResponse, TextPart, ToolCallPart
from pydantic_ai.models.function import AgentInfo, FunctionModel

SERVER = Path(__file__).parent.parent.parent / 'support/mcp/stdio-server.mjs'
VECTORS = SERVER.parent.parent.parent / 'vectors/mcp/results.json'
KEPT = ('tool_name', 'content', 'outcome', 'part_kind', 'retry')


async def play(case: dict[str, Any]) -> dict[str, Any]:
    def model(messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
        if len(messages) == 1:
            return ModelResponse(parts=[ToolCallPart(case['tool'], case['args'], 'c1')])
        return ModelResponse(parts=[TextPart('done')])

    command, *args = case.get('command') or ['node', str(SERVER), json.dumps(case.get('options', {}))]
    transport = StdioTransport(command, args)
    toolset = MCPToolset(transport, tool_error_behavior=case.get('behavior', 'retry'))
    result = await Agent(FunctionModel(model), toolsets=[toolset]).run('go')
    messages = json.loads(ModelMessagesTypeAdapter.dump_json(result.all_messages()))
    parts = [part for message in messages for part in message['parts'] if part.get('tool_call_id') == 'c1']
    return {key: parts[-1].get(key) for key in KEPT}


async def main(*options: str) -> None:
    if '--play' in options:
        print(json.dumps([await play(case) for case in json.loads(Path(options[-1]).read_text())]))
        return
    before = VECTORS.read_text()
    made = [{**case, 'expected': await play(case)} for case in json.loads(before)]
    after = json.dumps(made, indent=2, ensure_ascii=False) + '\n'
    if '--check' not in options:
        VECTORS.write_text(after)
    elif json.loads(after) != json.loads(before):
        sys.exit(f'{VECTORS} is not what this version makes; run results.py without --check')


asyncio.run(main(*sys.argv[1:]))
