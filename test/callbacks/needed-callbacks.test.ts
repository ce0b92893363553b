import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CallbackMethod, callbacks } from '../../protocol/catalogue.ts';
import type { DurableEvent } from '../../protocol/events.ts';
import { calls, openSession, type RunParams, schemaOf, text, toolCall } from '../support/session.ts';
import { slow } from '../support/time-limits.ts';

const tool = (name: string, more: object = {}) => ({ name, inputSchema: schemaOf({}), ...more });
const methods = Object.keys(callbacks) as CallbackMethod[];
type Params = Record<string, unknown>;

/** Answers any callback of the runs below, whichever way it comes. */
const answers: Record<CallbackMethod, (params: Params) => unknown> = {
  'tool/call': () => ({ content: 'ok' }),
  'output/validate': ({ output }) => ({ output }),
  'prompt/resolve': ({ ref }) => ({ text: String(ref) }),
  'model/request': ({ tools, messages }) => ({ response: reply(tools as { name: string }[], messages as unknown[]) }),
  'history/process': ({ messages }) => ({ messages }),
  'tools/prepare': ({ tools }) => ({ tools }),
  'deferred/handle': ({ approvals, calls: left }) => ({
    approvals: Object.fromEntries((approvals as { tool_call_id: string }[]).map((call) => [call.tool_call_id, true])),
    calls: Object.fromEntries((left as { tool_call_id: string }[]).map((call) => [call.tool_call_id, { content: 1 }])),
  }),
  'secret/get': () => null,
  'user/ask': () => ({ action: 'cancel' }),
};

/** Calls every tool once, then ends with text. */
const reply = (tools: { name: string }[], messages: unknown[]) =>
  tools.length > 0 && messages.length === 1 ? calls(...tools.map(({ name }) => toolCall(name))) : text('done');

/** Runs to the end; what waits is picked up. */
async function eventsOf(listed: readonly string[] | undefined, params: RunParams): Promise<DurableEvent[]> {
  const session = await openSession({
    initialize: { initializationOptions: { callbacks: listed ? [...listed] : null } },
    serve: answers as never,
  });
  await session.request('run/start', { runId: 'r', model: 'test', prompt: 'hi', ...params });
  const all: DurableEvent[] = [];
  for (let isOver = false; !isOver; ) {
    const page = await session.request('run/events', { runId: 'r', afterSeq: all.length, waitMs: 10_000 });
    all.push(...page.events.map(({ event }) => event));
    isOver = page.complete;
    for (const { event } of page.events) {
      if (event.event_kind !== 'pending_added') continue;
      const { pending } = await session.request('pending/list', { runId: 'r' });
      const item = pending.find(({ pendingId }) => pendingId === event.pendingId);
      const result = answers[event.method as CallbackMethod](item?.params ?? {});
      await session.request('pending/resolve', { pendingId: event.pendingId, result });
    }
  }
  await session.close();
  return all;
}

const warningsOf = (events: readonly DurableEvent[]) =>
  events.flatMap((event) =>
    event.event_kind === 'warning' && event.kind === 'callback.notServed' ? [event.message] : [],
  );

/** The part of the warning that names callbacks, by its method. */
const namedIn = (message: string) =>
  Object.fromEntries(
    [...message.matchAll(/([a-z]+\/[a-z]+) \(([^)]*)\)/g)].map(([, method = '', names = '']) => [method, names]),
  );

/** For each callback a run that needs it, and what the warning names. */
const needing: Record<Exclude<CallbackMethod, 'secret/get' | 'user/ask'>, [RunParams, string][]> = {
  'tool/call': [
    [{ tools: [tool('a'), tool('b')] }, "'a', 'b'"],
    [
      { tools: Array.from({ length: 12 }, (_, n) => tool(`t${n}`)) },
      "'t0', 't1', 't2', 't3', 't4', 't5', 't6', 't7' and 4 more",
    ],
  ],
  'output/validate': [
    [{ outputValidators: ['check'] }, "'check'"],
    [{ output: { type: 'text', function: 'make' } }, "'make'"],
    [
      {
        output: {
          anyOf: [
            { type: 'text', function: 'a' },
            { schema: schemaOf({}), name: 'X', function: 'b' },
          ],
        },
      },
      "'a', 'b'",
    ],
  ],
  'prompt/resolve': [
    [{ instructions: ['literal', { ref: 'style' }] }, "'style'"],
    [{ systemPrompt: [{ ref: 'role' }] }, "'role'"],
    [{ systemPrompt: [{ ref: 'role' }], instructions: [{ ref: 'role' }, { ref: 'style' }] }, "'role', 'style'"],
  ],
  'model/request': [
    [{ model: 'host:mine' }, "'mine'"],
    [{ model: { model: 'host:mine' } }, "'mine'"],
    [{ model: ['host:mine', 'test'] }, "'mine'"],
    [{ model: { models: ['host:mine', { model: 'host:other' }] } }, "'mine', 'other'"],
  ],
  'history/process': [[{ historyProcessors: ['trim', 'trim'] }, "'trim'"]],
  'tools/prepare': [[{ prepareTools: true }, "'prepareTools'"]],
  'deferred/handle': [
    [{ deferred: 'handle', tools: [tool('a', { external: true })] }, "'deferred: 'handle''"],
    [{ deferred: 'handle', tools: [tool('a', { requiresApproval: true })] }, "'deferred: 'handle''"],
  ],
};
const rows = Object.entries(needing).flatMap(([method, list]) =>
  list.map(([params, names]) => [method as CallbackMethod, names, params] as const),
);

