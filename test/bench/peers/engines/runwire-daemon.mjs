// The daemon with a host that serves a tool over stdio; what both processes spend counts.
import { Client } from '../../client.mjs';
import { cpuMsOf, ownCpuMs } from '../../cpu.mjs';

const daemonPath = new URL('../../daemon/runwire.cjs', import.meta.url).pathname;

const inputSchema = { type: 'object', properties: { topic: { type: 'string' } }, required: ['topic'] };
const client = new Client([daemonPath]);
const left = new Map();

client.onRequest = ({ params: { runId } }) => {
  const steps = (left.get(runId) ?? 0) - 1;
  left.set(runId, steps);
  // The embedded model calls a tool again that wants it to.
  return steps > 0 ? { retry: 'yes' } : { content: 'yes' };
};
await client.request('initialize', {});
const common = { model: 'test', wait: true, usageLimits: { request_limit: null } };
let count = 0;

async function finished(params) {
  const { result, error } = await client.request('run/start', { ...common, prompt: 'hi', ...params });
  if (result?.outcome !== 'success') throw new Error(`a run failed: ${JSON.stringify(error ?? result)}`);
  return result.output;
}

export async function run(steps) {
  if (steps === 0) return finished({});
  count += 1;
  const runId = `run-${count}`;
  left.set(runId, steps);
  const output = await finished({ runId, tools: [{ name: 'look', inputSchema, maxRetries: steps }] });
  left.delete(runId);
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
  await finished({ model: { model: 'test', test: { outputText: 'word '.repeat(deltas) } } });
  return characters;
}

export const cpuMs = () => ownCpuMs() + cpuMsOf(client.child.pid);
export const end = () => client.end();
