// CPU of one tool step through the whole daemon over stdio: what a run with one call of a host tool costs more than a
// run that only answers, both sides and both framings included; and of both runs against a loop that sends the same messages.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client, inFlight } from './client.mjs';
import { roundsOf } from './guard/effort.mjs';
import { least } from './statistics.mjs';

const rounds = roundsOf(5, 3);
const runs = 400;
const inputSchema = { type: 'object', properties: { topic: { type: 'string' } }, required: ['topic'] };
const floorServer = join(dirname(fileURLToPath(import.meta.url)), 'servers/raw-runs.mjs');

/** @returns {Promise<object[]>} rows of the table */
export async function measureDaemonStep(daemon) {
  const folder = mkdtempSync(join(tmpdir(), 'runwire-bench-'));
  const client = new Client([daemon]);
  await client.request('initialize', {});
  await client.request('agent/register', { name: 'answers', model: 'test' });
  await client.request('agent/register', { name: 'asks', model: 'test', tools: [{ name: 'ask', inputSchema }] });
  const script = join(folder, 'script.json');
  const messages = {};
  for (const agent of ['answers', 'asks']) messages[agent] = await messagesOf(client, agent);
  writeFileSync(script, JSON.stringify(messages));
  const floor = new Client([floorServer, script]);
  for (const one of [client, floor]) one.onRequest = () => ({ content: 'yes' });
  const rows = [];
  for (const [how, width] of [
    ['one run at a time', 1],
    ['16 runs at a time', 16],
  ]) {
    const samples = [];
    for (let i = 0; i <= rounds; i += 1)
      samples.push({
        plain: await batch(client, 'answers', width),
        tool: await batch(client, 'asks', width),
        plainFloor: await batch(floor, 'answers', width),
        toolFloor: await batch(floor, 'asks', width),
      });
    // The first round warms up.
    rows.push(...rowsOf(how, samples.slice(1)));
  }
  await Promise.all([client.end(), floor.end()]);
  rmSync(folder, { recursive: true });
  return rows;
}

/** What the daemon sends in a run, until its tool is called and afterwards. */
async function messagesOf(client, agent) {
  const script = { before: [], after: [] };
  let list = script.before;
  const keep = (message) => list.push(message);
  client.onNotification = keep;
  client.onRequest = (message) => {
    keep(message);
    list = script.after;
    return { content: 'yes' };
  };
  keep(await run(client, agent));
  client.onNotification = () => {};
  return script;
}

async function batch(client, agent, width) {
  const cpu = await client.cpuOf(() => inFlight(width, runs, () => run(client, agent)));
  return cpu.server === undefined ? undefined : { server: cpu.server / runs, client: cpu.client / runs };
}

async function run(client, agent) {
  const response = await client.request('run/start', { agent, prompt: 'hi', wait: true });
  const { result, error } = response;
  if (result?.outcome !== 'success') throw new Error(`a run failed: ${JSON.stringify(error ?? result)}`);
  return response;
}

function rowsOf(how, samples) {
  const what = `daemon: tool step over stdio, ${how}`;
  if (samples.some(({ plain }) => plain === undefined)) return [{ what, note: 'needs /proc' }];
  const cost = (kind, side) => least(samples.map((sample) => sample[kind][side]));
  const whole = (kind) => cost(kind, 'server') + cost(kind, 'client');
  const server = cost('tool', 'server') - cost('plain', 'server');
  const client = cost('tool', 'client') - cost('plain', 'client');
  const note = `daemon ${server.toFixed(3)}, client ${client.toFixed(3)}; the whole run ${whole('tool').toFixed(3)}`;
  const beside = (kind) => ({
    value: whole(kind) / whole(`${kind}Floor`),
    unit: '× raw loop',
    note: `${whole(kind).toFixed(3)} ms CPU against ${whole(`${kind}Floor`).toFixed(3)} for the same messages`,
  });
  return [
    { what, value: server + client, unit: 'ms CPU', budget: 0.3, note },
    { what: `  a run that answers, ${how}`, ...beside('plain') },
    { what: `  a run with a tool step, ${how}`, ...beside('tool') },
  ];
}
