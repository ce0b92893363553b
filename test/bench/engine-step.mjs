// CPU of one tool step of the engine at several lengths of the run. Run as a process of its own: node engine-step.mjs BUNDLE
import { ownCpuMs } from './cpu.mjs';
import { engineRuns } from './engine-runs.mjs';
import { least } from './statistics.mjs';

const positions = [10, 100, 1000];
const reach = 5;
const rounds = 6;
const runsPerRound = 12;

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
      steps: positions[positions.length - 1] + reach,
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

await round();
const results = [];
for (let i = 0; i < rounds; i += 1) results.push(await round());
const msAt = positions.map((_, index) => least(results.map((one) => one[index])));
process.stdout.write(JSON.stringify({ positions, msAt, events }));
