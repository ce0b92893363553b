// CPU of reading the messages of a run, against JSON.stringify of the same list, in turn. Run as a process of its own:
// node messages.mjs BUNDLE
import { createRequire } from 'node:module';
import { ownCpuMs } from './cpu.mjs';
import { median } from './statistics.mjs';

const counts = [10_000, 20_000];
const rounds = 15;
const reads = 5;

const { encoded, messagesPage } = createRequire(import.meta.url)(process.argv[2]);

/** A finished run with a history of so many messages, and two of its own. */
function recordOf(count) {
  const text = 'A sentence of a conversation that went on for a while. '.repeat(4);
  const part = { content: text, timestamp: '2026-01-01T00:00:00Z', part_kind: 'user-prompt' };
  const request = {
    parts: [part],
    timestamp: null,
    instructions: null,
    kind: 'request',
    run_id: null,
    state: 'complete',
  };
  const messages = Array.from({ length: count }, () => structuredClone(request));
  return { runId: 'r', messages, newMessageIndex: count - 2, output: null, isComplete: true };
}

function cpuOf(work) {
  const before = ownCpuMs();
  for (let i = 0; i < reads; i += 1) work();
  return (ownCpuMs() - before) / reads;
}

const samples = { all: [], json: [], floor: [], newOf: counts.map(() => []) };
const records = counts.map(recordOf);
const [record] = records;
const read = (one, params, which) => encoded({ jsonrpc: '2.0', id: 1, result: messagesPage(one, params, which) });
for (let i = 0; i <= rounds; i += 1) {
  samples.floor.push(cpuOf(() => Buffer.byteLength(JSON.stringify(record.messages))));
  samples.all.push(cpuOf(() => read(record, {}, 'all')));
  samples.json.push(cpuOf(() => read(record, { format: 'json' }, 'all')));
  for (const [at, one] of records.entries()) {
    samples.newOf[at].push(
      cpuOf(() => {
        for (let k = 0; k < 2000; k += 1) read(one, {}, 'new');
      }),
    );
  }
}
// The first round warms up.
const of = (list) => median(list.slice(1));
const floor = of(samples.floor);
const [some, more] = samples.newOf.map(of);
process.stdout.write(
  JSON.stringify({
    all: of(samples.all) / floor,
    json: of(samples.json) / floor,
    floorMs: floor,
    newUs: some / 2,
    newGrowth: more / some,
  }),
);
