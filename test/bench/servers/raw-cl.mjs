// The floor for a server on stdio: a hand-written Content-Length loop. Every request gets the same answer; `burst` is
// answered after so many notifications.
import { flush, listen, send } from './framing.mjs';

listen(({ id, method, params }) => {
  if (id === undefined) return;
  if (method === 'burst') {
    for (let i = 0; i < params.count; i += 1) {
      send({ jsonrpc: '2.0', method: 'note', params: { i, text: params.text } });
      if (i % 64 === 63) flush();
    }
  }
  send({ jsonrpc: '2.0', id, result: { removed: false } });
});
