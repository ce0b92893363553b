import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Daemon } from '../support/daemon.ts';

/** What a client writes in one go is taken in the order in which it stands there, whatever kind of message it is. */
describe('messages that come together', () => {
  let daemon: Daemon;
  beforeEach(async () => {
    daemon = new Daemon();
    await daemon.initialize();
  });
  afterEach(async () => {
    expect(await daemon.stop()).toBe(0);
  });

  const start = (spec: object) => daemon.request('run/start', { runId: 'run', prompt: 'Go.', ...spec });
  const requestOf = (method: string) => daemon.waitFor((message) => message.method === method);
  /** Several frames in one write. */
  const sendTogether = (...messages: object[]) => {
    const frames = messages.map((message) => JSON.stringify({ jsonrpc: '2.0', ...message }));
    daemon.child.stdin.write(frames.map((one) => `Content-Length: ${Buffer.byteLength(one)}\r\n\r\n${one}`).join(''));
  };
  const noArguments = { type: 'object', properties: {} };
  const tool = { name: 'act', inputSchema: noArguments };

  it('a cancellation, and then the answer of a tool: the answer is too late', async () => {
    await start({ model: 'test', tools: [tool] });
    const { id } = await requestOf('tool/call');
    sendTogether({ id: 'cancel', method: 'run/cancel', params: { runId: 'run' } }, { id, result: 'too late' });
    const { result } = await daemon.request('run/wait', { runId: 'run', include: ['messages'] });
    expect(result).toMatchObject({
      outcome: 'cancelled',
      usage: { tool_calls: 0 },
      messages: [{}, {}, { parts: [{ part_kind: 'tool-return', outcome: 'interrupted' }] }],
    });
  });

  it('progress of a tool, and then its answer: the progress is shown before the result', async () => {
    await start({ model: 'test', tools: [tool] });
    const { id, params } = await requestOf('tool/call');
    const progress = { runId: 'run', toolCallId: params?.toolCallId, message: 'half way', fraction: 0.5 };
    sendTogether({ method: 'tool/progress', params: progress }, { id, result: 'done' });
    await daemon.request('run/wait', { runId: 'run' });
    const kinds = daemon.messages.map(({ params }) => (params?.event as { event_kind?: string })?.event_kind);
    const shown = kinds.filter((kind) => kind === 'tool_progress' || kind === 'function_tool_result');
    expect(shown).toEqual(['tool_progress', 'function_tool_result']);
  });

  it('pieces of a response, and then its end: the response has all of them', async () => {
    await start({ model: 'host:echo' });
    const { id, params } = await requestOf('model/request');
    const piece = (text: string) => ({
      method: 'model/delta',
      params: { runId: 'run', requestId: params?.requestId, delta: { text } },
    });
    sendTogether(piece('Hello, '), piece('world'), piece('!'), { id, result: { response: {} } });
    const { result } = await daemon.request('run/wait', { runId: 'run' });
    expect(result).toMatchObject({ outcome: 'success', output: 'Hello, world!' });
  });

  it('a steered message, and then the result of a tool, both reach the model', async () => {
    await start({ model: 'host:echo', tools: [tool] });
    const first = await requestOf('model/request');
    daemon.send({
      id: first.id as number,
      result: { response: { parts: [{ part_kind: 'tool-call', tool_name: 'act' }] } },
    });
    const { id } = await requestOf('tool/call');
    const steer = { runId: 'run', content: 'Be quick.', when: 'asap' };
    sendTogether({ id: 'steer', method: 'run/steer', params: steer }, { id, result: 'done' });
    const second = await daemon.waitFor(({ method, id }) => method === 'model/request' && id !== first.id);
    const { messages } = second.params as { messages: object[] };
    expect(messages.at(-1)).toMatchObject({
      parts: [
        { part_kind: 'tool-return', content: 'done' },
        { part_kind: 'user-prompt', content: 'Be quick.' },
      ],
    });
    await daemon.request('run/cancel', { runId: 'run' });
  });
});
