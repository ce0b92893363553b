import { afterEach, describe, expect, it } from 'vitest';
import { ResponseError } from 'vscode-jsonrpc/node';
import type { CallbackParamsOf } from '../../protocol/catalogue.ts';
import type { ModelMessage, ModelMessageInput } from '../../protocol/messages/messages.ts';
import { calls, openSession, type RunParams, schemaOf, type TestSession, text, toolCall } from '../support/session.ts';

// What users of the reference engine requested or reported again and again, by the numbers of its issues. Each case is
// named after what it prevents and plays it through the protocol.

type ModelRequest = CallbackParamsOf<'model/request'>;
type Reply = (request: ModelRequest, index: number) => unknown;

let session: TestSession;
afterEach(() => session?.close());

/** A session whose model answers by a function; returns the requests that the model received. */
async function scripted(reply: Reply, serve: Parameters<typeof openSession>[0] = {}): Promise<ModelRequest[]> {
  const requested: ModelRequest[] = [];
  session = await openSession({
    ...serve,
    serve: {
      'model/request': async (request) => {
        requested.push(request);
        return { response: (await reply(request, requested.length - 1)) ?? {} };
      },
      ...serve.serve,
    },
  });
  return requested;
}

/** The replies in order; one more request fails the run. */
const inOrder =
  (...replies: object[]): Reply =>
  (_request, index) => {
    const next = replies[index];
    if (!next) throw new ResponseError(1, `model request ${index + 1} was not expected`);
    return next;
  };

const tool = (name: string, extra: object = {}) => ({ name, inputSchema: schemaOf({}), ...extra });
const user = (content: ModelMessageInput | string): ModelMessageInput =>
  ({ kind: 'request', parts: [{ part_kind: 'user-prompt', content }] }) as ModelMessageInput;
const said = (content: string): ModelMessageInput => ({ kind: 'response', parts: [{ part_kind: 'text', content }] });
const called = (name: string, id: string): ModelMessageInput => ({
  kind: 'response',
  parts: [{ part_kind: 'tool-call', tool_name: name, args: {}, tool_call_id: id }],
});

const partsOf = (messages: readonly ModelMessage[] = []) =>
  messages.map(({ parts }) => parts.map((part) => part.part_kind).join(' '));

async function messagesOf(runId: string): Promise<ModelMessage[]> {
  return (await session.request('run/messages', { runId })).messages ?? [];
}

