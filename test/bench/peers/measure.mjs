// What the runs of one engine cost, in a process of its own: node measure.mjs ENGINE STEPS DELTAS prints milliseconds of
// CPU as JSON. The first runs are measured alone, since code that is not compiled yet costs several times as much.
import { ownCpuMs } from '../cpu.mjs';

const [engine, steps, deltas] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
const { run, stream, cpuMs = ownCpuMs, end } = await import(engine);

/** CPU of one piece of work, of `count` of which `width` go on at once. */
async function cpuOf(work, count, width = 1) {
  const before = cpuMs();
  for (let left = count; left > 0; left -= width) await Promise.all(Array.from({ length: width }, work));
  return (cpuMs() - before) / count;
}

const first = await cpuOf(() => run(0), 100);
await cpuOf(() => run(0), 300);
await cpuOf(() => run(steps), 8);
await cpuOf(() => run(steps), 16, 16);
const text = await cpuOf(() => run(0), 200);
const one = await cpuOf(() => run(steps), 5);
const many = await cpuOf(() => run(steps), 16, 16);
const characters = await stream(deltas);
if (characters < deltas * 'word'.length) throw new Error(`the stream brought ${characters} characters`);
await cpuOf(() => stream(deltas), 5);
const streamed = await cpuOf(() => stream(deltas), 5);
await end?.();
const result = { first, text, step: (one - text) / steps, stepAt16: (many - text) / steps, deltas: streamed };
process.stdout.write(`${JSON.stringify(result)}\n`);
process.exit(0);
