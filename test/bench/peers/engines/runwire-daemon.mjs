// The daemon with a host that serves a tool over stdio; what both processes spend counts. Its model is in the daemon, as
// those of the peers are in their process, and does the same. With an argument, responses are streamed.
import { Client } from '../../client.mjs';
import { cpuMsOf, ownCpuMs } from '../../cpu.mjs';

const daemonPath = new URL('../../scripted-daemon.cjs', import.meta.url).pathname;
const isStreamed = process.argv.includes('streamed');

const inputSchema = { type: 'object', properties: { topic: { type: 'string' } }, required: ['topic'] };
const tools = [{ name: 'look', description: 'Answers.', inputSchema }];
const client = new Client([daemonPath]);
client.onRequest = () => ({ content: 'yes' });
await client.request('initialize', {});
const common = { prompt: 'hi', wait: true, usageLimits: { request_limit: null }, tools };
const model = (steps, deltas = 0) => ({ model: 'test', test: { outputArgs: { steps, deltas } } });

async function finished(params) {
  const { result, error } = await client.request('run/start', { ...common, ...params });
  if (result?.outcome !== 'success') throw new Error(`a run failed: ${JSON.stringify(error ?? result)}`);
  return result;
}

export async function run(steps) {
  const { output, usage } = await finished({ model: model(steps), stream: isStreamed });
  if (usage.tool_calls !== steps) throw new Error(`a run of ${steps} steps had ${usage.tool_calls} calls`);
  return output;
}

export async function stream(deltas) {
  let characters = 0;
  client.onNotification = ({ method, params }) => {
    if (method !== 'run/delta') return;
    const { event_kind: kind, part, delta } = params.event;
    if (kind === 'part_start') characters += part.content?.length ?? 0;
    if (kind === 'part_delta') characters += delta.content_delta?.length ?? 0;
  };
  await finished({ model: model(0, deltas), stream: true });
  return characters;
}

export const cpuMs = () => ownCpuMs() + cpuMsOf(client.child.pid);
export const end = () => client.end();
