import { describe, expect, it } from 'vitest';
import { furtherDir, goldenNames, goldenText } from '../support/golden-files.ts';
import { exceptionOf } from './exceptions.ts';
import { firstSentence, Normalizer } from './normalize.ts';
import { type PlayedRun, play } from './play.ts';
import type { ExpectedRun, Scenario } from './scenario.ts';

/** Upstream's exceptions and the kinds they have here; whatever a tool raised is passed on as `callback.failed`. */
const kinds: Record<string, string> = {
  UserError: 'run.invalid',
  UnexpectedModelBehavior: 'model.unexpectedBehavior',
  ContentFilterError: 'contentFilter',
  IncompleteToolCall: 'model.incompleteToolCall',
  UsageLimitExceeded: 'usage.limitExceeded',
  ModelHTTPError: 'model.http',
  ModelAPIError: 'model.api',
  FallbackExceptionGroup: 'model.allFailed',
  RunCancelled: 'run.cancelled',
  // An assertion inside the embedded model.
  AssertionError: 'run.invalid',
};

describe('the goldens of the reference engine', () => {
  for (const name of goldenNames(/^[a-j]\d/)) {
    const reason = exceptionOf(name);
    if (reason) it.skip(`${name} (${reason})`, () => undefined);
    else it(name, () => compareText(goldenText(name)), 15_000);
  }
});

describe.skipIf(!furtherDir)('further scenarios, played with the reference engine', () => {
  for (const name of furtherDir ? goldenNames(/^[a-j]\d/, furtherDir) : []) {
    it(name, () => compareText(goldenText(name, furtherDir)), 15_000);
  }
});

const compareText = (text: string) => compare(JSON.parse(text) as Scenario, estimates(text));

/**
 * The reference engine estimates tokens from JSON text, and Python writes a whole float as `2.0`, which JavaScript cannot:
 * the estimates of such a scenario differ by a piece for each of them.
 */
const estimates = (text: string) => ({ estimates: !/[:[,]\s*-?\d+\.0+\s*[,\]}]/.test(text) });

async function compare(scenario: Scenario, counted: { estimates: boolean }): Promise<void> {
  const { v2 } = scenario.expected;
  const played = await play(scenario);
  if (v2?.construction_error) {
    const kind = v2.construction_error.message.includes('conflicts')
      ? 'tool.conflict'
      : kinds[v2.construction_error.type];
    expect(played.runs[0]?.refused).toEqual({ kind, message: v2.construction_error.message });
    return;
  }
  const ours = new Normalizer(counted);
  const theirs = new Normalizer(counted);
  const hasDelays = JSON.stringify(scenario.agent).includes('"delay_ms"');
  expect(played.runs.length).toBe(v2?.runs?.length);
  for (const [index, expected] of (v2?.runs ?? []).entries()) {
    const run = played.runs[index] as PlayedRun;
    const actual = ours.normalize(run);
    // Run ids of ours are the daemon's, of theirs already named: both are named again in the order of appearance.
    compareRun(actual, theirs.normalize(expected), hasDelays);
  }
  const runsToTheEnd = (v2?.runs ?? []).every((run) => !run.error);
  if (scenario.model.kind === 'function' && runsToTheEnd) expect(played.unused).toBe(unusedOf(scenario));
}

/** A script may be longer than what the real engine asked for. */
function unusedOf({ model, expected }: Scenario): number {
  const asked = (expected.v2?.runs ?? []).reduce((sum, run) => sum + (run.model_requests?.length ?? 0), 0);
  return (model.script?.length ?? 0) - asked;
}

function compareRun(run: PlayedRun, expected: ExpectedRun, hasDelays: boolean): void {
  if (expected.error) compareError(run, expected);
  else {
    expect(run.refused).toBeUndefined();
    expect(run.result?.error).toBeUndefined();
    const { deferred, outcome, output } = run.result ?? {};
    expect(outcome).toBe(deferred ? 'deferred' : 'success');
    expect(deferred ?? output).toEqual(expected.output);
    expect(run.result?.outputToolName ?? null).toBe(expected.output_tool_name);
    expect(run.messages).toEqual(expected.all_messages);
    expect(run.newMessages).toEqual(expected.new_messages);
    expect(run.newMessageIndex).toBe(expected.new_message_index);
    expect(run.runStep).toBe(expected.state?.run_step);
  }
  if (expected.usage && !run.refused) expect(run.usage).toEqual(expected.usage);
  if (expected.calls_log) expect(run.calls).toEqual(expected.calls_log);
  if (expected.model_requests && !run.refused) compareModelRequests(run.modelRequests, expected.model_requests);
  compareOutputReturns(run, expected);
  compareEvents(run, expected, hasDelays);
}

