import { describe, expect, it } from 'vitest';
import type { DurableEvent } from '../../protocol/events.ts';
import { ModelResponse, type ModelResponsePart } from '../../protocol/messages/messages.ts';
import type { AgentSpec } from '../../protocol/spec.ts';
import { ToolDefinition } from '../../protocol/spec.ts';
import { compileAgent } from '../../server/engine/agent.ts';
import type { Callbacks, ToolOutcome } from '../../server/engine/callbacks.ts';
import { runToEnd } from '../../server/engine/ending.ts';
import { initialState } from '../../server/engine/start.ts';
import type { RunEvents, RunInput } from '../../server/engine/state.ts';
import { JournaledRunner } from '../../server/engine/steps/journaled-runner.ts';
import type { RunLine } from '../../server/engine/steps/run-lines.ts';
import type { SourcedCall, SourcedTool, SourcedTools, ToolSources } from '../../server/engine/tools/tool-sources.ts';
import { rebuiltFrom } from '../goldens/rebuild.ts';
import { memoryJournal, recordingRunner } from '../support/journal.ts';
import { schemaOf, text, toolCall } from '../support/session.ts';

const sourced = (name: string, fields: Partial<SourcedTool> & { kind?: 'unapproved' } = {}): SourcedTool => {
  const { kind = 'function', ...rest } = fields;
  const definition = ToolDefinition().parse({ name, parameters_json_schema: { type: 'object' }, kind });
  return { source: 'git', tool: name, definition, effect: 'once', ...rest };
};
const offers = (...tools: SourcedTool[]): SourcedTools => ({ tools, instructions: [] });
const never = () => Promise.reject(new Error('the host serves nothing'));
const hostless: Callbacks = {
  callTool: never,
  validateOutput: never,
  resolvePrompt: never,
  processHistory: never,
  prepareTools: never,
  handleDeferred: never,
  awaitHuman: never,
  // A host that serves nothing: calls of a source wait for nobody all the same.
  waitsAs: ({ name }) => ({ event_kind: 'pending_added', pendingId: 'p', method: 'tool/call', name }),
};

type Reply = { parts: { part_kind: string }[] };

/** Plays a run whose sources list this before each step, and answer calls in this way. */
async function play(options: {
  spec?: AgentSpec;
  lists: SourcedTools[];
  call?: (request: SourcedCall) => ToolOutcome;
  replies: Reply[];
  callbacks?: Partial<Callbacks>;
  input?: Partial<RunInput>;
  runner?: RunInput['runner'];
}) {
  const { lists, replies } = options;
  const called: SourcedCall[] = [];
  const offered: string[][] = [];
  const instructions: (string | null)[] = [];
  const deltas: unknown[] = [];
  let listings = 0;
  const sources: ToolSources = {
    list: async () => lists[Math.min(listings++, lists.length - 1)] as SourcedTools,
    call: async (request) => {
      called.push(request);
      return options.call?.(request) ?? { kind: 'return', content: `${request.name} done` };
    },
  };
  const events: DurableEvent[] = [];
  const recorded: RunLine[] = [];
  const left = [...replies];
  const input = {
    runId: 'r',
    conversationId: 'c',
    agent: await compileAgent(options.spec ?? {}),
    model: {
      id: 'test:scripted',
      request: async (prompt) => {
        offered.push(prompt.functionTools.map(({ name }) => name));
        instructions.push(prompt.instructions);
        const { parts } = left.shift() ?? text('done');
        return {
          response: ModelResponse().parse({ kind: 'response', parts: parts as ModelResponsePart[] }),
          served: 'scripted',
        };
      },
    },
    modelSettings: null,
    prompt: 'go',
    history: [],
    callbacks: { ...hostless, ...options.callbacks },
    sources,
    signal: new AbortController().signal,
    now: () => '2026-01-01T00:00:00Z',
    stream: false,
    events: {
      sink: { show: (event: unknown) => deltas.push(event) } as unknown as NonNullable<RunEvents['sink']>,
      emit: (_seq: number, event: DurableEvent) => events.push(event),
    },
    ...options.input,
  } satisfies Omit<RunInput, 'runner'>;
  let tick = 0;
  const world = { now: () => `2026-01-01T00:00:${String(tick++).padStart(2, '0')}Z`, elapsed: () => 0 };
  const runner = options.runner ?? recordingRunner(input, world, recorded);
  const state = initialState({ ...input, runner });
  const result = await runToEnd(state, (error) => {
    throw error;
  });
  const returns = state.history.messages.flatMap((message) =>
    message.parts.flatMap((part) => (part.part_kind === 'tool-return' ? [part] : [])),
  );
  return { input, state, result, events, recorded, called, offered, instructions, deltas, returns };
}

