import { getEventListeners } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { EngineError } from '../../../server/engine/errors.ts';
import { create } from '../../../server/models/ai-sdk/providers/openai-chat.ts';
import { systemTiming, withRetries } from '../../../server/models/ai-sdk/transport/retry.ts';
import { fallbackModel } from '../../../server/models/fallback-model.ts';
import { completion, loopback } from './loopback.ts';
import { callOf, promptOf, stillTiming, user, userRequest } from './support.ts';

const unavailable = (retryAfterMs?: number) =>
  new EngineError('model.http', 'unavailable', {
    retryable: true,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });

/** Attempts that fail with the given errors in turn and then succeed. */
function failing(...errors: unknown[]) {
  const attempts = { made: 0 };
  const attempt = async () => {
    const error = errors[attempts.made++];
    if (error !== undefined) throw error;
    return 'answer';
  };
  return { attempt, attempts };
}

const signal = new AbortController().signal;

describe('withRetries', () => {
  it('doubles the wait, and takes up to a quarter off by chance', async () => {
    const timing = stillTiming();
    await withRetries(failing(unavailable(), unavailable()).attempt, signal, timing);
    const early = { ...stillTiming(), random: () => 0.999_999 };
    const noted = { ...early, sleep: async (ms: number) => void timing.waits.push(ms) };
    await withRetries(failing(unavailable(), unavailable()).attempt, signal, noted);
    expect(timing.waits).toEqual([500, 1_000, 375, 750]);
  });

  it('caps the wait', async () => {
    const timing = stillTiming();
    const policy = { retries: 6, firstDelayMs: 500, delayCapMs: 8_000, retryAfterCapMs: 60_000 };
    const errors = Array.from({ length: 6 }, () => unavailable());
    await withRetries(failing(...errors).attempt, signal, timing, policy);
    expect(timing.waits).toEqual([500, 1_000, 2_000, 4_000, 8_000, 8_000]);
  });

  it('gives up after two retries with the last error', async () => {
    const last = unavailable();
    const { attempt, attempts } = failing(unavailable(), unavailable(), last);
    await expect(withRetries(attempt, signal, stillTiming())).rejects.toBe(last);
    expect(attempts.made).toBe(3);
  });

  it('waits exactly as long as the server asks', async () => {
    const timing = stillTiming();
    await withRetries(failing(unavailable(1_234), unavailable(0)).attempt, signal, timing);
    expect(timing.waits).toEqual([1_234, 0]);
  });

  it('reports at once when the server asks for more than a minute', async () => {
    const timing = stillTiming();
    await expect(withRetries(failing(unavailable(60_001)).attempt, signal, timing)).rejects.toThrow('unavailable');
    expect(timing.waits).toEqual([]);
  });

  it.each([
    ['an error that says no', new EngineError('model.http', 'no', { retryable: false })],
    ['an error that says nothing', new EngineError('model.unexpectedBehavior', 'no')],
    ['a bug', new TypeError('undefined is not a function')],
  ])('does not repeat after %s', async (_, error) => {
    const { attempt, attempts } = failing(error);
    await expect(withRetries(attempt, signal, stillTiming())).rejects.toBe(error);
    expect(attempts.made).toBe(1);
  });

  it('stops waiting as soon as the signal is aborted', async () => {
    const controller = new AbortController();
    const { attempt, attempts } = failing(unavailable(30_000));
    const timing = {
      ...systemTiming,
      sleep: (ms: number, signal: AbortSignal) => {
        const slept = systemTiming.sleep(ms, signal);
        controller.abort(new Error('cancelled'));
        return slept;
      },
    };
    await expect(withRetries(attempt, controller.signal, timing)).rejects.toThrow('cancelled');
    expect(attempts.made).toBe(1);
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  });
});

