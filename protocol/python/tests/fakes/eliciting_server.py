"""An MCP server with one tool, which asks the person for a colour."""

from __future__ import annotations

import json
import sys
from typing import Any

SCHEMA = {'type': 'object', 'properties': {'colour': {'type': 'string'}}}


def send(**message: Any) -> None:
    print(json.dumps({'jsonrpc': '2.0', **message}), flush=True)


call_id: Any = None
for line in sys.stdin:
    message = json.loads(line)
    method, number = message.get('method'), message.get('id')
    if method == 'initialize':
        version = message['params']['protocolVersion']
        info = {'name': 'paint', 'version': '1'}
        send(id=number, result={'protocolVersion': version, 'capabilities': {'tools': {}}, 'serverInfo': info})
    elif method == 'tools/list':
        send(id=number, result={'tools': [{'name': 'paint', 'inputSchema': {'type': 'object'}}]})
    elif method == 'tools/call':
        call_id = number
        send(id='ask', method='elicitation/create', params={'message': 'Which colour?', 'requestedSchema': SCHEMA})
    elif number == 'ask' and method is None:
        answer: dict[str, Any] = message['result']
        content: dict[str, str] = answer.get('content') or {}
        words = ' '.join([str(answer['action']), *content.values()])
        send(id=call_id, result={'content': [{'type': 'text', 'text': words}]})
    elif number is not None:
        send(id=number, error={'code': -32601, 'message': f'no method {method}'})
