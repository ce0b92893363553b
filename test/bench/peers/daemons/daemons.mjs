// Our daemon beside others that speak JSON-RPC on stdio: start, memory, and turns whose deltas come from a provider over HTTP.
// CPU is that of the daemon alone: hosts differ.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { daemonPath } from '../../bundles.mjs';
import { cpuMsOf } from '../../cpu.mjs';
import { median } from '../../statistics.mjs';
import { folder as installed, installPeers } from '../install.mjs';
import { bareServer, programs } from './programs.mjs';

const rounds = Number(process.env.PEERS_ROUNDS ?? 3);
const starts = 5;
const deltas = 200;
const turns = { warm: 12, measured: 8 };
/** How the provider sends them: as fast as it can, and as a fast model does. */
const ways = { 'in a burst': 0, 'one each 5 ms': 5 };

/** @returns {Promise<object[]>} rows of the table */
export async function measureDaemons() {
  await installPeers();
  const folder = mkdtempSync(join(tmpdir(), 'runwire-bench-'));
  const place = { daemon: daemonPath, folder };
  try {
    const rows = [...(await measureStarts(place))];
    for (const [how, everyMs] of Object.entries(ways)) rows.push(...(await measureTurns(place, how, everyMs)));
    return rows;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measureStarts(place) {
  const all = [bareServer, ...programs.filter(({ name }) => !name.endsWith('alone'))];
  const samples = await inTurn(all, rounds * starts, (program) => started(program, place));
  const of = (name, key, pick) => pick(samples[name].map((one) => one[key]));
  const rowsOf = (what, key, [pick, unit, digits, budgets = {}]) =>
    all.map(({ name }) => ({
      what: `${what}: ${name}`,
      value: of(name, key, pick) / of(bareServer.name, key, pick),
      unit: '× bare',
      budget: budgets[name],
      note: `${of(name, key, pick).toFixed(digits)} ${unit}`,
    }));
  const rows = {
    wallMs: rowsOf('start to handshake', 'wallMs', [median, 'ms', 0]),
    cpuMs: rowsOf('start, CPU', 'cpuMs', [median, 'ms CPU', 0]),
    mib: rowsOf('idle memory', 'mib', [median, 'MiB resident', 0]),
  };
  await draw('idle-memory', 'Idle memory, MiB resident', all, (name) => of(name, 'mib', median));
  await draw('start', 'Start to the answer of the handshake: ms of CPU', all, (name) => of(name, 'cpuMs', median));
  return Object.values(rows).flat();
}

async function started({ start, greet }, place) {
  const began = performance.now();
  const client = start(place);
  await greet(client);
  const sample = { wallMs: performance.now() - began, cpuMs: cpuMsOf(client.child.pid) };
  await delay(500);
  const mib = residentMib(client.child.pid);
  await client.end();
  return { ...sample, mib };
}

async function measureTurns(place, how, everyMs) {
  const script = new URL('provider.mjs', import.meta.url).pathname;
  const options = { stdio: ['pipe', 'pipe', 'inherit'] };
  const provider = spawn(process.execPath, [script, String(deltas), String(everyMs)], options);
  const [baseUrl] = await once(createInterface({ input: provider.stdout }), 'line');
  const measure = (program) => conversation(program, { ...place, baseUrl });
  const samples = await inTurn(programs, rounds, measure).finally(() => provider.kill());
  const of = (name, key) => median(samples[name].map((one) => one[key]));
  await draw(`turn-${everyMs}`, `A turn of ${deltas} deltas, ${how}: ms of CPU`, programs, (name) => of(name, 'cpuMs'));
  const what = `${deltas} deltas ${how}`;
  return programs.flatMap(({ name }) => [
    {
      what: `${what}: ${name}`,
      value: of(name, 'cpuMs'),
      unit: 'ms CPU',
      note: `${of(name, 'wallMs').toFixed(0)} ms until the turn ended; then ${of(name, 'mib').toFixed(0)} MiB resident`,
    },
    {
      what: '  bytes on the wire for each',
      value: of(name, 'bytes') / deltas,
      unit: 'bytes',
      note: `${of(name, 'messages').toFixed(0)} notifications; ${(of(name, 'all') / 1000).toFixed(1)} kB of all kinds in a turn`,
    },
  ]);
}

async function conversation(program, place) {
  const client = program.start(place);
  try {
    return await costOfTurns(client, program, place);
  } finally {
    client.child.kill();
    await client.exited;
  }
}

/** The cost of a turn of a conversation that has gone on for some. */
async function costOfTurns(client, { greet, open, deltaOf, headerBytes }, place) {
  const nothing = { all: 0, bytes: 0, messages: 0, characters: 0 };
  const seen = { ...nothing };
  const onNotification = (message) => {
    const size = Buffer.byteLength(JSON.stringify(message)) + headerBytes;
    seen.all += size;
    const text = deltaOf(message);
    if (text === undefined) return;
    seen.characters += text.length;
    seen.messages += 1;
    seen.bytes += size;
  };
  client.onNotification = onNotification;
  await greet(client);
  const turn = await open(client, { ...place, onNotification });
  for (let i = 0; i < turns.warm; i += 1) await turn();
  Object.assign(seen, nothing);
  const [before, began] = [cpuMsOf(client.child.pid), performance.now()];
  for (let i = 0; i < turns.measured; i += 1) await turn();
  const wallMs = (performance.now() - began) / turns.measured;
  const cpuMs = (cpuMsOf(client.child.pid) - before) / turns.measured;
  const expected = turns.measured * deltas * 'word '.length;
  if (seen.characters !== expected) throw new Error(`${seen.characters} characters were shown, not ${expected}`);
  const perTurn = Object.fromEntries(Object.entries(seen).map(([name, count]) => [name, count / turns.measured]));
  return { cpuMs, wallMs, mib: residentMib(client.child.pid), ...perTurn };
}

/** Samples of each, in turn. */
async function inTurn(all, count, measure) {
  const samples = Object.fromEntries(all.map(({ name }) => [name, []]));
  for (let round = 0; round < count; round += 1)
    for (const program of all) samples[program.name].push(await measure(program));
  return samples;
}

async function draw(file, title, all, figureOf) {
  if (!process.argv.includes('--plots')) return;
  const { drawBars } = await import('../plots.mjs');
  await drawBars(installed, file, { title, bars: all.map(({ name }) => ({ name, value: figureOf(name) })) });
}

const residentMib = (pid) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
