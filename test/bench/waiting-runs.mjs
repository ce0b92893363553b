// Heap of runs that wait for a tool. Run as a process of its own: node --expose-gc waiting-runs.mjs engine|server BUNDLE
import { createRequire } from 'node:module';
import { engineRuns } from './engine-runs.mjs';

const count = 1000;
const [kind, bundle] = process.argv.slice(2);
const start = { engine: startOfEngine, server: startOfServer }[kind];
const startRuns = await start();

// What is made once, and compiled code, is not counted.
await startRuns(50);
const before = heapUsed();
await startRuns(count);
process.stdout.write(JSON.stringify({ bytesPerRun: (heapUsed() - before) / count }));
process.exit(0);

function heapUsed() {
  for (let i = 0; i < 4; i += 1) globalThis.gc();
  return process.memoryUsage().heapUsed;
}

async function startOfEngine() {
  const { stateOf, drive } = await engineRuns(bundle);
  const waiting = [];
  return (runs) =>
    reached(runs, (arrived) => {
      const callTool = () => {
        arrived();
        return new Promise((resolve) => waiting.push(resolve));
      };
      for (let i = 0; i < runs; i += 1) drive(stateOf({ steps: 1, callTool }));
    });
}

async function startOfServer() {
  const { startPair } = createRequire(import.meta.url)(bundle);
  const { client } = startPair({ limits: { activeRuns: 2 * count } });
  let arrived = () => {};
  const waiting = [];
  client.onRequest('tool/call', () => {
    arrived();
    return new Promise((resolve) => waiting.push(resolve));
  });
  client.listen();
  await client.sendRequest('initialize', {});
  const inputSchema = { type: 'object', properties: { question: { type: 'string' } } };
  const agent = { name: 'asker', model: 'test', tools: [{ name: 'ask', inputSchema }] };
  await client.sendRequest('agent/register', agent);
  return (runs) =>
    reached(runs, async (onArrival) => {
      arrived = onArrival;
      for (let i = 0; i < runs; i += 1) await client.sendRequest('run/start', { agent: 'asker', prompt: 'hi' });
    });
}

/** Resolves when so many runs wait in their tool, a turn of the event loop later. */
function reached(runs, begin) {
  return new Promise((resolve) => {
    let left = runs;
    begin(() => {
      left -= 1;
      if (left === 0) setImmediate(resolve);
    });
  });
}
