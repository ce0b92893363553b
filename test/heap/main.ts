// Runs of all kinds, one after the other and several at once, in a process of their own:
// node --expose-gc main.mjs RUNS WARM_UP SEED. Writes how many bytes a run leaves on the heap.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Random } from '../support/random.ts';
import { Host } from './host.ts';
import { type Kind, kinds, provided } from './kinds.ts';

const [runs = 0, warmUp = 0, seed = 1] = process.argv.slice(2).map(Number);
const samples = 8;
const atOnce = 8;

const chunk = (delta: object, finish_reason: string | null = null) =>
  `data: ${JSON.stringify({ id: 'x', created: 1, model: 'm', choices: [{ index: 0, delta, finish_reason }] })}\n\n`;
const provider = createServer((request, response) => {
  request.resume().on('end', () => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(`${chunk({ content: 'an ' })}${chunk({ content: 'answer' })}${chunk({}, 'stop')}data: [DONE]\n\n`);
  });
});
await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve));
const { port } = provider.address() as AddressInfo;

const all: readonly (readonly [number, Kind])[] = [...kinds, [1, provided(`http://127.0.0.1:${port}/v1`)]];
const weighted = all.flatMap(([weight, kind]) => Array.from({ length: weight }, () => kind));
const random = new Random(seed);
const host = new Host();
let made = 0;

/** Makes so many runs, several at once. */
async function make(count: number): Promise<void> {
  const last = made + count;
  const worker = async () => {
    while (made < last) {
      made += 1;
      await random.pick(weighted)(host, `r${made}`);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

async function heapUsed(): Promise<number> {
  for (let turn = 0; turn < 4; turn += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    globalThis.gc?.();
  }
  return process.memoryUsage().heapUsed;
}

await host.request('initialize', { trace: 'messages' });
await make(warmUp);
const heap = [await heapUsed()];
const from = performance.now();
for (let at = 0; at < samples; at += 1) {
  await make(runs / samples);
  heap.push(await heapUsed());
}
// The median of all slopes (Theil and Sen): one sample that is off does not count.
const slopes = heap.flatMap((before, at) =>
  heap.slice(at + 1).map((after, step) => (after - before) / ((step + 1) * (runs / samples))),
);
const bytesPerRun = slopes.sort((a, b) => a - b)[slopes.length >> 1] ?? Number.NaN;
const health = await host.request('health/get', {});
process.stdout.write(
  JSON.stringify({ runs, seed, bytesPerRun, msPerRun: (performance.now() - from) / runs, heap, health }),
);
process.exit(0);
