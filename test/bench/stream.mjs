// A response of 1,000 pieces, from a model of the host through the daemon and back, and a reader that does not read.
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from './client.mjs';
import { least } from './statistics.mjs';

const pieces = 1000;
const text = 'lorem i';
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
      what: 'stream: bytes for a merged delta beyond its text',
      value: bytes('coalesced') - text.length,
      unit: 'bytes',
      budget: 25,
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
    // A piece for each millisecond that has passed, however late the timer is.
    for (let i = 0; i < pieces; await delay(1)) {
      const due = Math.min(pieces, Math.ceil(performance.now() - sentAt + 0.001));
      for (; i < due; i += 1) client.notify('model/delta', { runId, requestId, delta: { text } });
    }
    return { response: {} };
  };
  const { server } = await client.cpuOf(() =>
    client.request('run/start', { model: 'host:m', prompt: 'hi', deltas, stream: true, wait: true }),
  );
  await client.end();
  return { bytes, firstMs, cpuMs: server };
}

/**
 * How much a daemon grows whose reader takes nothing while 300,000 pieces come. Runs that are read warm it up, until the
 * space for young objects has the size that it keeps: it grows with what has survived in all, whoever reads.
 */
async function unread(daemon) {
  const what = 'stream: 300,000 deltas and a paused reader';
  const pieces = 300_000;
  const client = new Client([daemon]);
  await client.request('initialize', {});
  const { stdin, stdout, pid } = client.child;
  let isRead = true;
  let before;
  let most = 0;
  client.onRequest = async ({ params: { runId, requestId } }) => {
    before = residentMib(pid);
    if (!isRead) stdout.pause();
    for (let i = 0; i < pieces; i += 1) {
      client.notify('model/delta', { runId, requestId, delta: { text } });
      while (stdin.writableLength > 1 << 20) await delay(1);
      if (i % 5000 === 0) most = Math.max(most, residentMib(pid) ?? 0);
    }
    while (stdin.writableLength > 0) await delay(5);
    await delay(500);
    most = Math.max(most, residentMib(pid) ?? 0);
    stdout.resume();
    return { response: {} };
  };
  const start = () => client.request('run/start', { model: 'host:m', prompt: 'hi', stream: true, wait: true });
  await warmedUp(async () => {
    most = 0;
    await start();
    return most;
  });
  isRead = false;
  most = 0;
  const { result } = await start();
  await client.end();
  if (result?.outcome !== 'success') return { what, note: `the run failed: ${JSON.stringify(result).slice(0, 100)}` };
  if (!before) return { what, note: 'needs /proc' };
  const note = `${before.toFixed(0)} to ${most.toFixed(0)} MiB resident; the response has 2 MiB`;
  return { what, value: most - before, unit: 'MiB growth', budget: 2, note };
}

/** Repeats some work until the memory that it takes, in MiB, no longer grows; newer versions of V8 take longer for that. */
async function warmedUp(work) {
  const most = 20;
  for (let [times, last] = [0, 0]; times < most; times += 1) {
    const mib = await work();
    if (times > 2 && mib - last < 1) return;
    last = mib;
  }
}

function residentMib(pid) {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
  } catch {
    return undefined;
  }
}
