// Our engine and daemon beside engines that run in the process of their host: CPU of the same runs, with a model that
// costs nothing. The engines are installed on demand, into a folder of their own.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { median } from '../statistics.mjs';

const here = new URL('.', import.meta.url).pathname;
const root = join(here, '../../..');
const rounds = Number(process.env.PEERS_ROUNDS ?? 3);
const steps = 100;
const deltas = 1000;
const pydanticAi = '2.68.0';

const engines = {
  'Runwire, daemon with a host': 'runwire-daemon.mjs',
  'AI SDK': 'ai-sdk.mjs',
  TanStack: 'tanstack.mjs',
  'OpenAI Agents': 'openai-agents.mjs',
  LangChain: 'langchain.mjs',
  'Pydantic AI': 'reference.py',
};
const ours = 'Runwire, daemon with a host';

/** Budgets beside the AI SDK: for each measure, the most that the daemon and its host may cost. */
const measures = {
  text: { what: 'a run that answers', budget: 2.5 },
  step: { what: 'a tool step, one run at a time', budget: 1.3 },
  stepAt16: { what: 'a tool step, 16 runs at once', budget: 1 },
  deltas: { what: `${deltas} deltas`, budget: 0.05 },
};

/** @returns {Promise<object[]>} rows of the table */
export async function measurePeers() {
  const folder = process.env.PEERS_DIR ?? join(root, 'dist/peers');
  install(folder);
  const samples = Object.fromEntries(Object.keys(engines).map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1)
    for (const [name, file] of Object.entries(engines)) samples[name].push(sample(folder, file));
  const costs = Object.fromEntries(Object.entries(samples).map(([name, of]) => [name, mediansOf(of)]));
  if (process.argv.includes('--plots')) {
    const { drawPeers } = await import('./plots.mjs');
    await drawPeers({ folder, costs, measures, out: join(root, 'docs/performance') });
  }
  return Object.entries(measures).flatMap(([measure, of]) => rowsOf(costs, measure, of));
}

function rowsOf(costs, measure, { what, budget }) {
  const base = costs['AI SDK'][measure];
  return Object.entries(costs).map(([name, cost]) => ({
    what: `${what}: ${name}`,
    value: cost[measure] / base,
    unit: '× AI SDK',
    budget: name === ours ? budget : undefined,
    note: `${cost[measure].toFixed(3)} ms CPU`,
  }));
}

const mediansOf = (samples) =>
  Object.fromEntries(Object.keys(measures).map((measure) => [measure, median(samples.map((one) => one[measure]))]));

/** Installs what is missing; the scripts run from the folder, beside the packages that they import. */
function install(folder) {
  mkdirSync(folder, { recursive: true });
  const manifest = readFileSync(join(here, 'package.json'), 'utf8');
  const installed = join(folder, 'installed.json');
  if (!existsSync(installed) || readFileSync(installed, 'utf8') !== manifest) {
    writeFileSync(join(folder, 'package.json'), manifest);
    execFileSync('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: folder, stdio: 'inherit' });
    execFileSync('python3', ['-m', 'venv', join(folder, 'python')], { stdio: 'inherit' });
    const pip = ['-m', 'pip', 'install', '-q', `pydantic-ai-slim==${pydanticAi}`];
    execFileSync(join(folder, 'python/bin/python'), pip, { stdio: 'inherit' });
    writeFileSync(installed, manifest);
  }
  const bench = join(folder, 'bench');
  mkdirSync(join(bench, 'peers'), { recursive: true });
  for (const name of ['client.mjs', 'cpu.mjs']) cpSync(join(here, '..', name), join(bench, name));
  cpSync(join(here, 'measure.mjs'), join(bench, 'peers/measure.mjs'));
  cpSync(join(here, 'engines'), join(bench, 'peers/engines'), { recursive: true });
  if (!existsSync(join(bench, 'daemon'))) symlinkSync(join(root, 'dist/daemon'), join(bench, 'daemon'));
}

function sample(folder, file) {
  const engine = join(folder, 'bench/peers/engines', file);
  const size = [String(steps), String(deltas)];
  const [program, args] = file.endsWith('.py')
    ? [join(folder, 'python/bin/python'), [engine, ...size]]
    : [process.execPath, [join(folder, 'bench/peers/measure.mjs'), engine, ...size]];
  const printed = execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  return JSON.parse(printed.trim().split('\n').at(-1));
}
