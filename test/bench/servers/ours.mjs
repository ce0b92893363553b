// Our connection without the daemon. Its bundle is the first argument.
import { createRequire } from 'node:module';

const { openWire, defaultLimits } = createRequire(import.meta.url)(process.argv[2]);
const nothing = () => {};
const log = { error: nothing, warn: nothing, info: nothing, debug: nothing };
const { connection, pump } = openWire(process.stdin, process.stdout, { limits: defaultLimits, log });
connection.onNotification(nothing);
connection.onRequest(async (method, params) => {
  if (method === 'burst') {
    for (let i = 0; i < params.count; i += 1) {
      if (pump.congested) await pump.drained();
      pump.send({ jsonrpc: '2.0', method: 'note', params: { i, text: params.text } });
    }
  }
  return { removed: false };
});
connection.listen();
