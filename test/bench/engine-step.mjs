// CPU of one tool step of the engine at several lengths of the run, and of all steps against a loop by hand, in turn. Run as
// a process of its own: node engine-step.mjs BUNDLE
import { ownCpuMs } from './cpu.mjs';
import { engineRuns, stepsByHand } from './engine-runs.mjs';
import { least } from './statistics.mjs';

const positions = [10, 100, 1000];
const reach = 5;
const rounds = 6;
const runsPerRound = 12;
const steps = positions[positions.length - 1] + reach;

const { stateOf, drive } = await engineRuns(process.argv[2]);
let events = 0;

/** Milliseconds per step around each position, averaged over the runs of a round. */
async function round() {
  const spent = positions.map(() => 0);
  for (let run = 0; run < runsPerRound; run += 1) {
    const began = positions.map(() => 0);
    const onStep = (step) => {
      const start = positions.indexOf(step + reach);
      if (start >= 0) began[start] = ownCpuMs();
      const end = positions.indexOf(step - reach);
      if (end >= 0) spent[end] += ownCpuMs() - began[end];
    };
    const state = stateOf({
      steps,
      onStep,
      callTool: async () => ({ kind: 'return', content: 3 }),
      emit: () => {
        events += 1;
      },
    });
    const { outcome } = await drive(state);
    if (outcome !== 'success') throw new Error(`a run ended as ${outcome}`);
  }
  return spent.map((ms) => ms / runsPerRound / (2 * reach));
}

/** Milliseconds for each step of whole runs. */
async function perStep(work) {
  const before = ownCpuMs();
  const result = await work();
  return { ms: (ownCpuMs() - before) / runsPerRound / steps, result };
}

async function roundByHand() {
  for (let run = 0; run < runsPerRound; run += 1) events += await stepsByHand(steps);
}

await round();
await roundByHand();
const samples = [];
for (let i = 0; i < rounds; i += 1) samples.push({ engine: await perStep(round), byHand: await perStep(roundByHand) });
const msAt = positions.map((_, index) => least(samples.map(({ engine }) => engine.result[index])));
const of = (name) => least(samples.map((sample) => sample[name].ms));
process.stdout.write(JSON.stringify({ positions, msAt, engineMs: of('engine'), byHandMs: of('byHand'), events }));
