// Our daemon and its host beside engines that run in the process of their host: CPU of the same runs, with a model that
// costs nothing. The engines are installed on demand, into a folder of their own.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { median } from '../statistics.mjs';
import { folder, installPeers, versions } from './install.mjs';

const rounds = Number(process.env.PEERS_ROUNDS ?? 3);
const steps = 100;
const deltas = 1000;
const ours = 'Runwire, daemon and host';
const streamed = 'Runwire, streamed';

const engines = {
  [ours]: ['runwire-daemon.mjs'],
  [streamed]: ['runwire-daemon.mjs', 'streamed'],
  [`AI SDK ${versions.ai}`]: ['ai-sdk.mjs'],
  [`TanStack AI ${versions['@tanstack/ai']}`]: ['tanstack.mjs'],
  [`OpenAI Agents ${versions['@openai/agents']}`]: ['openai-agents.mjs'],
  [`LangChain ${versions.langchain}`]: ['langchain.mjs'],
  [`Pydantic AI ${versions['pydantic-ai-slim']}`]: ['reference.py'],
};
const base = `AI SDK ${versions.ai}`;

/** Budgets beside the AI SDK: for each measure, the most that the daemon and its host may cost. */
const measures = {
  first: { what: 'a run that answers, of the first 100', budget: 2.5 },
  text: { what: 'a run that answers, later', budget: 2.5 },
  step: { what: 'a tool step, one run at a time', budget: 1.3 },
  stepAt16: { what: 'a tool step, 16 runs at once', budget: 1 },
  // Both of ours stream them.
  deltas: { what: `${deltas} deltas`, budget: 0.05, but: streamed },
};

/** @returns {Promise<object[]>} rows of the table */
export async function measurePeers() {
  await installPeers();
  const samples = Object.fromEntries(Object.keys(engines).map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1)
    for (const [name, [file, ...options]] of Object.entries(engines)) samples[name].push(sample(file, options));
  const costs = Object.fromEntries(Object.entries(samples).map(([name, of]) => [name, mediansOf(of)]));
  if (process.argv.includes('--plots')) {
    const { drawBars } = await import('./plots.mjs');
    for (const [measure, { what, but }] of Object.entries(measures)) {
      const bars = Object.entries(costs).flatMap(([name, cost]) =>
        name === but ? [] : { name, value: cost[measure] },
      );
      await drawBars(folder, measure, { title: `${what}: ms of CPU`, bars });
    }
  }
  return Object.entries(measures).flatMap(([measure, of]) => rowsOf(costs, measure, of));
}

function rowsOf(costs, measure, { what, budget, but }) {
  const shown = Object.entries(costs).filter(([name]) => name !== but);
  return shown.map(([name, cost]) => ({
    what: `${what}: ${name}`,
    value: cost[measure] / costs[base][measure],
    unit: '× AI SDK',
    budget: name === ours ? budget : undefined,
    note: `${cost[measure].toFixed(3)} ms CPU`,
  }));
}

const mediansOf = (samples) =>
  Object.fromEntries(Object.keys(measures).map((measure) => [measure, median(samples.map((one) => one[measure]))]));

function sample(file, options) {
  const engine = join(folder, 'bench/peers/engines', file);
  const args = [engine, String(steps), String(deltas), ...options];
  const printed = file.endsWith('.py')
    ? output(join(folder, 'python/bin/python'), args)
    : output(process.execPath, [join(folder, 'bench/peers/measure.mjs'), ...args]);
  return JSON.parse(printed.trim().split('\n').at(-1));
}

const output = (program, args) =>
  execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
