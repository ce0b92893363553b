// What tools of an MCP server cost the daemon: CPU of a step with a call against one of a host tool, what 256 tools add to a
// step, and how long a first call takes against the start of its server.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Client, inFlight } from './client.mjs';
import { roundsOf } from './guard/effort.mjs';
import { least } from './statistics.mjs';

const rounds = roundsOf(5, 2);
const runs = 200;
const script = fileURLToPath(new URL('../support/mcp/stdio-server.mjs', import.meta.url));
const inputSchema = { type: 'object', properties: { topic: { type: 'string' } }, required: ['topic'] };
const named = (name) => ({ name, description: 'Answers a question.', inputSchema });
const mcpServer = (names, ...only) => ({
  command: process.execPath,
  args: [script, JSON.stringify({ tools: names.map(named) })],
  prefix: null,
  ...(only.length > 0 ? { tools: only } : {}),
});
const many = Array.from({ length: 256 }, (_, n) => `t${n}`);
/** How often a call that fails is made again: steps after the first are the difference of two such runs. */
const retries = { often: 42, seldom: 2 };

/** @returns {Promise<object[]>} rows of the table */
export async function measureMcpStep(daemon) {
  const client = new Client([daemon]);
  client.onRequest = ({ method }) => (method === 'model/request' ? {} : { content: 'yes' });
  await client.request('initialize', {});
  const register = (name, fields) => client.request('agent/register', { name, model: 'test', ...fields });
  const oneCall = { model: 'test', test: { callTools: ['t0'] } };
  await register('plain', {});
  await register('host', { tools: [named('t0')] });
  await register('mcp', { mcpServers: { a: mcpServer(['t0']) } });
  await register('many', { model: oneCall, mcpServers: { a: mcpServer(many) } });
  await register('few', { model: oneCall, mcpServers: { a: mcpServer(many, 't0') } });
  for (const [often, maxRetries] of Object.entries(retries)) {
    const fields = { model: { model: 'test', test: { callTools: ['fail'] } } };
    const names = ['fail', ...many.slice(1)];
    await register(`many ${often}`, { ...fields, mcpServers: { a: { ...mcpServer(names), maxRetries } } });
    await register(`few ${often}`, { ...fields, mcpServers: { a: { ...mcpServer(names, 'fail'), maxRetries } } });
  }
  const samples = [];
  for (let i = 0; i <= rounds; i += 1) {
    const sample = {};
    for (const agent of ['plain', 'host', 'mcp', 'few', 'many']) sample[agent] = await cpuOf(client, agent);
    for (const count of ['few', 'many']) {
      const cost = async (often) =>
        (await client.cpuOf(() => inFlight(1, 10, () => retried(client, `${count} ${often}`)))).server / 10;
      sample[`${count} later`] = ((await cost('often')) - (await cost('seldom'))) / (retries.often - retries.seldom);
    }
    samples.push(sample);
  }
  await client.end();
  const cost = (agent) => least(samples.slice(1).map((sample) => sample[agent]));
  const step = (agent) => cost(agent) - cost('plain');
  const what = 'MCP: tool step over stdio against a host tool';
  const tools = 'MCP: a run of two steps with 256 tools against 1';
  const later = 'MCP: a later step with 256 tools against 1';
  return [
    {
      what,
      value: step('mcp') / step('host'),
      unit: '× daemon CPU',
      budget: 2,
      note: `${step('mcp').toFixed(3)} ms against ${step('host').toFixed(3)} ms`,
    },
    {
      what: 'MCP: a run with a call over stdio against one of a host tool',
      value: cost('mcp') / cost('host'),
      unit: '× daemon CPU',
    },
    { what: tools, value: cost('many') / cost('few'), unit: '× daemon CPU', note: 'the first step compiles them' },
    {
      what: later,
      value: cost('many later') / cost('few later'),
      unit: '× daemon CPU',
      budget: 1.1,
      note: `${cost('many later').toFixed(3)} ms against ${cost('few later').toFixed(3)} ms`,
    },
    await firstCall(daemon),
  ];
}

async function cpuOf(client, agent) {
  const cpu = await client.cpuOf(() => inFlight(1, runs, () => run(client, { agent })));
  return cpu.server / runs;
}

async function run(client, params) {
  const { result, error } = await client.request('run/start', { prompt: 'hi', wait: true, ...params });
  if (result?.outcome !== 'success') throw new Error(`a run failed: ${JSON.stringify(error ?? result)}`);
}

/** Ends when the call has failed too often. */
async function retried(client, agent) {
  const { result, error } = await client.request('run/start', { prompt: 'hi', wait: true, agent });
  if (result?.error?.data.kind !== 'model.unexpectedBehavior')
    throw new Error(`a run ended: ${JSON.stringify(error ?? result)}`);
}

async function firstCall(daemon) {
  const client = new Client([daemon]);
  await client.request('initialize', {});
  const params = { model: 'test', mcpServers: { a: mcpServer(['t0']) } };
  // The part that speaks MCP is loaded once.
  await run(client, params);
  const times = { own: [], ours: [] };
  for (let i = 0; i < 10; i += 1) {
    times.own.push(await timeOf(ownStart));
    times.ours.push(await timeOf(() => run(client, params)));
  }
  await client.end();
  const [own, ours] = [least(times.own), least(times.ours)];
  const note = `${ours.toFixed(0)} ms against ${own.toFixed(0)} ms`;
  return { what: 'MCP: a run with a first call against a start', value: ours / own, unit: '×', budget: 1.3, note };
}

/** Starts the server, and waits for its first answer. */
async function ownStart() {
  const child = spawn(process.execPath, mcpServer(['t0']).args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'bench', version: '1' } };
  child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params })}\n`);
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
}

async function timeOf(work) {
  const before = performance.now();
  await work();
  return performance.now() - before;
}
