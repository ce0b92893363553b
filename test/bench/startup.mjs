// Time from spawn to the `initialize` answer, against `node -e 0` in turn; and what the first run costs after it.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from './client.mjs';
import { cpuMsOf } from './cpu.mjs';
import { isQuick, roundsOf } from './guard/effort.mjs';
import { least, median } from './statistics.mjs';

/** After so long without work the cache has been written. */
const idleMs = 2500;
const rounds = roundsOf(21, 9);
const major = Number(process.versions.node.split('.')[0]);

/** @returns {Promise<object[]>} rows of the table */
export async function measureStartup(daemon) {
  const cache = mkdtempSync(join(tmpdir(), 'runwire-bench-'));
  const env = { XDG_CACHE_HOME: cache, LOCALAPPDATA: cache, RUNWIRE_NO_CODE_CACHE: '' };
  const variants = {
    node: bareNode,
    warm: () => initialized(daemon, env),
    ...(isQuick ? {} : { cold: () => initialized(daemon, { RUNWIRE_NO_CODE_CACHE: '1' }) }),
  };
  const samples = { node: [], warm: [], cold: [] };
  try {
    // The first start writes the cache, and a second time when a run has ended.
    await initialized(daemon, env, idleMs);
    for (const run of Object.values(variants)) await run();
    for (let i = 0; i < rounds; i += 1) {
      for (const [name, run] of Object.entries(variants)) samples[name].push(await run());
    }
  } finally {
    rmSync(cache, { recursive: true, force: true });
  }
  const budget = major >= 22 ? 1.45 : 1.2;
  return [
    ...rowsOf('start to initialize answer', samples.warm, samples.node, budget),
    ...(isQuick ? [] : rowsOf('  without a code cache', samples.cold, samples.node, undefined)),
    ...rowsOfFirstRun(samples),
  ];
}

function rowsOf(what, samples, baseline, budget) {
  const ratio = (of, key) => of(samples.map((one) => one[key])) / of(baseline.map((one) => one[key]));
  const ms = (of) => `${of(samples.map((one) => one.wallMs)).toFixed(1)} ms`;
  const rows = [
    { what: `${what}, median`, value: ratio(median, 'wallMs'), unit: '× node -e 0', budget, note: ms(median) },
    { what: `${what}, least`, value: ratio(least, 'wallMs'), unit: '× node -e 0', budget, note: ms(least) },
  ];
  if (samples.some((one) => one.cpuMs === undefined) || baseline.some((one) => one.cpuMs === undefined)) return rows;
  return [...rows, { what: `${what}, CPU, median`, value: ratio(median, 'cpuMs'), unit: '× node -e 0', budget }];
}

/** The rest of the daemon is loaded after the answer: that counts here. */
function rowsOfFirstRun({ warm, node }) {
  const what = 'first run after the start';
  if (warm.some(({ runCpuMs }) => runCpuMs === undefined)) return [{ what, note: 'needs /proc' }];
  const value = median(warm.map(({ runCpuMs }) => runCpuMs));
  return [
    { what, value, unit: 'ms CPU', budget: 34, note: 'with what is loaded once the handshake is answered' },
    { what: '  beside a start of Node', value: value / median(node.map(({ cpuMs }) => cpuMs)), unit: '× node -e 0' },
  ];
}

async function initialized(daemon, env, restMs = 0) {
  const began = performance.now();
  const client = new Client([daemon], env);
  await client.request('initialize', {});
  const wallMs = performance.now() - began;
  const cpuMs = cpuMsOf(client.child.pid);
  await client.request('run/start', { model: 'test', prompt: 'hi', wait: true });
  const runCpuMs = cpuMs === undefined ? undefined : cpuMsOf(client.child.pid) - cpuMs;
  await delay(restMs);
  await client.end();
  return { wallMs, cpuMs, runCpuMs };
}

/** `node -e 0`; its CPU comes from a second one, which says what it has used once its script runs. */
async function bareNode() {
  const began = performance.now();
  await outputOf('0');
  const wallMs = performance.now() - began;
  const cpu = await outputOf(
    'const { user, system } = process.cpuUsage(); process.stdout.write(String(user + system))',
  );
  return { wallMs, cpuMs: Number(cpu) / 1000 };
}

function outputOf(script) {
  const child = spawn(process.execPath, ['-e', script], { stdio: ['pipe', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  return new Promise((resolve) => child.once('close', () => resolve(output)));
}
