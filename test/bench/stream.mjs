// A response of 1,000 pieces, from a model of the host through the daemon and back, and a reader that does not read.
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from './client.mjs';
import { least } from './statistics.mjs';

const pieces = 1000;
const rounds = 3;

/** @returns {Promise<object[]>} rows of the table */
export async function measureStream(daemon) {
  const samples = { all: [], coalesced: [], none: [] };
  for (let i = 0; i < rounds; i += 1) {
    for (const deltas of Object.keys(samples)) samples[deltas].push(await streamed(daemon, deltas));
  }
  const bytes = (deltas) => least(samples[deltas].map((one) => one.bytes)) / pieces;
  const cpu = (deltas) => least(samples[deltas].map((one) => one.cpuMs ?? Number.NaN));
  const first = least(samples.coalesced.map((one) => one.firstMs));
  return [
    {
      what: 'stream: bytes of a merged delta to one sent alone',
      value: bytes('coalesced') / bytes('all'),
      unit: '×',
      budget: 0.1,
      note: `${bytes('coalesced').toFixed(1)} bytes against ${bytes('all').toFixed(1)}, a piece each millisecond`,
    },
    {
      what: 'stream: CPU of 1,000 deltas',
      value: cpu('coalesced'),
      unit: 'ms CPU',
      note: `all alone ${cpu('all').toFixed(0)} ms, none shown ${cpu('none').toFixed(0)} ms`,
    },
    { what: 'stream: the first delta, behind its piece', value: first, unit: 'ms' },
    await unread(daemon),
  ];
}

async function streamed(daemon, deltas) {
  const client = new Client([daemon]);
  await client.request('initialize', {});
  let bytes = 0;
  let sentAt;
  let firstMs;
  client.onNotification = ({ method, params }) => {
    if (method !== 'run/delta') return;
    firstMs ??= performance.now() - sentAt;
    bytes += JSON.stringify({ jsonrpc: '2.0', method, params }).length + 24;
  };
  client.onRequest = async ({ params: { runId, requestId } }) => {
    sentAt = performance.now();
    for (let i = 0; i < pieces; i += 1) {
      client.notify('model/delta', { runId, requestId, delta: { text: 'lorem i' } });
      await delay(1);
    }
    return { response: {} };
  };
  const { server } = await client.cpuOf(() =>
    client.request('run/start', { model: 'host:m', prompt: 'hi', deltas, stream: true, wait: true }),
  );
  await client.end();
  return { bytes, firstMs, cpuMs: server };
}

/** How much a daemon grows whose reader takes nothing while 300,000 pieces come. */
async function unread(daemon) {
  const what = 'stream: 300,000 deltas and a paused reader';
  const client = new Client([daemon]);
  await client.request('initialize', {});
  let result;
  const pieces = 300_000;
  client.onRequest = async ({ params: { runId, requestId } }) => {
    client.child.stdout.pause();
    const before = residentMib(client.child.pid);
    let most = before;
    for (let i = 0; i < pieces; i += 1) {
      client.notify('model/delta', { runId, requestId, delta: { text: 'lorem i' } });
      if (i % 2000 !== 1999) continue;
      while (client.child.stdin.writableLength > 1 << 20) await delay(1);
      most = Math.max(most, residentMib(client.child.pid) ?? 0);
    }
    while (client.child.stdin.writableLength > 0) await delay(5);
    await delay(500);
    most = Math.max(most, residentMib(client.child.pid) ?? 0);
    result = { before, most };
    client.child.stdout.resume();
    return { response: {} };
  };
  const { result: run } = await client.request('run/start', {
    model: 'host:m',
    prompt: 'hi',
    stream: true,
    wait: true,
  });
  await client.end();
  if (run?.outcome !== 'success') return { what, note: `the run failed: ${JSON.stringify(run).slice(0, 100)}` };
  if (!result.before) return { what, note: 'needs /proc' };
  const note = `${result.before.toFixed(0)} to ${result.most.toFixed(0)} MiB resident; the response alone has 2 MiB`;
  return { what, value: result.most - result.before, unit: 'MiB growth', note };
}

function residentMib(pid) {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
  } catch {
    return undefined;
  }
}
