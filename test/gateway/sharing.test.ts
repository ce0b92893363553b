import { afterEach, describe, expect, it } from 'vitest';
import { type GatewayClient, startTestGateway, type TestGateway, type TestGatewayOptions } from '../support/gateway.ts';

const host = { initializationOptions: { callbacks: ['model/request'] } };
const approval = { name: 'delete', inputSchema: { type: 'object' }, requiresApproval: true };
const text = (content: string) => ({ response: { parts: [{ part_kind: 'text', content }] } });
const call = {
  response: { parts: [{ part_kind: 'tool-call', tool_name: 'delete', args: {}, tool_call_id: 'c' }] },
};

describe('connections of one tenant', () => {
  let test: TestGateway;
  afterEach(() => test.close());

  async function open(options?: TestGatewayOptions): Promise<[GatewayClient, GatewayClient]> {
    test = await startTestGateway(options);
    return [await test.connect('alice', host), await test.connect('alice', host)];
  }
  /** The open callback of a client, once it is there. */
  async function callback(client: GatewayClient, method = 'model/request') {
    await client.until(() => client.open.some((one) => one.method === method));
    return client.open.splice(
      client.open.findIndex((one) => one.method === method),
      1,
    )[0] as GatewayClient['open'][number];
  }

  it('run/attach sends the events and deltas of a run that another connection started, and no callbacks', async () => {
    const [first, second] = await open();
    await first.request('run/start', { runId: 'r', prompt: 'hi', model: 'host:m' });
    const { id, params } = await callback(first);
    const { state, lastSeq } = await second.request('run/attach', { runId: 'r' });
    expect({ state, lastSeq }).toEqual({ state: 'running', lastSeq: 2 });
    first.send({ method: 'model/delta', params: { runId: 'r', requestId: params.requestId, delta: { text: 'Hel' } } });
    first.send({ method: 'model/delta', params: { runId: 'r', requestId: params.requestId, delta: { text: 'lo' } } });
    first.send({ id, result: { response: {} } });
    await second.notification(
      ({ params: { event } }) => (event as { event_kind: string }).event_kind === 'run_finished',
    );
    await first.request('run/wait', { runId: 'r' });
    expect(second.events('r').map(({ seq }) => seq)).toEqual([3, 4]);
    expect(first.events('r').map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
    const deltas = (client: GatewayClient) => client.notified.filter(({ method }) => method === 'run/delta');
    expect(deltas(second)).toEqual(deltas(first));
    expect(second.open).toEqual([]);
  });

  it('the first answer to a pending item wins, whoever gives it', async () => {
    const [first, second] = await open();
    await first.request('run/start', {
      runId: 'r',
      prompt: 'hi',
      model: 'host:m',
      tools: [approval],
      deferred: 'wait',
    });
    await second.request('run/attach', { runId: 'r' });
    first.send({ id: (await callback(first)).id, result: call });
    const added = await second.notification(
      ({ params: { event } }) => (event as { event_kind: string }).event_kind === 'pending_added',
    );
    const { pendingId } = added.params.event as { pendingId: string };
    const denied = { pendingId, result: { approvals: { c: { approved: false, message: 'no' } } } };
    const answers = await Promise.all([
      second.refusal('pending/resolve', denied),
      first.refusal('pending/resolve', denied),
    ]);
    expect(answers.sort()).toEqual(['none', 'pending.resolved']);
    first.send({ id: (await callback(first)).id, result: text('ok') });
    expect(await second.request('run/wait', { runId: 'r' })).toMatchObject({ outcome: 'success', output: 'ok' });
  });

  it('a run goes on when its connection is gone, and its open callbacks go to the connection that resumes it', async () => {
    const [first, second] = await open();
    await first.request('run/start', { runId: 'r', prompt: 'hi', model: 'host:m' });
    await callback(first);
    first.drop();
    await expect.poll(() => test.gateway.size).toBe(1);
    expect(await second.request('run/get', { runId: 'r' })).toMatchObject({ state: 'running' });
    expect(await second.request('run/resume', { runId: 'r' })).toMatchObject({ lastSeq: 2 });
    second.send({ id: (await callback(second)).id, result: text('still here') });
    expect(await second.request('run/wait', { runId: 'r' })).toMatchObject({ output: 'still here' });
    expect(second.events('r').map(({ seq }) => seq)).toEqual([3, 4]);
    const { events } = await second.request('run/events', { runId: 'r', afterSeq: 0 });
    expect((events as { seq: number }[]).map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
  });

  it('a run whose connection is gone for too long is cancelled', async () => {
    const [first, second] = await open({ options: { linger: '0' } });
    await first.request('run/start', { runId: 'r', prompt: 'hi', model: 'host:m' });
    await callback(first);
    first.drop();
    expect(await second.request('run/wait', { runId: 'r' })).toMatchObject({
      outcome: 'failed',
      error: { data: { kind: 'client.gone' } },
    });
  });

  it('with a store it is parked instead, and another connection continues it', async () => {
    const [first, second] = await open({ isStored: true, options: { linger: '0' } });
    await first.request('run/start', { runId: 'r', prompt: 'hi', model: 'host:m' });
    await callback(first);
    first.drop();
    await expect.poll(async () => (await second.request('run/get', { runId: 'r' })).state).toBe('interrupted');
    await second.request('run/resume', { runId: 'r' });
    second.send({ id: (await callback(second)).id, result: text('again') });
    expect(await second.request('run/wait', { runId: 'r' })).toMatchObject({ output: 'again' });
  });

  it('asks each connection for its own secrets, also within a tenant', async () => {
    const [first] = await open();
    const keys = { initializationOptions: { callbacks: ['secret/get'] } };
    const second = await test.connect('alice', keys);
    const bob = await test.connect('bob', keys);
    for (const client of [second, bob]) {
      void client.refusal('run/start', { prompt: 'hi', model: 'openai:gpt-5' });
      const { params, id } = await callback(client, 'secret/get');
      expect(params).toMatchObject({ name: 'OPENAI_API_KEY' });
      client.send({ id, result: null });
    }
    expect(first.open).toEqual([]);
  });

  it('sends the log of the daemon to nobody', async () => {
    const [first] = await open();
    await first.refusal('run/get', { runId: 'none' });
    expect(first.notified.filter(({ method }) => method === 'window/logMessage')).toEqual([]);
  });

  it('a token that allows some methods and models is refused the others', async () => {
    const allow = { methods: ['run/*', 'agent/register'], models: ['test'] };
    const token = 'token-of-carol-0123456789';
    test = await startTestGateway({
      tokenFile: {
        tokens: [
          { tenant: 'alice', token: 'token-of-alice-0123456789', allow },
          { tenant: 'c', token },
        ],
      },
    });
    const client = await test.connect('alice');
    expect(await client.refusal('health/get')).toBe('notAllowed');
    expect(await client.refusal('run/start', { prompt: 'hi', model: 'openai:gpt-5' })).toBe('notAllowed');
    expect(await client.refusal('run/start', { prompt: 'hi', model: ['test', 'openai:gpt-5'] })).toBe('notAllowed');
    expect(await client.refusal('agent/register', { name: 'a', model: { models: [{ model: 'groq:x' }] } })).toBe(
      'notAllowed',
    );
    expect(await client.request('run/start', { prompt: 'hi', model: 'test', wait: true })).toMatchObject({
      outcome: 'success',
    });
  });
});