describe('tools of a source', () => {
  it('are offered beside those of the host, and called at their source', async () => {
    const tools = [{ name: 'own', inputSchema: schemaOf({}) }];
    const run = await play({
      spec: { tools },
      lists: [offers(sourced('git_log'))],
      replies: [{ parts: [toolCall('git_log', '{"n": 12345678901234567890}')] }],
    });
    expect(run.result.outcome).toBe('success');
    expect(run.offered).toEqual([
      ['own', 'git_log'],
      ['own', 'git_log'],
    ]);
    expect(run.called).toMatchObject([
      {
        source: 'git',
        tool: 'git_log',
        effect: 'once',
        name: 'git_log',
        toolCallId: 'call-git_log',
        argsText: '{"n": 12345678901234567890}',
      },
    ]);
    expect(run.returns).toMatchObject([{ content: 'git_log done', outcome: 'success' }]);
    expect(run.events.some(({ event_kind }) => event_kind === 'pending_added')).toBe(false);
  });

  it('may change from step to step, and only the difference is recorded', async () => {
    const changed = sourced('b', { maxRetries: 3 });
    const same = offers(sourced('a'), changed, sourced('c'));
    const run = await play({
      lists: [offers(sourced('a'), sourced('b')), same, same, offers(sourced('c'))],
      replies: [toolCall('a'), toolCall('b'), toolCall('a')].map((call) => ({ parts: [call] })),
    });
    expect(run.offered).toEqual([['a', 'b'], ['a', 'b', 'c'], ['a', 'b', 'c'], ['c']]);
    const changes = run.recorded
      .flatMap((line) => (line.kind === 'step' && line.key.endsWith('.prepare') ? [line.output] : []))
      .map((output) => (output as unknown as { value: { toolChanges?: unknown } }).value.toolChanges);
    expect(changes).toEqual([
      undefined,
      { set: [sourced('a'), sourced('b')] },
      { set: [changed, sourced('c')] },
      undefined,
      { removed: ['a', 'b'] },
    ]);
  });

  it('are rebuilt from every prefix of the steps, and no source is called again', async () => {
    const run = await play({
      lists: [offers(sourced('a')), offers(sourced('a'), sourced('b')), offers(sourced('b'))],
      replies: [toolCall('a'), toolCall('b')].map((call) => ({ parts: [call] })),
    });
    const sources = { list: never, call: never };
    for (let prefix = 0; prefix <= run.recorded.length; prefix += 1) {
      const trace = await rebuiltFrom({ ...run.input, sources }, run.recorded, prefix);
      expect(trace.messages).toBe(JSON.stringify(run.state.history.messages));
      expect(trace.events).toEqual(run.events.map((event) => JSON.stringify(event)));
    }
  });

  it('run at once when the history ends in an approved call of one', async () => {
    const lists = [offers(sourced('push', { kind: 'unapproved' }))];
    const output = { anyOf: [{ type: 'text' as const }, { type: 'deferred' as const }] };
    const first = await play({ spec: { output }, lists, replies: [{ parts: [toolCall('push')] }] });
    expect(first.result).toMatchObject({ outcome: 'deferred', deferred: { approvals: [{ tool_name: 'push' }] } });
    expect(first.called).toEqual([]);
    const { prompt: _, ...input } = first.input;
    const second = await play({
      spec: { output },
      lists,
      replies: [],
      input: {
        ...input,
        prompt: undefined as never,
        history: [...first.state.history.messages],
        deferredResults: { approvals: { 'call-push': true } },
      },
    });
    expect(second.called.length + first.called.length).toBe(1);
  });

  it.each([
    ['a tool of the host', { tools: [{ name: 'x', inputSchema: schemaOf({}) }] }, [sourced('x')]],
    ['an output tool', { output: { schema: schemaOf({}), toolName: 'x' } }, [sourced('x')]],
    ['a tool of another source', {}, [sourced('x'), sourced('x', { source: 'hub' })]],
  ] as const)('must not have the name of %s', async (what, spec, tools) => {
    const { result } = await play({ spec: spec as AgentSpec, lists: [offers(...tools)], replies: [] });
    expect(result).toMatchObject({ outcome: 'failed', error: { data: { kind: 'tool.conflict', tool: 'x' } } });
    expect(result.error?.message).toContain(what);
  });

  it('are among those that `tools/prepare` chooses from', async () => {
    const run = await play({
      spec: { prepareTools: true },
      lists: [offers(sourced('a'), sourced('b'))],
      callbacks: { prepareTools: async (tools) => tools.filter(({ name }) => name === 'b') },
      replies: [{ parts: [toolCall('a')] }],
    });
    expect(run.offered[0]).toEqual(['b']);
    expect(run.returns).toMatchObject([
      { content: "Unknown tool name: 'a'. Available tools: 'b'", outcome: 'retried' },
    ]);
  });

  it('retry, fail and report their progress as tools of the host do', async () => {
    const outcomes: ToolOutcome[] = [
      { kind: 'retry', message: 'again' },
      { kind: 'failed', message: 'no' },
    ];
    const run = await play({
      lists: [offers(sourced('a'))],
      call: ({ onProgress }) => {
        onProgress('half', 0.5);
        return outcomes.shift() as ToolOutcome;
      },
      replies: [toolCall('a', {}, 'c1'), toolCall('a', {}, 'c2')].map((call) => ({ parts: [call] })),
    });
    expect(run.returns).toMatchObject([
      { content: 'again', outcome: 'retried' },
      { content: 'no', outcome: 'failed' },
    ]);
    expect(run.deltas[0]).toEqual({ event_kind: 'tool_progress', toolCallId: 'c1', message: 'half', fraction: 0.5 });
  });

  it('may bring instructions, after those of the agent', async () => {
    const run = await play({
      spec: { instructions: 'Be brief.' },
      lists: [{ tools: [], instructions: ['Use git.'] }],
      replies: [],
    });
    expect(run.instructions).toEqual(['Be brief.\n\nUse git.']);
  });

  it.each([
    ['once', [], 'The outcome of this call is unknown: the process stopped while it ran. It was not run again.'],
    ['read', ['a'], 'a done'],
    ['idempotent', ['a'], 'a done'],
  ] as const)(
    'whose call was open when the process was killed is called again only if that does no harm (%s)',
    async (effect, called, content) => {
      const world = { now: () => '2026-01-01T00:00:00Z', elapsed: () => 0 };
      const earlier = { tries: new Map([['t1.call.0', 1]]), emitted: new Map(), answered: new Set<string>() };
      const run = await play({
        lists: [offers(sourced('a', { effect }))],
        replies: [{ parts: [toolCall('a')] }],
        runner: new JournaledRunner({ runId: 'r', world, journal: memoryJournal([]), earlier }),
      });
      expect(run.called.map(({ tool }) => tool)).toEqual(called);
      expect(run.returns).toMatchObject([{ content }]);
    },
  );
});
