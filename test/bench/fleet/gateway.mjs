// The gateway: what an event costs beside stdin and stdout, a thousand connections that each stream, one that does not read,
// and two hundred that are refused.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { Client } from '../client.mjs';
import { cpuMsOf } from '../cpu.mjs';
import { roundsOf } from '../guard/effort.mjs';
import { least } from '../statistics.mjs';

const token = 'token-of-the-bench-0123456789';
const pieces = 3000;
const rounds = roundsOf(3, 2);
const connections = 1000;
const streamedMs = 5000;

/** @returns {Promise<object[]>} rows of the table */
export async function measureGateway(daemon) {
  const gateway = await startGateway(daemon);
  try {
    const cpu = await cpuOfEvents(daemon, gateway);
    return [cpu, ...(await thousand(gateway)), await refusals(gateway), await unread(gateway)];
  } finally {
    await gateway.stop();
  }
}

/** What an event costs beside stdin and stdout, alone. */
export async function measureGatewayEvents(daemon) {
  const gateway = await startGateway(daemon);
  try {
    return [await cpuOfEvents(daemon, gateway)];
  } finally {
    await gateway.stop();
  }
}

async function startGateway(daemon) {
  const folder = mkdtempSync(join(tmpdir(), 'runwire-bench-'));
  const [tokens, config] = [join(folder, 'tokens.json'), join(folder, 'config.json')];
  const list = Array.from({ length: 100 }, (_, index) => ({ tenant: `t${index}`, token: `${token}-${index}` }));
  writeFileSync(tokens, JSON.stringify({ tokens: [{ tenant: 'bench', token }, ...list] }));
  writeFileSync(config, JSON.stringify({ limits: { activeRuns: 4096 } }));
  const args = ['serve', '--config', config, '--listen', '127.0.0.1:0', '--token-file', tokens, '--linger', '1'];
  const child = spawn(process.execPath, [daemon, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(child.stdout, 'data');
  return {
    pid: child.pid,
    url: /ws:\S+/.exec(String(line))[0],
    stop: async () => {
      child.kill('SIGTERM');
      await once(child, 'exit');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A client of the gateway that serves a model, as little as there can be. */
class SocketClient {
  #open = new Map();
  #nextId = 0;
  onRequest = () => ({});
  onNotification = () => {};

  static async connect({ url }, own = token) {
    const client = new SocketClient();
    client.socket = new WebSocket(url, { headers: { authorization: `Bearer ${own}` }, perMessageDeflate: false });
    client.socket.on('error', () => {});
    client.socket.on('message', (data) => client.#take(JSON.parse(data)));
    await once(client.socket, 'open');
    await client.request('initialize', {});
    return client;
  }

  request(method, params) {
    this.#nextId += 1;
    const id = this.#nextId;
    this.socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
    return new Promise((resolve) => this.#open.set(id, resolve));
  }

  notify(method, params) {
    this.socket.send(JSON.stringify({ jsonrpc: '2.0', method, params }));
  }

  async #take({ id, method, params, result }) {
    if (method === undefined) this.#open.get(id)?.(result);
    else if (id === undefined) this.onNotification({ method, params });
    else this.socket.send(JSON.stringify({ jsonrpc: '2.0', id, result: await this.onRequest({ method, params }) }));
  }
}

/** A response in pieces that all are shown alone, by way of either. */
async function cpuOfEvents(daemon, gateway) {
  const samples = { stdio: [], gateway: [] };
  for (let i = 0; i < rounds; i += 1) {
    const stdio = new Client([daemon]);
    await stdio.request('initialize', {});
    samples.stdio.push(await cpuOfPieces(stdio, stdio.child.pid));
    await stdio.end();
    const client = await SocketClient.connect(gateway);
    samples.gateway.push(await cpuOfPieces(client, gateway.pid));
    client.socket.terminate();
  }
  const cpu = { stdio: least(samples.stdio), gateway: least(samples.gateway) };
  return {
    what: 'gateway: CPU of an event to that on stdout',
    value: cpu.gateway / cpu.stdio,
    unit: '× stdio',
    budget: 1.3,
    note: `${((1000 * cpu.gateway) / pieces).toFixed(1)} µs against ${((1000 * cpu.stdio) / pieces).toFixed(1)} µs`,
  };
}

async function cpuOfPieces(client, pid) {
  client.onRequest = async ({ params: { runId, requestId } }) => {
    for (let i = 0; i < pieces; i += 1) {
      client.notify('model/delta', { runId, requestId, delta: { text: 'lorem i' } });
      if (i % 10 === 9) await delay(1);
    }
    return { response: {} };
  };
  const before = cpuMsOf(pid);
  await client.request('run/start', { model: 'host:m', prompt: 'hi', deltas: 'all', stream: true, wait: true });
  return cpuMsOf(pid) - before;
}

async function thousand(gateway) {
  const idleKib = residentKib(gateway.pid);
  const clients = [];
  for (let i = 0; i < connections; i += 50) {
    const batch = Array.from({ length: 50 }, (_, j) => SocketClient.connect(gateway, `${token}-${(i + j) % 100}`));
    clients.push(...(await Promise.all(batch)));
  }
  const delays = [];
  const runs = clients.map((client, index) => {
    let sentAt = 0;
    client.onNotification = ({ method, params }) => {
      if (method === 'run/delta' && params.event.event_kind === 'part_delta') delays.push(performance.now() - sentAt);
    };
    client.onRequest = async ({ params: { runId, requestId } }) => {
      // Spread over time, as humans are.
      await delay((index * 997) % 500);
      for (const end = performance.now() + streamedMs; performance.now() < end; await delay(500)) {
        sentAt = performance.now();
        client.notify('model/delta', { runId, requestId, delta: { text: 'lorem ' } });
      }
      return { response: {} };
    };
    return () => client.request('run/start', { model: 'host:m', prompt: 'hi', stream: true, wait: true });
  });
  const before = cpuMsOf(gateway.pid);
  const began = performance.now();
  await Promise.all(runs.map((run) => run()));
  const tookMs = performance.now() - began;
  const cpuMs = cpuMsOf(gateway.pid) - before;
  const kib = (residentKib(gateway.pid) - idleKib) / connections;
  for (const { socket } of clients) socket.terminate();
  delays.sort((a, b) => a - b);
  const p = (share) => delays[Math.floor(share * (delays.length - 1))];
  return [
    {
      what: 'gateway: 1,000 streams, delay of a delta, p99',
      value: p(0.99),
      unit: 'ms',
      note: `median ${p(0.5).toFixed(1)} ms, ${delays.length} deltas, merged for up to 16 ms; client in one process`,
    },
    { what: 'gateway: memory of a connection that streams', value: kib, unit: 'KiB' },
    {
      what: 'gateway: CPU of a connection that streams',
      value: (1000 * cpuMs) / connections / (tookMs / 1000),
      unit: 'µs/s',
    },
  ];
}

async function refusals({ url }) {
  const attack = (headers, origin) =>
    new Promise((resolve) => {
      const began = performance.now();
      const socket = new WebSocket(url, { headers, ...(origin ? { origin } : {}) });
      socket.on('error', () => resolve(performance.now() - began));
    });
  const slow = (text) =>
    new Promise((resolve) => {
      const began = performance.now();
      const socket = connect(Number(new URL(url).port), '127.0.0.1').on('close', () =>
        resolve(performance.now() - began),
      );
      socket.on('error', () => {}).resume();
      socket.write(text);
    });
  const huge = async () => {
    const socket = new WebSocket(url, { headers: { authorization: `Bearer ${token}` } });
    socket.on('error', () => {});
    await once(socket, 'open');
    const began = performance.now();
    // The header of a frame of 1 GiB, and nothing of it.
    socket._socket.write(Buffer.from([0x81, 0xff, 0, 0, 0, 0, 0x40, 0, 0, 0, 1, 2, 3, 4]));
    await once(socket, 'close');
    return performance.now() - began;
  };
  const kinds = [
    () => attack({ authorization: 'Bearer wrong-token-0123456789' }),
    () => attack({}),
    () => attack({ authorization: `Bearer ${token}` }, 'https://evil.example.com'),
    () => slow('GET / HTTP/1.1\r\nHost: a\r\n'),
    huge,
  ];
  const took = await Promise.all(Array.from({ length: 200 }, (_, index) => kinds[index % kinds.length]()));
  return {
    what: 'gateway: 200 hostile connections, the last refused',
    value: Math.max(...took),
    unit: 'ms',
    budget: 1000,
  };
}

/** A client that stops reading while its run streams 300,000 pieces, beside one that reads them. */
async function unread(gateway) {
  await peakOf(gateway, true);
  const before = residentKib(gateway.pid);
  const peakKib = await peakOf(gateway, false);
  const note = 'resident, after a run that was read';
  return {
    what: 'gateway: growth for a client that does not read',
    value: (peakKib - before) / 1024,
    unit: 'MiB',
    budget: 8,
    note,
  };
}

async function peakOf(gateway, isRead) {
  const client = await SocketClient.connect(gateway);
  let peakKib = 0;
  client.onRequest = async ({ params: { runId, requestId } }) => {
    if (!isRead) client.socket.pause();
    for (let i = 0; i < 300_000; i += 1) {
      client.notify('model/delta', { runId, requestId, delta: { text: 'lorem i' } });
      if (i % 1000 !== 999) continue;
      await delay(1);
      peakKib = Math.max(peakKib, residentKib(gateway.pid));
    }
    return { response: {} };
  };
  const run = client.request('run/start', { model: 'host:m', prompt: 'hi', deltas: 'all', stream: true, wait: true });
  await Promise.race([run, once(client.socket, 'close'), delay(20_000)]);
  client.socket.terminate();
  return peakKib;
}

const residentKib = (pid) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
