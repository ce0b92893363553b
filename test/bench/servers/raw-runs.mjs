// The floor for runs: a hand-written loop that sends what the daemon sent in such a run, and knows nothing of runs. The
// file named by the argument has, for each agent, the messages until its tool is called and those afterwards.
import { readFileSync } from 'node:fs';
import { listen, send } from './framing.mjs';

const scripts = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const waiting = new Map();
let calls = 0;

listen(({ id, method, params }) => {
  if (method === 'run/start') start(id, scripts[params.agent]);
  else if (method !== undefined) send({ jsonrpc: '2.0', id, result: {} });
  else {
    waiting.get(id)();
    waiting.delete(id);
  }
});

function start(id, { before, after }) {
  const finish = () => {
    for (const message of after) send(message.result ? { ...message, id } : message);
  };
  for (const message of before) {
    if (message.id !== undefined) {
      calls += 1;
      waiting.set(calls, finish);
    }
    send(message.id === undefined ? message : { ...message, id: calls });
  }
  if (waiting.get(calls) !== finish) finish();
}
