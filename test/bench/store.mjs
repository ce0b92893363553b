// What a store costs: runs at once against the same without one, CPU and bytes of a step, the first list, going on, the start.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, inFlight } from './client.mjs';
import { cpuMsOf } from './cpu.mjs';
import { least, median } from './statistics.mjs';

const atOnce = 64;
const requests = 6;
const rounds = 5;
/** Steps of a run of so many requests: each is prepared and sent, and all but the last have one call. */
const stepsOf = (count) => 3 * count - 1;
/** What a step costs is the difference of long runs and short ones: a run has costs of its own. */
const longRun = 5 * requests;
const listed = 10_000;
const inputSchema = { type: 'object', properties: { topic: { type: 'string' } }, required: ['topic'] };

/** @returns {Promise<object[]>} rows of the table */
export async function measureStore(daemon) {
  const folder = mkdtempSync(join(tmpdir(), 'runwire-bench-store-'));
  try {
    return [
      ...(await throughput(daemon, folder)),
      ...(await measureStoreCpu(daemon)),
      ...(await growth(daemon, folder)),
      ...(await lists(daemon, folder)),
      ...(await start(daemon, folder)),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The CPU of runs with a store beside that of the same without one. */
export async function measureStoreCpu(daemon) {
  const folder = mkdtempSync(join(tmpdir(), 'runwire-bench-store-'));
  const clients = { none: await open([daemon]), kept: await open([daemon, '--store', folder]) };
  const samples = { none: [], kept: [] };
  for (let round = 0; round <= 3; round += 1) {
    for (const [name, client] of Object.entries(clients)) {
      const cpu = await client.cpuOf(() => inFlight(atOnce, 2 * atOnce, () => run(client, { effect: 'read' })));
      // The first round warms up.
      if (round > 0) samples[name].push(cpu.server);
    }
  }
  for (const client of Object.values(clients)) await client.end();
  rmSync(folder, { recursive: true, force: true });
  const value = least(samples.kept) / least(samples.none);
  return [{ what: `store: CPU of ${atOnce} runs at once, tools that read`, value, unit: '× CPU without' }];
}

async function open(args) {
  const client = new Client(args);
  client.onRequest = answer;
  const { error } = await client.request('initialize', {});
  if (error) throw new Error(error.message);
  return client;
}

/** A model of the host that calls a tool in each response but the last one of so many, and that tool. */
function answer({ method, params }) {
  if (method === 'tool/call') return { content: `the answer about ${params.args.topic}` };
  const turn = params.messages.filter(({ kind }) => kind === 'response').length;
  const [, wanted] = /^(\d+) requests$/.exec(params.messages[0].parts[0].content);
  if (turn + 1 >= Number(wanted)) return { response: { parts: [{ part_kind: 'text', content: 'done' }] } };
  const call = { part_kind: 'tool-call', tool_name: 'ask', args: { topic: `topic ${turn}` }, tool_call_id: `c${turn}` };
  return { response: { parts: [call] } };
}

async function run(client, { effect, count = requests, ...more }) {
  const spec = {
    model: 'host:m',
    prompt: `${count} requests`,
    tools: [{ name: 'ask', inputSchema, effect }],
    usageLimits: { request_limit: null },
    deltas: 'none',
    ...more,
  };
  const { result, error } = await client.request('run/start', { ...spec, wait: true });
  if (result?.outcome !== 'success') throw new Error(`a run failed: ${JSON.stringify(error ?? result)}`);
  return result;
}

async function throughput(daemon, folder) {
  const at = (name, ...more) => [daemon, '--store', join(folder, name), ...more];
  const variants = {
    none: { args: [daemon], effect: 'read' },
    read: { args: at('read'), effect: 'read' },
    once: { args: at('once'), effect: 'once' },
    full: { args: at('full', '--durability', 'full'), effect: 'read' },
  };
  const samples = { none: [], read: [], once: [], full: [] };
  for (const one of Object.values(variants)) one.client = await open(one.args);
  for (let round = 0; round <= rounds; round += 1) {
    for (const [name, { client, effect }] of Object.entries(variants)) {
      const began = performance.now();
      const short = await client.cpuOf(() => inFlight(atOnce, 2 * atOnce, () => run(client, { effect })));
      const ms = performance.now() - began;
      const long = await client.cpuOf(() => inFlight(atOnce, atOnce, () => run(client, { effect, count: longRun })));
      const perRun = long.server / atOnce - short.server / (2 * atOnce);
      // The first round warms up.
      if (round > 0) samples[name].push({ ms, cpuMs: perRun / (stepsOf(longRun) - stepsOf(requests)) });
    }
  }
  for (const { client } of Object.values(variants)) await client.end();
  const ms = (name) => median(samples[name].map((one) => one.ms));
  const row = (what, name, budget) => ({
    what: `store: ${atOnce} runs at once, ${what}`,
    value: ms(name) / ms('none'),
    unit: '× the time',
    budget,
    note: `${((2 * atOnce * 1000) / ms(name)).toFixed(0)} runs/s; without a store ${((2 * atOnce * 1000) / ms('none')).toFixed(0)}`,
  });
  const cpu = (name) => least(samples[name].map((one) => one.cpuMs));
  return [
    row('tools that read', 'read', 1.43),
    row('tools that act once', 'once', 1.82),
    row('full durability', 'full', 2.5),
    {
      what: 'store: CPU of a step beyond none',
      value: cpu('read') - cpu('none'),
      unit: 'ms CPU',
      budget: 0.05,
      note: `${cpu('none').toFixed(3)} without`,
    },
  ];
}

const runFiles = (path) =>
  readdirSync(join(path, 'runs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.jsonl'))
    .map((name) => join(path, 'runs', name));

/** Bytes and the cost of going on, in a run of a thousand requests. */
async function growth(daemon, folder) {
  const count = 1000;
  const path = join(folder, 'long');
  const client = await open([daemon, '--store', path]);
  const { runId: shortId } = await run(client, { effect: 'read', count: count / 10 });
  const { runId } = await run(client, { effect: 'read', count });
  const { result } = await client.request('run/newMessages', { runId });
  await client.end();
  const [, file] = runFiles(path).sort();
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  const bytes = lines.slice(1).reduce((sum, line) => sum + line.length + 1, 0);
  const own = JSON.stringify(result.messages).length;
  const ofRequest = (at) => lines.slice(at * 4, at * 4 + 40).reduce((sum, line) => sum + line.length, 0);
  return [
    { what: 'store: bytes on disk', value: bytes / own, unit: '× new messages', budget: 2.5, note: `${bytes} bytes` },
    {
      what: '  request 900 against request 10',
      value: ofRequest(900) / ofRequest(10),
      unit: '× the bytes',
      budget: 1.1,
    },
    ...(await rebuild(daemon, path, { runId, shortId, count })),
  ];
}

/** A daemon that has just started also compiles what it runs, which is no cost of a step: that is in the note. */
async function rebuild(daemon, path, { runId, shortId, count }) {
  const client = await open([daemon, '--store', path]);
  const look = (of) => client.request('run/events', { runId: of, afterSeq: 0, limit: 1 });
  const perStep = async (act, steps) => (await client.cpuOf(act)).server / steps;
  const long = () => perStep(() => look(runId), stepsOf(count));
  const short = () => perStep(() => inFlight(1, 10, () => look(shortId)), 10 * stepsOf(count / 10));
  const first = await long();
  const samples = { long: [], short: [] };
  for (let round = 0; round < 10; round += 1) {
    samples.long.push(await long());
    samples.short.push(await short());
  }
  await client.end();
  const value = least(samples.long);
  const note = `${first.toFixed(3)} in the first run that is rebuilt`;
  return [
    { what: 'store: CPU to rebuild a step', value, unit: 'ms CPU', budget: 0.06, note },
    {
      what: `  of ${stepsOf(count)} steps against ${stepsOf(count / 10)}`,
      value: value / least(samples.short),
      unit: '×',
      budget: 1.2,
    },
  ];
}

async function lists(daemon, folder) {
  const path = join(folder, 'many');
  const client = await open([daemon, '--store', path]);
  await run(client, { effect: 'read' });
  await client.end();
  const [file] = runFiles(path);
  const content = readFileSync(file);
  const day = join(path, 'runs', '2026-01-02');
  mkdirSync(day, { mode: 0o700 });
  const digits = (number, width) => number.toString(16).padStart(width, '0');
  for (let number = 0; number < listed; number += 1) {
    const name = `${digits(1_767_312_000_000 + number, 12)}-${digits(number, 32)}-${digits(number, 16)}.ok.jsonl`;
    writeFileSync(join(day, name), content, { mode: 0o600 });
  }
  const times = { first: [], next: [] };
  for (let round = 0; round < 3; round += 1) {
    const looking = await open([daemon, '--store', path]);
    for (const which of ['first', 'next']) {
      const began = performance.now();
      const { result } = await looking.request('run/list', {});
      times[which].push(performance.now() - began);
      if (result.runs.length !== 100) throw new Error(`${result.runs.length} runs are listed`);
    }
    await looking.end();
  }
  const note = `${least(times.next).toFixed(1)} ms for the next one`;
  return [{ what: 'store: first run/list of 10,000 runs', value: least(times.first), unit: 'ms', budget: 300, note }];
}

/** In CPU: how long a start takes also depends on what else the machine does, by more than the budget. */
async function start(daemon, folder) {
  const cache = join(folder, 'cache');
  mkdirSync(cache);
  const env = { XDG_CACHE_HOME: cache, LOCALAPPDATA: cache, RUNWIRE_NO_CODE_CACHE: '' };
  const measured = async (args) => {
    const began = performance.now();
    const client = new Client([daemon, ...args], env);
    await client.request('initialize', {});
    const sample = { ms: performance.now() - began, cpuMs: cpuMsOf(client.child.pid) };
    await client.end();
    return sample;
  };
  const samples = { plain: [], stored: [] };
  const variants = Object.entries({ plain: [], stored: ['--store', join(folder, 'start')] });
  for (let round = 0; round <= 20; round += 1) {
    for (const [name, args] of round % 2 === 0 ? variants : variants.toReversed()) {
      const sample = await measured(args);
      // The first start writes the cache.
      if (round > 0) samples[name].push(sample);
    }
  }
  const ratio = (of, key) => of(samples.stored.map((one) => one[key])) / of(samples.plain.map((one) => one[key]));
  const note = `${ratio(median, 'ms').toFixed(2)} × the time`;
  const value = ratio(least, 'cpuMs');
  return [{ what: 'store: start to initialize answer', value, unit: '× CPU without', budget: 1.03, note }];
}
