// CPU of one tool step through the whole daemon over stdio: what a run with one call of a host tool costs more than a
// run that only answers, both sides and both framings included.
import { Client, inFlight } from './client.mjs';
import { least } from './statistics.mjs';

const rounds = 5;
const runs = 400;
const inputSchema = { type: 'object', properties: { topic: { type: 'string' } }, required: ['topic'] };

/** @returns {Promise<object[]>} rows of the table */
export async function measureDaemonStep(daemon) {
  const client = new Client([daemon]);
  client.onRequest = () => ({ content: 'yes' });
  await client.request('initialize', {});
  await client.request('agent/register', { name: 'answers', model: 'test' });
  await client.request('agent/register', { name: 'asks', model: 'test', tools: [{ name: 'ask', inputSchema }] });
  const batch = async (agent, width) => {
    const cpu = await client.cpuOf(() => inFlight(width, runs, () => run(client, agent)));
    return cpu.server === undefined ? undefined : { server: cpu.server / runs, client: cpu.client / runs };
  };
  const rows = [];
  for (const [how, width] of [
    ['one run at a time', 1],
    ['16 runs at a time', 16],
  ]) {
    const samples = [];
    for (let i = 0; i <= rounds; i += 1)
      samples.push({ plain: await batch('answers', width), tool: await batch('asks', width) });
    // The first round warms up.
    rows.push(rowOf(how, samples.slice(1)));
  }
  await client.end();
  return rows;
}

async function run(client, agent) {
  const { result, error } = await client.request('run/start', { agent, prompt: 'hi', wait: true });
  if (result?.outcome !== 'success') throw new Error(`a run failed: ${JSON.stringify(error ?? result)}`);
}

function rowOf(how, samples) {
  const what = `daemon: tool step over stdio, ${how}`;
  if (samples.some(({ plain }) => plain === undefined)) return { what, note: 'needs /proc' };
  const cost = (kind, side) => least(samples.map((sample) => sample[kind][side]));
  const server = cost('tool', 'server') - cost('plain', 'server');
  const client = cost('tool', 'client') - cost('plain', 'client');
  const whole = cost('tool', 'server') + cost('tool', 'client');
  const note = `daemon ${server.toFixed(3)}, client ${client.toFixed(3)}; the whole run ${whole.toFixed(3)}`;
  return { what, value: server + client, unit: 'ms CPU', budget: 0.3, note };
}