function compareError(run: PlayedRun, { error, messages_at_error }: ExpectedRun): void {
  // Two tools of one name are found in a run by upstream, and before it here.
  const isConflict = run.refused !== undefined && error?.message.includes('name conflicts with existing tool');
  const kind = isConflict ? 'tool.conflict' : (kinds[error?.type ?? ''] ?? 'callback.failed');
  const { data, message } = run.result?.error ?? { message: run.refused?.message, data: { kind: run.refused?.kind } };
  expect({ kind: data?.kind, message: firstSentence(message ?? '') }).toEqual({
    kind,
    message: firstSentence(error?.message ?? ''),
  });
  if (run.result) expect(run.result.outcome).toBe(kind === 'run.cancelled' ? 'cancelled' : 'failed');
  if (error?.cause?.type && data && 'cause' in data) expect(data.cause?.kind).toBe(error.cause.type);
  if (error?.cause?.message)
    expect(data && 'cause' in data ? data.cause?.message : undefined).toBe(error.cause.message);
  if (messages_at_error && run.result) expect(run.messages).toEqual(messages_at_error);
}

function compareModelRequests(actual: Record<string, unknown>[], expected: Record<string, unknown>[]): void {
  type Definition = Record<string, unknown> & { name: string };
  expect(actual.length).toBe(expected.length);
  for (const [index, wanted] of expected.entries()) {
    const { messages, tools, outputTools, allowText, outputMode, instructions } = actual[index] as Record<
      string,
      unknown
    >;
    const seen: Record<string, unknown> = {
      messages,
      message_count: (messages as unknown[]).length,
      function_tools: (tools as Definition[]).map((tool) => tool.name),
      output_tools: (outputTools as Definition[]).map((tool) => tool.name),
      allow_text: allowText,
      output_mode: outputMode,
      instructions: instructions ?? undefined,
      function_tool_defs: like(tools as Definition[], wanted.function_tool_defs as Definition[] | undefined),
      output_tool_defs: like(outputTools as Definition[], wanted.output_tool_defs as Definition[] | undefined),
    };
    const shown = Object.fromEntries(Object.keys(wanted).map((key) => [key, seen[key]]));
    expect(shown).toEqual(wanted);
    expect(seen.instructions).toBe(wanted.instructions);
  }
}

/** A golden leaves out what is empty in a definition; its keys are what is compared. */
function like(definitions: Record<string, unknown>[], wanted: Record<string, unknown>[] | undefined): unknown {
  return (
    wanted &&
    definitions.map((one, index) => Object.fromEntries(Object.keys(wanted[index] ?? one).map((key) => [key, one[key]])))
  );
}

function compareOutputReturns(run: PlayedRun, expected: ExpectedRun): void {
  const wanted = (expected.output_return_calls ?? []).slice(0, run.outputReturns.length);
  for (const [index, call] of wanted.entries()) {
    const actual = run.outputReturns[index];
    expect(actual?.content).toBe(call.call.content);
    if (call.error)
      expect(actual?.error?.kind).toBe(call.error.type === 'ValueError' ? 'run.outputIsText' : 'run.noToolReturn');
    else expect(actual?.messages).toEqual(call.all_messages);
  }
}

const durable = [
  'function_tool_call',
  'function_tool_result',
  'output_tool_call',
  'output_tool_result',
  'deferred_tool_requests',
  'deferred_tool_results',
];

/** Events and deltas in one order, as they came over the wire; those that only we have are left out. */
function compareEvents(run: PlayedRun, expected: ExpectedRun, hasDelays: boolean): void {
  expect(run.events.map((one) => one.seq)).toEqual(run.events.map((_, index) => index + 1));
  if (run.result) {
    const last = { seq: run.result.lastSeq, event: { event_kind: 'run_finished' } };
    expect(run.events.at(-1)).toMatchObject(last);
  }
  if (!expected.events) return;
  const ours = run.shown
    .filter(({ event_kind }) => durable.includes(event_kind) || !isOurs(event_kind))
    .map(withoutEnqueueId);
  const theirs = expected.events.filter(({ event_kind }) => event_kind !== 'agent_run_result').map(withoutEnqueueId);
  // Results of tools that end at the same instant come in any order; a scenario that is about it has delays.
  if (hasDelays) expect(ours).toEqual(theirs);
  else expect(sortedResults(ours)).toEqual(sortedResults(theirs));
}

type Shown = { event_kind?: string; part?: unknown };

/** Neighbouring results in the order of their calls' ids. */
function sortedResults(events: readonly Shown[]): Shown[] {
  const sorted: Shown[] = [];
  let results: Shown[] = [];
  const flush = () => {
    sorted.push(...results.sort((a, b) => idOf(a).localeCompare(idOf(b))));
    results = [];
  };
  for (const event of events) {
    if (event.event_kind === 'function_tool_result') results.push(event);
    else {
      flush();
      sorted.push(event);
    }
  }
  flush();
  return sorted;
}

const idOf = ({ part }: Shown) => String((part as { tool_call_id?: string } | undefined)?.tool_call_id);

const isOurs = (kind: string) =>
  ['run_started', 'model_request_started', 'model_response', 'warning', 'run_finished'].includes(kind);

/** Ids of what was said to a run are minted by whoever takes it in. */
const withoutEnqueueId = ({ enqueue_id: _, ...event }: Shown & { enqueue_id?: unknown }): Shown => event;
