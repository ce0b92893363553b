import { afterEach, describe, expect, it } from 'vitest';
import { type CallbackMethod, callbacks } from '../../protocol/catalogue.ts';
import { type RunHandlers, RunwireClient } from '../../protocol/client/index.ts';
import type { RunSpecInput } from '../../protocol/types/client-types.ts';
import { completion, loopback } from '../models/ai-sdk/loopback.ts';
import { scripted } from '../support/mcp/servers.ts';
import { type Pair, startPair } from '../support/pair.ts';

let pair: Pair;
afterEach(() => pair.close());

const tool = (name: string, more: object = {}) => ({ name, inputSchema: { type: 'object', properties: {} }, ...more });
const answer = { parts: [{ part_kind: 'text' as const, content: 'done' }] };

/** For each callback a run that needs it, and the handler that serves it. */
const uses: Record<CallbackMethod, [RunSpecInput, RunHandlers]> = {
  'tool/call': [{ tools: [tool('a')] }, { tools: { a: () => 'ok' } }],
  'output/validate': [
    { outputValidators: ['check'], output: { type: 'text', function: 'make' } },
    { validators: { check: (output) => output }, functions: { make: (input) => input } },
  ],
  'prompt/resolve': [{ instructions: [{ ref: 'style' }] }, { prompts: { style: () => 'short' } }],
  'model/request': [{ model: 'host:mine' }, { models: { mine: () => answer } }],
  'history/process': [{ historyProcessors: ['keep'] }, { historyProcessors: { keep: (messages) => messages } }],
  'tools/prepare': [{ prepareTools: true }, { prepareTools: (tools) => tools }],
  'deferred/handle': [
    { deferred: 'handle', tools: [tool('a', { external: true })] },
    {
      deferred: ({ calls }) => ({
        calls: Object.fromEntries(calls.map((call) => [call.tool_call_id, { content: 1 }])),
      }),
    },
  ],
  'secret/get': [{ model: 'set in the test' }, { secret: () => 'sk-of-the-host' }],
  'user/ask': [
    { mcpServers: { shop: scripted({ tools: [{ name: 'ask', inputSchema: { type: 'object' } }] }) } },
    { elicit: () => ({ action: 'accept', content: { name: 'Ann' } }) },
  ],
};
const methods = Object.keys(callbacks) as CallbackMethod[];

async function clientWith(listed?: string[]): Promise<RunwireClient> {
  pair = startPair();
  const client = new RunwireClient(pair.client);
  pair.client.listen();
  await client.initialize(listed ? { initializationOptions: { callbacks: listed } } : {});
  return client;
}

/** What came of a run, and the kinds of its events. */
async function play(client: RunwireClient, spec: RunSpecInput, handlers: RunHandlers) {
  const run = await client.start({ model: 'test', prompt: 'hi', ...spec }, handlers);
  const kinds: string[] = [];
  for await (const { event } of run.events) kinds.push(event.event_kind);
  return { result: await run.result, kinds };
}

describe('a callback that the handshake did not list', () => {
  it.each(methods)('is served to a run with a handler for it: %s', async (method) => {
    for (const listed of [methods.filter((one) => one !== method), []]) {
      const client = await clientWith(listed);
      const server = await loopback({ status: 200, body: completion() });
      const [spec, handlers] = uses[method];
      const model = { model: 'openai-chat:m', baseUrl: server.url };
      const own = method === 'secret/get' ? { model, stream: false } : spec;
      const { result, kinds } = await play(client, own, handlers);
      expect(result).toMatchObject({ outcome: 'success' });
      expect(kinds).not.toContain('pending_added');
      expect(kinds).not.toContain('warning');
      await server.close();
    }
  });

  it('waits without a handler, and a warning says so', async () => {
    const client = await clientWith(['tool/call']);
    const run = await client.start({ model: 'test', prompt: 'hi', instructions: [{ ref: 'style' }] }, {});
    for await (const { event } of run.events) {
      if (event.event_kind === 'warning') expect(event.message).toContain("prompt/resolve ('style')");
      if (event.event_kind !== 'pending_added') continue;
      await client.request('pending/resolve', { pendingId: event.pendingId, result: { text: 'short' } });
    }
    expect(await run.result).toMatchObject({ outcome: 'success' });
    expect.assertions(2);
  });
});

it('a client that serves everything names no callbacks with a run', async () => {
  const client = await clientWith();
  const sent: unknown[] = [];
  const original = pair.client.sendRequest.bind(pair.client) as (method: string, params: unknown) => Promise<unknown>;
  Object.assign(pair.client, {
    sendRequest: (method: string, params: unknown) => {
      if (method === 'run/start') sent.push(params);
      return original(method, params);
    },
  });
  await play(client, { tools: [tool('a')] }, { tools: { a: () => 'ok' } });
  expect(sent).toEqual([expect.not.objectContaining({ callbacks: expect.anything() })]);
});