const complaints: [name: string, issues: string, play: () => Promise<void>][] = [
  [
    'instructions are sent with a history that has no system prompt',
    '531 1023 1032 1314 1646 2654',
    async () => {
      const requested = await scripted(inOrder(text('ok')));
      await session.run({ prompt: 'hi', instructions: 'Be terse.', messageHistory: [user('a'), said('b')] });
      expect(requested[0]?.instructions).toBe('Be terse.');
    },
  ],
  [
    'a system prompt that the history lacks is put back when the spec asks for it',
    '531 1023',
    async () => {
      const requested = await scripted(inOrder(text('ok')));
      const messageHistory = [user('a'), said('b')];
      await session.run({ prompt: 'hi', systemPrompt: 'Be terse.', reinjectSystemPrompt: true, messageHistory });
      expect(partsOf(requested[0]?.messages)).toEqual(['system-prompt user-prompt', 'text', 'user-prompt']);
    },
  ],
  [
    'an unknown tool is answered under the id of its call',
    '161 562 1255',
    async () => {
      const requested = await scripted(inOrder(calls(toolCall('nope', {}, 'c1')), text('ok')));
      await session.run({ prompt: 'hi' });
      expect(requested[1]?.messages.at(-1)?.parts).toMatchObject([
        { outcome: 'retried', tool_name: 'nope', tool_call_id: 'c1' },
      ]);
    },
  ],
  [
    'a pair that is broken does not poison the conversation: open calls are closed, orphans dropped',
    '2860 4728',
    async () => {
      const requested = await scripted(inOrder(text('ok'), text('ok')));
      const orphan = { part_kind: 'tool-return', tool_name: 'x', content: 1, tool_call_id: 'gone' } as const;
      const messageHistory = [
        user('a'),
        called('x', 'c1'),
        user('never mind'),
        { kind: 'request', parts: [orphan] } as ModelMessageInput,
        said('b'),
      ];
      const { runId } = await session.run({ prompt: 'hi', messageHistory });
      await session.run({ prompt: 'again', messageHistory: await messagesOf(runId) });
      for (const { messages } of requested) expectPaired(messages);
      expect(JSON.stringify(requested[1]?.messages)).not.toContain('gone');
    },
  ],
  [
    'a history processor that cuts a call from its return leaves nothing that a provider refuses',
    '2050',
    async () => {
      const requested = await scripted(inOrder(calls(toolCall('work')), text('ok')), {
        serve: {
          'tool/call': () => 'done',
          'history/process': ({ messages }) => ({ messages: messages.slice(-1) }),
        },
      });
      const { outcome } = await session.run({ prompt: 'hi', tools: [tool('work')], historyProcessors: ['last'] });
      expect(outcome).toBe('success');
      for (const { messages } of requested) expectPaired(messages);
    },
  ],
  [
    'a run that is cancelled during its first tool takes a new prompt',
    '1524 5838 7977',
    async () => {
      await scripted(inOrder(calls(toolCall('work')), text('ok')), {
        serve: {
          'tool/call': async ({ runId }) => {
            await session.request('run/cancel', { runId });
            return 'too late';
          },
        },
      });
      const { runId, outcome } = await session.run({ prompt: 'hi', tools: [tool('work')] });
      expect(outcome).toBe('cancelled');
      const messageHistory = await messagesOf(runId);
      expect((await session.run({ prompt: 'and now?', messageHistory })).output).toBe('ok');
    },
  ],
  [
    'text before a tool call does not end a streamed run',
    '985 1292 1489 2256 2308 3574 7688',
    async () => {
      const requested = await scripted(
        async ({ runId, requestId }, index) => {
          const send = (delta: object) =>
            session.pair.client.sendNotification('model/delta', { runId, requestId, delta });
          await send({ text: index === 0 ? 'Let me look.' : 'Found it.' });
          if (index === 0) await send({ index: 0, toolCall: { name: 'work', args: '{}', id: 'c1' } });
        },
        { serve: { 'tool/call': () => 'done' } },
      );
      expect((await session.run({ prompt: 'hi', tools: [tool('work')], stream: true })).output).toBe('Found it.');
      expect(requested[1]?.messages.at(-1)?.parts).toMatchObject([{ part_kind: 'tool-return', content: 'done' }]);
    },
  ],
  [
    'usage that a stream tells again and again is counted once',
    '1711 1736 2770 2918 5260',
    async () => {
      await scripted(async ({ runId, requestId }) => {
        const send = (delta: object) =>
          session.pair.client.sendNotification('model/delta', { runId, requestId, delta });
        for (const output_tokens of [1, 2, 3]) {
          await send({ usage: { input_tokens: 100, output_tokens, details: { reasoning_tokens: output_tokens } } });
          await send({ text: 'word ' });
        }
      });
      const { runId, usage } = await session.run({ prompt: 'hi', stream: true });
      const { requests = [] } = await session.request('run/usage', { runId, detail: true });
      const once = { input_tokens: 100, output_tokens: 3, details: { reasoning_tokens: 3 } };
      expect([usage, ...requests]).toMatchObject([{ ...once, requests: 1 }, once]);
    },
  ],
  [
    'binary content survives any number of round trips, in prompts and in tool returns',
    '1081 1426 1492 2789 5744 8367',
    async () => {
      const binary = { kind: 'binary', data: '-_8=', media_type: 'image/png' } as const;
      const replies = [calls(toolCall('photo')), text('ok'), text('ok'), text('ok')];
      await scripted(inOrder(...replies), { serve: { 'tool/call': () => ({ content: binary }) } });
      const first = await session.run({ prompt: ['look', binary], tools: [tool('photo')] });
      const bytes = async (runId: string) =>
        [...JSON.stringify(await messagesOf(runId)).matchAll(/"data":"([^"]*)"/g)].map(([, data]) => data);
      expect(await bytes(first.runId)).toEqual(['-_8=', '-_8=']);
      const second = await session.run({ prompt: 'again', messageHistory: await messagesOf(first.runId) });
      const third = await session.run({ prompt: 'again', messageHistory: await messagesOf(second.runId) });
      expect(await bytes(third.runId)).toEqual(['-_8=', '-_8=']);
    },
  ],
  [
    'a history stored by an old version is accepted',
    '2789 2792',
    async () => {
      await scripted(inOrder(text('ok')));
      const messageHistory = JSON.parse(
        '[{"parts":[{"content":"hello","timestamp":"2025-01-01T00:00:00Z","part_kind":"user-prompt"}],"kind":"request"},' +
          '{"parts":[{"tool_name":"f","args":{"x":0},"tool_call_id":null,"part_kind":"tool-call"}],"model_name":"test",' +
          '"timestamp":"2025-01-01T00:00:00Z","kind":"response"},' +
          '{"parts":[{"tool_name":"f","content":"hi","tool_call_id":null,"timestamp":"2025-01-01T00:00:00Z",' +
          '"part_kind":"tool-return"}],"kind":"request"}]',
      );
      expect((await session.run({ prompt: 'hi', messageHistory })).outcome).toBe('success');
    },
  ],
  [
    'two runs of one agent do not share their retries',
    '784 1918',
    async () => {
      const counted: [string, number][] = [];
      await scripted((request) => (request.runStep < 2 ? calls(toolCall('work')) : text('ok')), {
        serve: {
          'tool/call': ({ runId, retry, runStep }) => {
            counted.push([runId, retry]);
            return runStep < 2 ? { retry: 'again' } : 'done';
          },
        },
      });
      await session.request('agent/register', { name: 'a', model: 'host:script', tools: [tool('work')], retries: 1 });
      const runs = ['1', '2', '3'].map((runId) =>
        session.run({ runId, agent: 'a', prompt: 'hi', model: 'host:script' }),
      );
      expect((await Promise.all(runs)).map(({ outcome }) => outcome)).toEqual(['success', 'success', 'success']);
      expect(new Set(counted.map(([, retry]) => retry))).toEqual(new Set([0]));
    },
  ],
  [
    'two failures of one tool in one response use one retry',
    '2311 2317',
    async () => {
      let requested = 0;
      await scripted(inOrder(calls(toolCall('work', {}, 'c1'), toolCall('work', {}, 'c2')), text('ok')), {
        serve: {
          'tool/call': () => {
            requested += 1;
            return { retry: 'again' };
          },
        },
      });
      expect((await session.run({ prompt: 'hi', tools: [tool('work')], retries: 1 })).outcome).toBe('success');
      expect(requested).toBe(2);
    },
  ],
  [
    'a tool that is left alone for a step keeps its count, and is told of it',
    '2927 4083 6581',
    async () => {
      const seen: object[] = [];
      const replies = [calls(toolCall('work')), calls(toolCall('other')), calls(toolCall('work')), text('ok')];
      await scripted(inOrder(...replies), {
        serve: {
          'tool/call': ({ name, retry, maxRetries }) => {
            if (name === 'other') return 'done';
            seen.push({ retry, maxRetries });
            return seen.length === 1 ? { retry: 'again' } : 'done';
          },
        },
      });
      await session.run({ prompt: 'hi', tools: [tool('work'), tool('other')], retries: 3 });
      expect(seen).toEqual([
        { retry: 0, maxRetries: 3 },
        { retry: 1, maxRetries: 3 },
      ]);
    },
  ],
  [
    'running out of retries tells the last error, and the messages are there',
    '200 749 822',
    async () => {
      await scripted(inOrder(calls(toolCall('work')), calls(toolCall('work'))), {
        serve: { 'tool/call': () => ({ retry: 'the disk is full' }) },
      });
      const { runId, error } = await session.run({ prompt: 'hi', tools: [tool('work')], retries: 1 });
      expect(error?.data).toMatchObject({
        kind: 'model.unexpectedBehavior',
        cause: { message: expect.stringContaining('the disk is full') },
      });
      // What the second call came to is marked as interrupted: no model has read it.
      expect((await messagesOf(runId)).map(({ state }) => state)).toEqual([
        ...Array(4).fill('complete'),
        'interrupted',
      ]);
    },
  ],
  [
    'new messages are right behind a processor that shortens the list',
    '2913 2921',
    async () => {
      await scripted(inOrder(text('ok')), {
        serve: { 'history/process': ({ messages }) => ({ messages: messages.slice(-1) }) },
      });
      const messageHistory = [user('a'), said('b'), user('c'), said('d')];
      const { runId, newMessageIndex } = await session.run({
        prompt: 'hi',
        messageHistory,
        historyProcessors: ['last'],
      });
      const { messages = [] } = await session.request('run/newMessages', { runId });
      expect({ newMessageIndex, parts: partsOf(messages) }).toEqual({
        newMessageIndex: 0,
        parts: ['user-prompt', 'text'],
      });
    },
  ],
  [
    'results of deferred calls make one request of their own, without an empty one before it',
    '1943',
    async () => {
      await scripted(inOrder(calls(toolCall('ask', {}, 'c1')), text('ok')));
      const spec: RunParams = {
        tools: [tool('ask', { external: true })],
        output: { anyOf: [{ type: 'text' }, { type: 'deferred' }] },
      };
      const first = await session.run({ ...spec, prompt: 'hi' });
      expect(first.outcome).toBe('deferred');
      const { runId } = await session.run({
        ...spec,
        messageHistory: { runId: first.runId },
        deferredToolResults: { calls: { c1: { content: 'yes' } } },
      });
      const { messages } = await session.request('run/newMessages', { runId });
      expect(partsOf(messages)).toEqual(['tool-return', 'text']);
    },
  ],
  [
    'function tools beside the output run, and stand in call order',
    '266 2510 3523 3791 4296',
    async () => {
      await scripted(inOrder(calls(toolCall('work', {}, 'c1'), toolCall('final_result', { x: 1 }, 'c2'))), {
        serve: { 'tool/call': () => 'done' },
      });
      const output = { schema: schemaOf({ x: { type: 'integer' } }) };
      const { runId } = await session.run({ prompt: 'hi', tools: [tool('work')], output });
      expect((await messagesOf(runId)).at(-1)?.parts).toMatchObject([
        { tool_call_id: 'c1', content: 'done' },
        { tool_call_id: 'c2', content: 'Final result processed.' },
      ]);
    },
  ],
  [
    'native output beside tool calls is no output yet',
    '6277 6427',
    async () => {
      const both = { parts: [...text('{"x":1}').parts, toolCall('work')] };
      await scripted(inOrder(both, text('{"x":2}')), { serve: { 'tool/call': () => 'done' } });
      const output = { schema: schemaOf({ x: { type: 'integer' } }), mode: 'native' as const };
      expect((await session.run({ prompt: 'hi', tools: [tool('work')], output })).output).toEqual({ x: 2 });
    },
  ],
  [
    'a batch that would break the limit of tool calls does not run at all',
    '2593 2978',
    async () => {
      let ran = 0;
      await scripted(inOrder(calls(toolCall('work', {}, 'c1'), toolCall('work', {}, 'c2'))), {
        serve: {
          'tool/call': () => {
            ran += 1;
          },
        },
      });
      const { error, usage } = await session.run({
        prompt: 'hi',
        tools: [tool('work')],
        usageLimits: { tool_calls_limit: 1 },
      });
      expect({ kind: error?.data.kind, ran, calls: usage.tool_calls }).toEqual({
        kind: 'usage.limitExceeded',
        ran: 0,
        calls: 0,
      });
    },
  ],
  [
    'calls that fail are not counted as tool calls',
    '6388',
    async () => {
      await scripted(inOrder(calls(toolCall('good'), toolCall('bad')), text('ok')), {
        serve: { 'tool/call': ({ name }) => (name === 'good' ? 'done' : { failed: 'no' }) },
      });
      const { usage } = await session.run({ prompt: 'hi', tools: [tool('good'), tool('bad')] });
      expect(usage.tool_calls).toBe(1);
    },
  ],
  [
    'an approval may come with a new prompt',
    '1995 2500 3488',
    async () => {
      const requested = await scripted(inOrder(calls(toolCall('delete', {}, 'c1')), text('ok')), {
        serve: { 'tool/call': ({ approved }) => `approved: ${approved}` },
      });
      const spec: RunParams = {
        tools: [tool('delete', { requiresApproval: true })],
        output: { anyOf: [{ type: 'text' }, { type: 'deferred' }] },
      };
      const { runId } = await session.run({ ...spec, prompt: 'hi' });
      await session.run({
        ...spec,
        messageHistory: { runId },
        prompt: 'and be quick',
        deferredToolResults: { approvals: { c1: true } },
      });
      expect(requested[1]?.messages.at(-1)?.parts).toMatchObject([
        { part_kind: 'tool-return', content: 'approved: true' },
        { part_kind: 'user-prompt', content: 'and be quick' },
      ]);
    },
  ],
  [
    'an approval can be given inside the run',
    '3959',
    async () => {
      await scripted(inOrder(calls(toolCall('delete', {}, 'c1')), text('ok')), {
        serve: { 'tool/call': () => 'deleted', 'deferred/handle': () => ({ approvals: { c1: true } }) },
      });
      const tools = [tool('delete', { requiresApproval: true })];
      expect((await session.run({ prompt: 'hi', tools, deferred: 'handle' })).outcome).toBe('success');
    },
  ],
  [
    'calls that share an id never run the arguments of one another',
    '4376 6241',
    async () => {
      const args: unknown[] = [];
      const inputSchema = schemaOf({ x: { type: 'integer' } });
      await scripted(inOrder(calls(toolCall('work', { x: 1 }, 'same'), toolCall('work', { x: 2 }, 'same'))), {
        serve: { 'tool/call': (call) => args.push(call.args) },
      });
      const { error } = await session.run({ prompt: 'hi', tools: [{ name: 'work', inputSchema }] });
      expect(error).toMatchObject({
        data: { kind: 'model.unexpectedBehavior' },
        message: expect.stringContaining("duplicate `tool_call_id`s: ['same']"),
      });
      expect(args).toEqual([]);
    },
  ],
  [
    'the return of a call that failed validation is not taken for the output',
    'semantics 2.1',
    async () => {
      const schema = schemaOf({ x: { type: 'integer' } });
      await scripted(
        inOrder(calls(toolCall('final_result', { x: 'no' }, 'c1'), toolCall('final_result', { x: 1 }, 'c2'))),
      );
      const { runId } = await session.run({ prompt: 'hi', output: { schema } });
      const { messages } = await session.request('run/messages', { runId, outputToolReturnContent: 'thanks' });
      expect(messages?.at(-1)?.parts).toMatchObject([
        { outcome: 'retried', tool_call_id: 'c1' },
        { part_kind: 'tool-return', tool_call_id: 'c2', content: 'thanks' },
      ]);
    },
  ],
  [
    'a history that was given is not changed by dynamic prompts',
    'semantics 1.4',
    async () => {
      const requested = await scripted(inOrder(text('ok'), text('ok')), {
        serve: { 'prompt/resolve': ({ runId }) => ({ text: `for ${runId}` }) },
      });
      const systemPrompt = [{ ref: 'who', dynamic: true }];
      await session.run({ runId: 'one', prompt: 'hi', systemPrompt });
      const before = await messagesOf('one');
      await session.run({ runId: 'two', prompt: 'hi', systemPrompt, messageHistory: { runId: 'one' } });
      expect(await messagesOf('one')).toEqual(before);
      expect(requested[1]?.messages[0]?.parts[0]).toMatchObject({ content: 'for two' });
    },
  ],
];

/** Each result follows the response that called for it, and each call has exactly one. */
function expectPaired(messages: readonly ModelMessage[]): void {
  const open = new Set<string>();
  for (const message of messages) {
    if (message.kind === 'response') {
      expect([...open]).toEqual([]);
      for (const part of message.parts) if (part.part_kind === 'tool-call') open.add(part.tool_call_id);
    } else {
      for (const part of message.parts)
        if (part.part_kind === 'tool-return') expect(open.delete(part.tool_call_id)).toBe(true);
    }
  }
  expect([...open]).toEqual([]);
}

describe('what users of the reference engine complained of', () => {
  it.each(complaints)('%s (%s)', (_name, _issues, play) => play());
});
