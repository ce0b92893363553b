// Heap of runs that wait for a tool. Run as a process of its own: node --expose-gc waiting-runs.mjs engine|server BUNDLE, or
// floor for a loop by hand.
import { createRequire } from 'node:module';
import { engineRuns, stepsByHand } from './engine-runs.mjs';

const count = 1000;
const [kind, bundle] = process.argv.slice(2);
const start = { engine: startOfEngine, server: startOfServer, floor: startByHand }[kind];
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
  return startEach((callTool) => drive(stateOf({ steps: 1, callTool })));
}

async function startByHand() {
  return startEach((callTool) => stepsByHand(1, callTool));
}

/** Starts runs whose tool never answers. */
function startEach(run) {
  const waiting = [];
  return (runs) =>
    reached(runs, (arrived) => {
      const callTool = () => {
        arrived();
        return new Promise((resolve) => waiting.push(resolve));
      };
      for (let i = 0; i < runs; i += 1) run(callTool);
    });
}

/** The daemon with a client that keeps nothing: it counts the calls in what it reads. */
async function startOfServer() {
  const { startRaw } = createRequire(import.meta.url)(bundle);
  let arrived = () => {};
  let rest = '';
  const send = startRaw({ activeRuns: 2 * count }, (chunk) => {
    rest += chunk;
    const calls = rest.split('"method":"tool/call"');
    for (let i = 1; i < calls.length; i += 1) arrived();
    // A marker may be cut in two.
    rest = calls[calls.length - 1].slice(-30);
  });
  const inputSchema = { type: 'object', properties: { topic: { type: 'string' } } };
  const agent = { name: 'asker', model: 'test', tools: [{ name: 'ask', inputSchema }] };
  send({ id: 1, method: 'initialize', params: {} });
  send({ id: 2, method: 'agent/register', params: agent });
  let id = 2;
  return (runs) =>
    reached(runs, async (onArrival) => {
      arrived = onArrival;
      for (let i = 0; i < runs; i += 1) {
        id += 1;
        send({ id, method: 'run/start', params: { agent: 'asker', prompt: 'hi' } });
        await new Promise((resolve) => setImmediate(resolve));
      }
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
