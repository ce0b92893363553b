// What looking at runs costs: a run with a tool step beside a page and with tracing, against one without; and the first page of
// a store of ten thousand runs.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, inFlight } from '../client.mjs';
import { least, median } from '../statistics.mjs';

const rounds = 5;
const runs = 300;
const stored = 10_000;
const openings = 5;

/** @returns {Promise<object[]>} rows of the table */
export async function measureInspector(daemon, storeBundle) {
  return [...(await measureRuns(daemon)), await measureFirstPage(daemon, storeBundle)];
}

async function measureRuns(daemon) {
  const collector = createServer((request, response) => {
    request.resume().on('end', () => response.writeHead(200).end());
  });
  await new Promise((resolve) => collector.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${collector.address().port}`;
  const ways = {
    plain: new Client([daemon], { OTEL_SDK_DISABLED: 'true' }),
    page: new Client([daemon, '--inspect', '0'], { OTEL_SDK_DISABLED: 'true' }),
    traced: new Client([daemon], { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint }),
  };
  const samples = Object.fromEntries(Object.keys(ways).map((name) => [name, []]));
  for (const client of Object.values(ways)) await prepare(client);
  for (let round = 0; round <= rounds; round += 1) {
    for (const [name, client] of Object.entries(ways)) {
      const cpu = await client.cpuOf(() => inFlight(16, runs, () => run(client)));
      // The first round warms up.
      if (round > 0) samples[name].push({ server: cpu.server, client: cpu.client });
    }
  }
  for (const client of Object.values(ways)) await client.end();
  collector.closeAllConnections();
  await new Promise((resolve) => collector.close(resolve));
  if (samples.plain.some(({ server }) => server === undefined))
    return [{ what: 'a run that is looked at', note: 'needs /proc' }];
  const perRun = (name, side) => least(samples[name].map((sample) => sample[side])) / runs;
  // Both sides and both framings, as in the other rows about steps.
  const whole = (name) => perRun(name, 'server') + perRun(name, 'client');
  const row = (what, name, budget) => {
    const [mine, plain] = [perRun(name, 'server'), perRun('plain', 'server')].map((ms) => ms.toFixed(3));
    const note = `ms CPU of the whole run ${whole(name).toFixed(3)}, of it daemon ${mine}, without ${plain}`;
    return { what, value: whole(name) / whole('plain'), unit: 'x', budget, note };
  };
  return [
    row('a run with a tool step, with --inspect', 'page', 1.02),
    row('a run with a tool step, with tracing', 'traced', 1.3),
  ];
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
