import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type GatewayClient, startTestGateway, type TestGateway, type TestGatewayOptions } from '../support/gateway.ts';

const tool = { name: 'ask', inputSchema: { type: 'object' }, requiresApproval: true };

/** The ids of what one tenant has. */
interface Foreign {
  readonly runId: string;
  readonly live: string;
  readonly pendingId: string;
  readonly conversationId: string;
}

/** What another tenant gets for each method: the answer of a daemon that has never heard of the id. */
const table: Record<string, { params: (foreign: Foreign) => object; expected: unknown }> = {
  'run/resume': { params: ({ live }) => ({ runId: live }), expected: 'run.notFound' },
  'run/attach': { params: ({ live }) => ({ runId: live }), expected: 'run.notFound' },
  'run/wait': { params: ({ runId }) => ({ runId }), expected: 'run.notFound' },
  'run/cancel': { params: ({ live }) => ({ runId: live }), expected: 'run.notFound' },
  'run/steer': { params: ({ live }) => ({ runId: live, content: 'hi' }), expected: 'run.notFound' },
  'run/messages': { params: ({ runId }) => ({ runId }), expected: 'run.notFound' },
  'run/newMessages': { params: ({ runId }) => ({ runId }), expected: 'run.notFound' },
  'run/usage': { params: ({ runId }) => ({ runId }), expected: 'run.notFound' },
  'run/get': { params: ({ runId }) => ({ runId }), expected: 'run.notFound' },
  'run/list': { params: () => ({}), expected: { runs: [] } },
  'run/release': { params: ({ runId }) => ({ runId }), expected: { released: false } },
  'run/events': { params: ({ live }) => ({ runId: live, afterSeq: 0 }), expected: 'run.notFound' },
  'pending/list': { params: () => ({}), expected: { pending: [] } },
  'pending/resolve': {
    params: ({ pendingId }) => ({ pendingId, result: { approvals: { c: true } } }),
    expected: 'pending.notFound',
  },
  'agent/list': { params: () => ({}), expected: { agents: [] } },
  'agent/unregister': { params: () => ({ name: 'helper' }), expected: { removed: false } },
  'conversation/list': { params: () => ({}), expected: { conversations: [] } },
  'conversation/get': { params: ({ conversationId }) => ({ conversationId }), expected: 'conversation.notFound' },
  'conversation/delete': { params: ({ conversationId }) => ({ conversationId }), expected: 'conversation.notFound' },
};

/** Methods that name nothing of anybody, and those that begin and end a connection. */
const withoutIds = ['initialize', 'shutdown', 'agent/register', 'mcp/inspect', 'models/list', 'rpc/discover'];

/** The cases that every gateway passes, wherever the runs of its tenants are. */
export function isolationCases(name: string, isStored: boolean, options: () => TestGatewayOptions = () => ({})): void {
  describe(`tenants of a gateway ${name}`, () => {
    let test: TestGateway;
    let alice: GatewayClient;
    let bob: GatewayClient;
    let foreign: Foreign;

    beforeEach(async () => {
      test = await startTestGateway(options());
      alice = await test.connect('alice', { initializationOptions: { callbacks: ['model/request'] } });
      alice.serve['model/request'] = () => ({
        response: { parts: [{ part_kind: 'tool-call', tool_name: 'ask', args: {}, tool_call_id: 'c' }] },
      });
      await alice.request('agent/register', { name: 'helper', model: 'test' });
      const run = { prompt: 'secret of alice', conversationId: 'talk' };
      const { runId } = await alice.request('run/start', { runId: 'ended', ...run, agent: 'helper', wait: true });
      const live = { runId: 'live', prompt: 'hi', model: 'host:m', tools: [tool], deferred: 'wait' };
      await alice.request('run/start', live);
      const added = await alice.notification(
        ({ params }) => (params.event as { event_kind?: string })?.event_kind === 'pending_added',
      );
      const { pendingId } = added.params.event as { pendingId: string };
      foreign = { runId: runId as string, live: 'live', pendingId, conversationId: 'talk' };
      bob = await test.connect('bob');
    });
    afterEach(() => test.close());

    it.each(Object.keys(table))('%s knows nothing of another tenant', async (method) => {
      const { params, expected } = table[method] ?? { params: () => ({}), expected: undefined };
      const answer = await bob.request(method, params(foreign)).catch((error: { kind: string }) => error.kind);
      const withoutStore = !isStored && method.startsWith('conversation/');
      expect(answer).toEqual(withoutStore ? 'store.unavailable' : expected);
      expect(await alice.request('run/get', { runId: 'live' })).toMatchObject({ state: 'waiting' });
    });

    it('health/get counts the runs of its own tenant', async () => {
      expect(await bob.request('health/get')).toMatchObject({
        runs: { finished: 0 },
        callbacks: { open: 0, late: 0 },
        agents: 0,
      });
    });

    it('run/start with an id, an agent, a history or a parent of another tenant is a start without them', async () => {
      const own = { prompt: 'hi', model: 'test', wait: true };
      expect(await bob.request('run/start', { ...own, runId: 'live' })).toMatchObject({ outcome: 'success' });
      expect(await bob.refusal('run/start', { ...own, agent: 'helper' })).toBe('agent.notFound');
      expect(await bob.refusal('run/start', { ...own, messageHistory: { runId: 'ended' } })).toBe('run.notFound');
      expect(await bob.refusal('run/start', { ...own, parentRunId: 'live-of-alice' })).toBe('run.notFound');
      const { messages } = await bob.request('run/messages', { runId: 'live' });
      expect(JSON.stringify(messages)).not.toContain('secret of alice');
      const talk = await bob.request('run/start', { ...own, conversationId: 'talk' });
      expect(JSON.stringify(await bob.request('run/messages', { runId: talk.runId }))).not.toContain('alice');
    });

    it('sends another tenant nothing of a run', async () => {
      await alice.request('run/start', { runId: 'seen', prompt: 'hi', model: 'test', wait: true });
      await bob.request('health/get');
      expect(bob.notified).toEqual([]);
      expect(bob.open).toEqual([]);
    });
  });
}

/** Every method that the cases hold against another tenant, or that has nothing to be held against. */
export const heldMethods: readonly string[] = [...Object.keys(table), ...withoutIds, 'run/start', 'health/get'];
