// What looking at runs costs: an idle daemon and a run with a tool step when there is neither a page nor tracing, against a daemon
// built without them; the same run with a page that nobody looks at, and with tracing; and the first page of ten thousand runs.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client, inFlight } from '../client.mjs';
import { roundsOf } from '../guard/effort.mjs';
import { idleMib } from '../memory.mjs';
import { median } from '../statistics.mjs';
import { buildWithoutHooks } from './without-hooks.mjs';

/** Daemons of each kind: which functions V8 compiles, and when, differs from one to the next. */
const daemons = roundsOf(4, 1);
/** Runs at a time, and until most is compiled. */
const width = 16;
const warmUp = roundsOf(2500, 1000);
/** Short turns, so that what else the machine does disturbs all alike. */
const rounds = roundsOf(160, 60);
const idleRounds = 5;
const stored = 10_000;
const openings = 5;

/** @returns {Promise<object[]>} rows of the table */
export async function measureInspector(daemon, storeBundle) {
  const without = await buildWithoutHooks(daemon);
  return [
    await measureIdle(daemon, without),
    ...(await measureRuns(daemon, without)),
    await measureFirstPage(daemon, storeBundle),
  ];
}

/** A run with a tool step beside a page, with tracing, and with neither, against one without the hooks. */
export async function measureRunsLookedAt(daemon) {
  return measureRuns(daemon, await buildWithoutHooks(daemon));
}

async function measureIdle(daemon, without) {
  const what = 'idle daemon, neither page nor tracing';
  const [own, bare] = [[], []];
  for (let round = 0; round < idleRounds; round += 1) {
    own.push(await idleMib([daemon]));
    bare.push(await idleMib([without]));
  }
  if (own.includes(undefined)) return { what, note: 'needs /proc' };
  const note = `${median(own).toFixed(1)} MiB resident, built without them ${median(bare).toFixed(1)} MiB`;
  return { what, value: median(own) / median(bare), unit: 'x', budget: 1.02, note };
}

async function measureRuns(daemon, without) {
  const collector = await startCollector();
  const plain = { OTEL_SDK_DISABLED: 'true' };
  const kinds = {
    without: [[without], plain],
    off: [[daemon], plain],
    again: [[daemon], plain],
    page: [[daemon, '--inspect', '0'], plain],
    traced: [[daemon], { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint }],
  };
  const costs = Object.fromEntries(Object.keys(kinds).map((name) => [name, []]));
  for (let count = 0; count < daemons; count += 1) await measureOnce(kinds, costs);
  collector.end();
  if (costs.off.includes(undefined)) return [{ what: 'a run that is looked at', note: 'needs /proc' }];
  const perRun = (name) => costs[name].reduce((sum, one) => sum + one, 0) / daemons;
  const row = (what, name, against, budget) => {
    const note = `${perRun(name).toFixed(3)} ms CPU of both sides, against ${perRun(against).toFixed(3)}`;
    return { what, value: perRun(name) / perRun(against), unit: 'x', budget, note };
  };
  const off = row('a run with a tool step, neither page nor tracing', 'off', 'without', 1.02);
  const same = (perRun('again') / perRun('off')).toFixed(2);
  return [
    { ...off, note: `${off.note}; the same daemon twice differs by ${same}` },
    row('a run with a tool step, a page nobody looks at', 'page', 'off', 1.02),
    row('a run with a tool step, with tracing', 'traced', 'off', 1.3),
  ];
}

/** Adds the cost of a run in a new daemon of each kind: the mean of the faster half of rounds, in which others disturb least. */
async function measureOnce(kinds, costs) {
  const samples = new Map();
  for (const [name, [args, env]] of Object.entries(kinds)) {
    const client = new Client(args, env);
    await prepare(client);
    await inFlight(width, warmUp, () => run(client));
    samples.set(name, { client, times: [] });
  }
  const all = [...samples.values()];
  for (let round = 0; round < rounds; round += 1) {
    for (const { client, times } of round % 2 === 0 ? all : all.toReversed()) {
      const { server, client: own } = await client.cpuOf(() => inFlight(width, width, () => run(client)));
      times.push(server === undefined ? undefined : (server + own) / width);
    }
  }
  for (const [name, { client, times }] of samples) {
    await client.end();
    const faster = times.sort((a, b) => a - b).slice(0, rounds / 2);
    costs[name].push(times.includes(undefined) ? undefined : faster.reduce((sum, one) => sum + one, 0) / faster.length);
  }
}

/** A process of its own: what a collector does is no cost of ours. */
async function startCollector() {
  const file = fileURLToPath(new URL('../servers/collector.mjs', import.meta.url));
  const child = spawn(process.execPath, [file], { stdio: ['pipe', 'pipe', 'inherit'] });
  const port = await new Promise((resolve) => child.stdout.once('data', (chunk) => resolve(String(chunk).trim())));
  return { endpoint: `http://127.0.0.1:${port}`, end: () => child.stdin.end() };
}

async function prepare(client) {
  client.onRequest = () => ({ content: 'yes' });
  await client.request('initialize', {});
  const inputSchema = { type: 'object', properties: { topic: { type: 'string' } }, required: ['topic'] };
  await client.request('agent/register', { name: 'calls', model: 'test', tools: [{ name: 'look', inputSchema }] });
}

async function run(client) {
  const { result, error } = await client.request('run/start', { agent: 'calls', prompt: 'hi', wait: true });
  if (result?.outcome !== 'success') throw new Error(`a run failed: ${JSON.stringify(error ?? result)}`);
}

async function measureFirstPage(daemon, storeBundle) {
  const { fillStore } = createRequire(import.meta.url)(storeBundle);
  const folder = mkdtempSync(join(tmpdir(), 'runwire-bench-'));
  const store = join(folder, 'store');
  const what = `first page of a store of ${stored} runs`;
  try {
    const client = new Client([daemon, '--store', store]);
    await client.request('initialize', {});
    await client.request('run/start', { model: 'test', prompt: 'hi', wait: true });
    await client.end();
    fillStore(store, stored);
    const times = [];
    for (let opening = 0; opening < openings; opening += 1) times.push(await firstPage(daemon, store));
    const started = median(times.map((one) => one.started));
    const note = `since the start of the process; the address after ${started.toFixed(0)} ms`;
    return { what, value: median(times.map((one) => one.listed)), unit: 'ms', budget: 500, note };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function firstPage(daemon, store) {
  const began = performance.now();
  const child = spawn(process.execPath, [daemon, 'inspect', '--store', store], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const address = await new Promise((resolve) => child.stdout.once('data', (chunk) => resolve(String(chunk).trim())));
  const started = performance.now() - began;
  const { runs: listed } = await (await fetch(`${address}api/runs?limit=100`)).json();
  if (listed.length !== 100) throw new Error(`${listed.length} runs were listed`);
  const time = performance.now() - began;
  child.kill('SIGINT');
  await new Promise((resolve) => child.once('exit', resolve));
  return { started, listed: time };
}