describe('a run that needs a callback that no client is sent', () => {
  it.each(rows)('warns of %s for %s', async (method, names, params) => {
    const others = methods.filter((one) => one !== method);
    const events = await eventsOf(others, params);
    const [warning, ...more] = warningsOf(events);
    expect(namedIn(warning ?? '')).toEqual({ [method]: names });
    expect(more).toEqual([]);
    expect(events.at(-1)).toMatchObject({ event_kind: 'run_finished', result: { outcome: 'success' } });
    // It comes before anything waits, so that a host sees at once why.
    const waits = events.findIndex(({ event_kind }) => event_kind === 'pending_added');
    expect(waits).toBeGreaterThan(events.findIndex(({ event_kind }) => event_kind === 'warning'));
  });

  it.each(rows)(
    'does not warn of %s when the client lists it, lists none, or lists nothing at all: %j',
    async (method, _names, params) => {
      for (const listed of [[method, 'tool/call', 'secret/get'], [], undefined])
        expect(warningsOf(await eventsOf(listed, params)).flatMap((one) => Object.keys(namedIn(one)))).not.toContain(
          method,
        );
    },
  );
});

it('warns of nothing that a run does not need', async () => {
  const listed = ['secret/get'];
  const history = [
    { kind: 'request', parts: [{ part_kind: 'user-prompt', content: 'hi' }] },
    { kind: 'response', parts: [{ part_kind: 'text', content: 'hello' }] },
  ];
  const output = { anyOf: [{ type: 'text' as const }, { type: 'deferred' as const }] };
  for (const params of [
    {},
    { tools: [tool('a', { external: true })], output },
    { tools: [tool('a', { requiresApproval: true })], output },
    { deferred: 'handle' as const },
    { instructions: 'literal', systemPrompt: ['a', 'b'] },
    { systemPrompt: [{ ref: 'role' }], messageHistory: history as never },
    { model: 'test' },
  ])
    expect(warningsOf(await eventsOf(listed, params))).toEqual([]);
});

it('counts what a registered agent brings along', async () => {
  const session = await openSession({ initialize: { initializationOptions: { callbacks: ['secret/get'] } } });
  await session.request('agent/register', { name: 'x', tools: [tool('mine')], instructions: [{ ref: 'style' }] });
  await session.request('run/start', {
    runId: 'r',
    agent: 'x',
    model: 'test',
    prompt: 'hi',
    outputValidators: ['check'],
  });
  const { events } = await session.request('run/events', { runId: 'r', afterSeq: 0, waitMs: 10_000 });
  const [warning = ''] = warningsOf(events.map(({ event }) => event));
  expect(namedIn(warning)).toEqual({
    'tool/call': "'mine'",
    'prompt/resolve': "'style'",
    'output/validate': "'check'",
  });
  await session.close();
});

it('warns of all that waits, and only of that, whatever a run needs and a client lists', {
  timeout: slow,
}, async () => {
  const features = fc.record({
    tools: fc.boolean(),
    approval: fc.boolean(),
    instructions: fc.boolean(),
    systemPrompt: fc.boolean(),
    processors: fc.boolean(),
    prepare: fc.boolean(),
    validators: fc.boolean(),
    hostModel: fc.boolean(),
  });
  const property = fc.asyncProperty(features, fc.subarray(methods, { minLength: 1 }), async (has, listed) => {
    const tools = [...(has.tools ? [tool('a')] : []), ...(has.approval ? [tool('b', { requiresApproval: true })] : [])];
    const events = await eventsOf(listed, {
      model: has.hostModel ? 'host:m' : 'test',
      tools,
      ...(has.approval ? { deferred: 'handle' } : {}),
      ...(has.instructions ? { instructions: [{ ref: 'i' }] } : {}),
      ...(has.systemPrompt ? { systemPrompt: [{ ref: 's' }] } : {}),
      ...(has.processors ? { historyProcessors: ['p'] } : {}),
      ...(has.prepare ? { prepareTools: true } : {}),
      ...(has.validators ? { outputValidators: ['v'] } : {}),
    });
    const waited = new Set(events.flatMap((event) => (event.event_kind === 'pending_added' ? [event.method] : [])));
    const warned = warningsOf(events).flatMap((one) => Object.keys(namedIn(one)));
    expect(events.at(-1)).toMatchObject({ result: { outcome: 'success' } });
    expect(warned.sort()).toEqual([...waited].sort());
  });
  await fc.assert(property, { numRuns: 150 });
});

describe('callbacks that a run names itself', () => {
  it.each(rows)('are sent: %s for %s', async (method, _names, params) => {
    const events = await eventsOf(['secret/get'], {
      ...params,
      callbacks: methods.filter((one) => one !== 'secret/get'),
    });
    expect(warningsOf(events)).toEqual([]);
    expect(events.filter((event) => event.event_kind === 'pending_added')).toEqual([]);
    expect(method).not.toBe('secret/get');
  });

  it('are no other run for a repeated id', async () => {
    const session = await openSession({ initialize: { initializationOptions: { callbacks: ['secret/get'] } } });
    await session.run({ runId: 'r', model: 'test', prompt: 'hi', callbacks: ['tool/call'] });
    expect(await session.run({ runId: 'r', model: 'test', prompt: 'hi' })).toMatchObject({ outcome: 'success' });
    await session.close();
  });
});
