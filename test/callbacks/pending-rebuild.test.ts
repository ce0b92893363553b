import { afterEach, expect, it } from 'vitest';
import type { RunInput } from '../../server/engine/state.ts';
import type { RunLine } from '../../server/engine/steps/run-lines.ts';
import { rebuiltFrom, standingAfter, traceOf } from '../goldens/rebuild.ts';
import { recordingRunner, stepKeys } from '../support/journal.ts';
import { calls, openSession, type RunParams, schemaOf, type TestSession, text, toolCall } from '../support/session.ts';

// What waits is reported by durable events, so they must follow from the steps: also of calls that end in another order than
// they began, of several requests in one step, and of what waits for humans twice.

let session: TestSession;
afterEach(() => session?.close());

const tool = (name: string, more: object = {}) => ({ name, inputSchema: schemaOf({}), ...more });

/** Runs to the end, answering what waits from the last item to the first, and checks every prefix of its steps. */
async function liveAndRebuild(params: RunParams, answer: (method: string, params: Record<string, unknown>) => unknown) {
  const steps: RunLine[] = [];
  let input: Omit<RunInput, 'runner'> | undefined;
  session = await openSession({
    initialize: { initializationOptions: { callbacks: [] } },
    deps: {
      runner: (of, world) => {
        input = of;
        return recordingRunner(of, world, steps);
      },
    },
  });
  await session.request('run/start', { runId: 'r', model: 'host:script', prompt: 'hi', ...params });
  for (let afterSeq = 0; ; ) {
    const { events, complete } = await session.request('run/events', { runId: 'r', afterSeq, waitMs: 10_000 });
    if (complete) break;
    afterSeq = events.at(-1)?.seq ?? afterSeq;
    const { pending } = await session.request('pending/list', {});
    for (const item of pending.reverse()) {
      await session.request('pending/resolve', {
        pendingId: item.pendingId,
        result: answer(item.method, item.params),
      });
    }
  }
  if (!input) throw new Error('no run was started');
  const { messages } = await session.request('run/messages', { runId: 'r' });
  const { usage } = await session.request('run/usage', { runId: 'r' });
  const lived = traceOf(
    { messages, usage },
    (session.events.get('r') ?? []).map(({ event }) => event),
  );
  const whole = await rebuiltFrom(input, steps, steps.length);
  expect(whole).toEqual(lived);
  for (let prefix = 0; prefix < steps.length; prefix += 1) {
    const { events } = await standingAfter(input, steps.slice(0, prefix));
    expect(whole.events.slice(0, events.length)).toEqual(events);
    expect(await rebuiltFrom(input, steps, prefix)).toEqual(whole);
  }
  return { steps, kinds: (session.events.get('r') ?? []).map(({ event }) => event.event_kind) };
}

it('a run whose callbacks all wait is rebuilt with the same events', async () => {
  const replies = [calls(toolCall('a', {}, 'c1'), toolCall('b', {}, 'c2'), toolCall('c', {}, 'c3')), text('done')];
  const { kinds } = await liveAndRebuild(
    {
      tools: [tool('a'), tool('b'), tool('c')],
      systemPrompt: [{ ref: 'one' }, { ref: 'two' }],
      instructions: [{ ref: 'three' }, { ref: 'four' }],
      historyProcessors: ['keep'],
      outputValidators: ['check', 'check'],
    },
    (method, params) => {
      if (method === 'model/request') return { response: replies.shift() };
      if (method === 'prompt/resolve') return { text: String(params.ref) };
      if (method === 'history/process') return { messages: params.messages };
      return method === 'tool/call' ? { content: params.toolCallId } : { output: params.output };
    },
  );
  expect(kinds.filter((kind) => kind === 'pending_added').length).toBe(2 + 2 * (2 + 1 + 1) + 3 + 2);
});

it('a run that waits for humans is rebuilt with the same events', async () => {
  const replies = [calls(toolCall('a', {}, 'c1'), toolCall('b', {}, 'c2'), toolCall('c', {}, 'c3')), text('done')];
  let requested = 0;
  const { steps } = await liveAndRebuild(
    { deferred: 'wait', tools: [tool('a', { requiresApproval: true }), tool('b', { external: true }), tool('c')] },
    (method, params) => {
      if (method === 'model/request') return { response: replies.shift() };
      if (method === 'tool/call') {
        requested += 1;
        return requested < 3 ? { approvalRequired: { requested } } : { content: 'ok' };
      }
      const { approvals } = params as { approvals: { tool_call_id: string }[] };
      const [approval] = approvals;
      return approval ? { approvals: { [approval.tool_call_id]: true } } : { calls: { c2: { content: 'outside' } } };
    },
  );
  expect(stepKeys(steps).filter((key) => key.includes('deferred'))).toEqual(
    expect.arrayContaining([
      't1.deferred.0',
      't1.deferred.1',
      't1.deferred.2',
      expect.stringMatching(/^t1\.deferred\.\d\.r1$/),
    ]),
  );
});
