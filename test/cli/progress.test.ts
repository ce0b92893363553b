import { afterEach, describe, expect, it } from 'vitest';
import type { WorkDoneProgress } from '../../protocol/progress.ts';
import { calls, openSession, schemaOf, type TestSession, text, toolCall } from '../support/session.ts';

let session: TestSession;
afterEach(() => session?.close());

const tool = { name: 'work', inputSchema: schemaOf({}) };
const capable = { capabilities: { window: { workDoneProgress: true } } };

/** A session and all it was shown, in order. */
async function shown(options: Parameters<typeof openSession>[0] & { create?: (token: unknown) => unknown } = {}) {
  const { create, ...rest } = options;
  const seen: (string | { token: unknown; value: WorkDoneProgress })[] = [];
  session = await openSession({
    model: [calls(toolCall('work')), text('done')],
    serve: { 'tool/call': () => 'ok' },
    ...rest,
  });
  const { client } = session.pair;
  if (create) {
    client.onRequest('window/workDoneProgress/create', ({ token }) => {
      seen.push(`create ${token}`);
      return create(token);
    });
  }
  client.onNotification('$/progress', (params) => {
    seen.push(params);
  });
  client.onNotification('run/event', ({ event }) => {
    if (event.event_kind === 'run_finished') seen.push('run_finished');
  });
  return seen;
}

const steps = [
  { kind: 'report', message: 'Request 1 to host:script' },
  { kind: 'report', message: 'Calling work' },
  { kind: 'report', message: 'Request 2 to host:script' },
  { kind: 'end', message: 'Done' },
];

describe('the progress of a run', () => {
  it('is shown on the token of its request, and ends in front of run_finished', async () => {
    const seen = await shown();
    await session.run({ prompt: 'hi', tools: [tool], name: 'Adder', workDoneToken: 7 });
    const values = [{ kind: 'begin', title: 'Adder', cancellable: true }, ...steps];
    expect(seen).toEqual([...values.map((value) => ({ token: 7, value })), 'run_finished']);
  });

  it('is shown on a token of the daemon when the client can show it', async () => {
    const seen = await shown({ initialize: capable, create: () => null });
    await session.run({ runId: 'r', prompt: 'hi', tools: [tool] });
    expect(seen[0]).toBe('create runwire/r');
    const values = seen.flatMap((one) => (typeof one === 'string' ? [] : [one.value]));
    expect(values[0]).toMatchObject({ kind: 'begin', title: 'Agent run', cancellable: true });
    expect(values.at(-1)).toEqual({ kind: 'end', message: 'Done' });
    expect(seen.at(-1)).toBe('run_finished');
  });

  it('is not shown to a client that did not request it', async () => {
    const seen = await shown({ create: () => null });
    await session.run({ prompt: 'hi', tools: [tool] });
    expect(seen).toEqual(['run_finished']);
  });

  it.each([
    ['refuses', () => Promise.reject(new Error('no room'))],
    ['never answers', () => new Promise(() => undefined)],
  ])('does not keep the run of a client that %s', async (_what, create) => {
    const seen = await shown({ initialize: capable, create });
    expect(await session.run({ runId: 'r', prompt: 'hi', tools: [tool] })).toMatchObject({ outcome: 'success' });
    expect(seen).toEqual(['create runwire/r', 'run_finished']);
  });

  it.each([
    ['failed', { model: [] }, 'Failed: the scripted model was asked once too often'],
    ['deferred', { model: [calls(toolCall('out'))] }, 'Left to others'],
  ])('says how a run that %s ended', async (_outcome, options, message) => {
    const seen = await shown(options);
    const output = { anyOf: [{ type: 'text' as const }, { type: 'deferred' as const }] };
    await session.run({ prompt: 'hi', tools: [{ ...tool, name: 'out', external: true }], output, workDoneToken: 'w' });
    expect(seen.at(-2)).toEqual({ token: 'w', value: { kind: 'end', message } });
  });

  it.each([
    ['its own token', { workDoneToken: 'w' }, 'w', {}],
    ['a token of the daemon', {}, 'runwire/r', capable],
  ])('cancels the run when it is cancelled on %s', async (_whose, params, token, initialize) => {
    let wasCalled: () => void = () => undefined;
    const called = new Promise<void>((resolve) => {
      wasCalled = resolve;
    });
    const serve = {
      'tool/call': () => {
        wasCalled();
        return new Promise(() => undefined);
      },
    };
    const seen = await shown({ model: [calls(toolCall('work'))], serve, initialize, create: () => null });
    const ended = session.run({ runId: 'r', prompt: 'hi', tools: [tool], ...params });
    await called;
    const { client } = session.pair;
    await client.sendNotification('window/workDoneProgress/cancel', { token: 'another' });
    await client.sendNotification('window/workDoneProgress/cancel', {});
    expect(await session.request('run/get', { runId: 'r' })).toMatchObject({ state: 'running' });
    await client.sendNotification('window/workDoneProgress/cancel', { token });
    expect(await ended).toMatchObject({ outcome: 'cancelled', error: { data: { kind: 'run.cancelled' } } });
    expect(seen.slice(-2)).toEqual([{ token, value: { kind: 'end', message: 'Cancelled' } }, 'run_finished']);
  });
});
