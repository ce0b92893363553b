"""A provider on loopback that answers every request with what it was last given."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Provider:
    def __init__(self):
        self.body, self.type = b'', 'application/json'
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                self.rfile.read(int(self.headers.get('content-length') or 0))
                self.send_response(200)
                self.send_header('content-type', provider.type)
                self.send_header('content-length', str(len(provider.body)))
                self.end_headers()
                self.wfile.write(provider.body)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        self.url = f'http://127.0.0.1:{self.server.server_port}'
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, given, framing):
        """`framing` is None for a body, else how the events of a stream are written."""
        if framing is None:
            self.body, self.type = json.dumps(given).encode(), 'application/json'
        elif framing == 'amazon':
            self.body, self.type = b''.join(map(amazon_frame, given)), 'application/vnd.amazon.eventstream'
        else:
            self.body, self.type = b''.join(sse(one, framing) for one in given), 'text/event-stream'

    def close(self):
        self.server.shutdown()


def sse(event, framing):
    if framing == 'named':
        return f'event: {event["type"]}\ndata: {json.dumps(event)}\n\n'.encode()
    return f'data: {event if isinstance(event, str) else json.dumps(event)}\n\n'.encode()


def amazon_frame(event):
    import binascii
    import struct

    ((name, value),) = event.items()
    headers = b''
    for key, text in ((':event-type', name), (':content-type', 'application/json'), (':message-type', 'event')):
        headers += struct.pack('>B', len(key)) + key.encode() + b'\x07' + struct.pack('>H', len(text)) + text.encode()
    payload = json.dumps(value).encode()
    prelude = struct.pack('>II', 16 + len(headers) + len(payload), len(headers))
    prelude += struct.pack('>I', binascii.crc32(prelude))
    message = prelude + headers + payload
    return message + struct.pack('>I', binascii.crc32(message))