describe('systemTiming.sleep', () => {
  const timers = () => process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;

  it('leaves no timer behind when it is aborted', async () => {
    const controller = new AbortController();
    const before = timers();
    const slept = systemTiming.sleep(60_000, controller.signal);
    expect(timers()).toBe(before + 1);
    controller.abort(new Error('cancelled'));
    await expect(slept).rejects.toThrow('cancelled');
    expect(timers()).toBe(before);
  });

  it('rejects at once under a signal that is aborted already, and leaves no listener behind', async () => {
    await expect(systemTiming.sleep(60_000, AbortSignal.abort(new Error('late')))).rejects.toThrow('late');
    const { signal } = new AbortController();
    await systemTiming.sleep(0, signal);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});

describe('a model', () => {
  let close = async () => {};
  afterEach(() => close());

  it('tells each further attempt', async () => {
    const server = await loopback({ status: 503 }, { status: 503 }, { status: 200, body: completion() });
    close = server.close;
    const entry = { id: 'openai-chat:gpt-x', modelName: 'gpt-x', baseUrl: server.url, apiKey: 'key' };
    const emitted: unknown[] = [];
    const call = { ...callOf(), emit: (event: unknown) => emitted.push(event) };
    await create(entry, { timing: stillTiming() }).request(promptOf([userRequest(user('hi'))]), call);
    const event = { event_kind: 'model_request_started', request: 1, model: 'openai-chat:gpt-x' };
    const busy = { status: 503, reason: 'status_code: 503, model_name: gpt-x, body: {}' };
    expect(emitted).toEqual([
      { ...event, attempt: 2, ...busy, delayMs: 500 },
      { ...event, attempt: 3, ...busy, delayMs: 1000 },
    ]);
  });

  it('numbers attempts through a list that falls back', async () => {
    const server = await loopback({ status: 503 }, { status: 400 }, { status: 200, body: completion() });
    close = server.close;
    const models = ['first', 'second'].map((id) =>
      create({ id, modelName: id, baseUrl: server.url, apiKey: 'key' }, { timing: stillTiming() }),
    );
    const emitted: unknown[] = [];
    const call = { ...callOf(), emit: (event: unknown) => emitted.push(event) };
    await fallbackModel(models, []).request(promptOf([userRequest(user('hi'))]), call);
    const event = { event_kind: 'model_request_started', request: 1 };
    const reason = (status: number) => `status_code: ${status}, model_name: first, body: {}`;
    expect(emitted).toEqual([
      { ...event, attempt: 2, model: 'first', status: 503, reason: reason(503), delayMs: 500 },
      { ...event, attempt: 3, model: 'second', status: 400, reason: reason(400) },
    ]);
  });

  it.each([
    ['is waited for when there is no other model', ['only'], 2, [30_000]],
    ['is not waited for while there is another model', ['first', 'second'], 2, []],
    ['is waited for by the last model of a list', ['first', 'second'], 3, [30_000]],
  ])('a long wait that a server asks for %s', async (_title, names, count, waits) => {
    const busy = { status: 429, headers: { 'retry-after': '30' } };
    const answers = Array.from({ length: count - 1 }, () => busy);
    const server = await loopback(...answers, { status: 200, body: completion() });
    close = server.close;
    const timing = stillTiming();
    const models = names.map((id) => create({ id, modelName: id, baseUrl: server.url, apiKey: 'key' }, { timing }));
    await fallbackModel(models, []).request(promptOf([userRequest(user('hi'))]), callOf());
    expect(timing.waits).toEqual(waits);
  });

  it('repeats the same request after failures of the server', async () => {
    const server = await loopback(
      { status: 503, body: 'busy' },
      { status: 429, headers: { 'retry-after-ms': '40' } },
      { status: 200, body: completion({ content: 'at last' }) },
    );
    close = server.close;
    const timing = stillTiming();
    const entry = { id: 'openai-chat:gpt-x', modelName: 'gpt-x', baseUrl: server.url, apiKey: 'key' };
    const { response } = await create(entry, { timing }).request(promptOf([userRequest(user('hi'))]), callOf());
    expect(response.parts).toMatchObject([{ content: 'at last' }]);
    expect(timing.waits).toEqual([500, 40]);
    expect(new Set(server.seen.map(({ body }) => body)).size).toBe(1);
    const sent = expect.stringMatching(/^[0-9a-f]{64}$/);
    expect([...new Set(server.seen.map(({ headers }) => headers['idempotency-key']))]).toEqual([sent]);
  });
});
