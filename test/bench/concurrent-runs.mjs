// A thousand runs on one daemon at once, each with a call of a host tool, against the same one after another.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, inFlight } from './client.mjs';

const count = 1000;
const inputSchema = { type: 'object', properties: { topic: { type: 'string' } }, required: ['topic'] };

/** @returns {Promise<object[]>} rows of the table */
export async function measureConcurrentRuns(daemon) {
  const folder = mkdtempSync(join(tmpdir(), 'runwire-bench-'));
  const config = join(folder, 'config.json');
  writeFileSync(config, JSON.stringify({ limits: { activeRuns: count } }));
  const client = new Client([daemon, '--config', config]);
  client.onRequest = () => ({ content: 'yes' });
  await client.request('initialize', {});
  await client.request('agent/register', { name: 'asks', model: 'test', tools: [{ name: 'ask', inputSchema }] });
  const run = async () => {
    const { result, error } = await client.request('run/start', { agent: 'asks', prompt: 'hi', wait: true });
    if (result?.outcome !== 'success') throw new Error(`a run failed: ${JSON.stringify(error ?? result)}`);
  };
  await inFlight(16, 200, run);
  const alone = await client.cpuOf(() => inFlight(1, count, run));
  const before = rssMiB(client.child.pid);
  const together = await client.cpuOf(() => inFlight(count, count, run));
  const grown = rssMiB(client.child.pid) - before;
  await client.end();
  rmSync(folder, { recursive: true });
  const what = '1,000 runs at once, each with a tool call';
  if (together.server === undefined) return [{ what, note: 'needs /proc' }];
  const note = `${(together.server / count).toFixed(3)} ms CPU of the daemon a run; ${grown.toFixed(0)} MiB more RSS`;
  return [{ what, value: together.server / alone.server, unit: '× one by one', note }];
}

function rssMiB(pid) {
  try {
    return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
  } catch {
    return Number.NaN;
  }
}
