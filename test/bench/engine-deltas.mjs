// CPU of text deltas through the engine against a bare loop over the same generator, in turn. Run as a process of its
// own: node engine-deltas.mjs BUNDLE
import { ownCpuMs } from './cpu.mjs';
import { engineRuns } from './engine-runs.mjs';
import { median } from './statistics.mjs';

const deltas = 1000;
const runsPerRound = 20;
const rounds = 15;

const { stateOf, drive } = await engineRuns(process.argv[2]);
let shown = 0;

async function* pieces(count) {
  for (let i = 0; i < count; i += 1) yield 'word ';
}

async function bareLoop(count) {
  let text = '';
  for await (const piece of pieces(count)) text += piece;
  shown += text.length;
}

async function engineRun(count) {
  const answer = async ({ stream }) => {
    for await (const piece of pieces(count)) stream.text('text', piece);
    return [];
  };
  const show = () => {
    shown += 1;
  };
  const sink = { show, text: show, thinking: show, toolCall: show, ready: () => undefined };
  const { outcome } = await drive(stateOf({ answer, stream: true, sink }));
  if (outcome !== 'success') throw new Error(`a run ended as ${outcome}`);
}

async function cpuOf(work, count) {
  const before = ownCpuMs();
  for (let i = 0; i < runsPerRound; i += 1) await work(count);
  return (ownCpuMs() - before) / runsPerRound;
}

/** What the deltas cost, without what a run or a loop with a single one costs. */
const cpuOfDeltas = async (work) => (await cpuOf(work, deltas)) - (await cpuOf(work, 1));

const samples = [];
for (let i = 0; i <= rounds; i += 1)
  samples.push({ bare: await cpuOfDeltas(bareLoop), engine: await cpuOfDeltas(engineRun) });
// The first round warms up.
const warm = samples.slice(1);
const [bare, engine] = ['bare', 'engine'].map((name) => median(warm.map((sample) => sample[name])));
process.stdout.write(JSON.stringify({ ratio: engine / bare, engineMs: engine, bareMs: bare, shown }));
