// Time from nothing to the first event of a run: through the entry for Node, against the same by hand, in turn.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startRunwire } from '../../dist/esm/node/index.js';
import { Client } from './client.mjs';
import { least, median } from './statistics.mjs';

const rounds = 21;
const budget = 1.1;
const spec = { model: 'test', prompt: 'hi' };

/** @returns {Promise<object[]>} rows of the table */
export async function measureFirstEvent(daemon) {
  const cache = mkdtempSync(join(tmpdir(), 'runwire-bench-'));
  const env = { ...process.env, XDG_CACHE_HOME: cache, LOCALAPPDATA: cache, RUNWIRE_NO_CODE_CACHE: '' };
  const variants = { node: () => withRunwire(daemon, env), hand: () => byHand(daemon, env) };
  const samples = { node: [], hand: [] };
  try {
    // The first start writes the cache.
    for (const run of Object.values(variants)) await run();
    for (let i = 0; i < rounds; i += 1) {
      // The leftovers of one must not always meet the same other.
      const order = Object.keys(variants);
      for (const name of i % 2 === 0 ? order : order.reverse()) samples[name].push(await variants[name]());
    }
  } finally {
    rmSync(cache, { recursive: true, force: true });
  }
  return [median, least].map((of) => ({
    what: `startRunwire to the first event, ${of.name}`,
    value: of(samples.node) / of(samples.hand),
    unit: '× by hand',
    budget,
    note: `${of(samples.node).toFixed(1)} ms`,
  }));
}

async function withRunwire(daemon, env) {
  const began = performance.now();
  const runwire = await startRunwire({ command: [process.execPath, daemon], env });
  const run = await runwire.startRun(spec);
  await run[Symbol.asyncIterator]().next();
  const ms = performance.now() - began;
  await runwire.close();
  return ms;
}

async function byHand(daemon, env) {
  const began = performance.now();
  const client = new Client([daemon], env);
  const first = new Promise((resolve) => {
    client.onNotification = ({ method }) => method === 'run/event' && resolve();
  });
  await client.request('initialize', { processId: process.pid });
  client.notify('initialized', {});
  await client.request('run/start', spec);
  await first;
  const ms = performance.now() - began;
  await client.end();
  return ms;
}
