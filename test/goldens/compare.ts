import { type Difference, differencesBetween } from './differences.ts';
import { eventDifferences } from './event-differences.ts';
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
  OutputTokenLimitExceeded: 'model.outputTokenLimit',
  RunCancelled: 'run.cancelled',
  // An assertion inside the embedded model.
  AssertionError: 'run.invalid',
};

/** Plays the scenario that a text holds and returns what came out otherwise than it expects. */
export async function compareText(text: string): Promise<Difference[]> {
  const scenario = JSON.parse(text) as Scenario;
  return comparePlayed(scenario, await play(scenario), estimatesOf(text));
}

/** Returns what came out otherwise than a scenario expects. Without `estimates`, counts of tokens are not compared. */
export function comparePlayed(
  scenario: Scenario,
  played: { runs: PlayedRun[]; unused: number },
  counted: { estimates: boolean },
): Difference[] {
  const { v2 } = scenario.expected;
  if (v2?.construction_error) return constructionDifferences(played.runs, v2.construction_error);
  const ours = new Normalizer(counted);
  const theirs = new Normalizer(counted);
  const hasDelays = JSON.stringify(scenario.agent).includes('"delay_ms"');
  const expected = v2?.runs ?? [];
  const differences = differencesBetween(expected.length, played.runs.length, 'runs.length');
  for (const [index, run] of played.runs.entries()) {
    // Run ids of ours are the daemon's, of theirs already named: both are named again in the order of appearance.
    const actual = ours.normalize(run);
    const wanted = theirs.normalize(expected[index]);
    if (!wanted) continue;
    const found = [
      ...runDifferences(actual, wanted, hasDelays),
      ...textDifferences({ wanted: wanted.all_messages_json, actual: run.json }, { ours, theirs }),
    ];
    differences.push(...found.map(within(`runs[${index}].`)));
  }
  const runsToTheEnd = expected.every((run) => !run.error);
  if (scenario.model.kind === 'function' && runsToTheEnd) {
    differences.push(...differencesBetween(unusedOf(scenario), played.unused, 'unused'));
  }
  return differences;
}

const within = (prefix: string) => (difference: Difference) => ({ ...difference, path: prefix + difference.path });

/**
 * The reference engine estimates tokens from JSON text, and Python writes a whole float as `2.0`, which JavaScript cannot:
 * the estimates of such a scenario differ by a piece for each of them. The figure `audio_seconds` is never a part of it.
 */
export function estimatesOf(text: string): { estimates: boolean } {
  const figures = text.replace(/"audio_seconds":\s*-?[\d.]+/g, '');
  return { estimates: !/[:[,]\s*-?\d+\.0+\s*[,\]}]/.test(figures) };
}

/** A script may be longer than what the real engine asked for. */
function unusedOf({ model, expected }: Scenario): number {
  const asked = (expected.v2?.runs ?? []).reduce((sum, run) => sum + (run.model_requests?.length ?? 0), 0);
  return (model.script?.length ?? 0) - asked;
}

function constructionDifferences(runs: PlayedRun[], { type, message }: { type: string; message: string }) {
  const kind = message.includes('conflicts') ? 'tool.conflict' : kinds[type];
  return differencesBetween({ kind, message }, runs[0]?.refused, 'construction_error');
}

function runDifferences(run: PlayedRun, expected: ExpectedRun, hasDelays: boolean): Difference[] {
  const differences = [...(expected.error ? errorDifferences(run, expected) : resultDifferences(run, expected))];
  const check = (name: string, wanted: unknown, actual: unknown) =>
    differences.push(...differencesBetween(wanted, actual, name));
  if (expected.usage && !run.refused) check('usage', expected.usage, run.usage);
  // A run that calls nothing has no log.
  check('calls_log', expected.calls_log ?? [], run.calls);
  if (expected.model_requests && !run.refused) {
    differences.push(...requestDifferences(run.modelRequests, expected.model_requests));
  }
  return [...differences, ...rewrittenDifferences(run, expected), ...eventDifferences(run, expected, hasDelays)];
}

function resultDifferences(run: PlayedRun, expected: ExpectedRun): Difference[] {
  const { deferred, outcome, output, outputToolName, error } = run.result ?? {};
  const wanted = {
    refused: undefined,
    error: undefined,
    outcome: deferred ? 'deferred' : 'success',
    output: expected.output,
    output_tool_name: expected.output_tool_name,
    all_messages: expected.all_messages,
    new_messages: expected.new_messages,
    new_message_index: expected.new_message_index,
    run_step: expected.state?.run_step,
  };
  const actual = {
    refused: run.refused,
    error: error && { kind: error.data?.kind, message: error.message },
    outcome,
    output: deferred ?? output,
    output_tool_name: outputToolName ?? null,
    all_messages: run.messages,
    new_messages: run.newMessages,
    new_message_index: run.newMessageIndex,
    run_step: run.runStep,
  };
  return differencesBetween(wanted, actual, '');
}

function errorDifferences(run: PlayedRun, { error, messages_at_error }: ExpectedRun): Difference[] {
  // Two tools of one name are found in a run by upstream, and before it here.
  const isConflict = run.refused !== undefined && error?.message.includes('name conflicts with existing tool');
  const kind = isConflict ? 'tool.conflict' : (kinds[error?.type ?? ''] ?? 'callback.failed');
  const { data, message } = run.result?.error ?? { message: run.refused?.message, data: { kind: run.refused?.kind } };
  const actual = { kind: data?.kind, message: firstSentence(message ?? '') };
  const differences = differencesBetween({ kind, message: firstSentence(error?.message ?? '') }, actual, 'error');
  const check = (name: string, wanted: unknown, found: unknown) =>
    differences.push(...differencesBetween(wanted, found, name));
  const cause = data && 'cause' in data ? data.cause : undefined;
  if (error?.cause?.type && cause) check('error.cause.kind', error.cause.type, cause.kind);
  if (error?.cause?.message) check('error.cause.message', error.cause.message, cause?.message);
  if (run.result) {
    check('outcome', kind === 'run.cancelled' ? 'cancelled' : 'failed', run.result.outcome);
    if (messages_at_error) check('messages_at_error', messages_at_error, run.messages);
  }
  return differences;
}

/**
 * The texts of a history, key by key in their order. Python writes a whole float as `0.0`, which JavaScript does not;
 * otherwise ours has to be as compact as theirs.
 */
function textDifferences(
  { wanted, actual }: { wanted: string | undefined; actual: string | undefined },
  { ours, theirs }: { ours: Normalizer; theirs: Normalizer },
): Difference[] {
  if (wanted === undefined) return [];
  const compact = JSON.stringify(JSON.parse(actual ?? 'null'));
  const named = (normalizer: Normalizer, text: string) => JSON.stringify(normalizer.normalize(JSON.parse(text)));
  return [
    ...differencesBetween(compact, actual, 'all_messages_json.compact'),
    ...differencesBetween(named(theirs, wanted), named(ours, compact), 'all_messages_json'),
  ];
}

type Definition = Record<string, unknown> & { name: string };

function requestDifferences(actual: Record<string, unknown>[], expected: Record<string, unknown>[]): Difference[] {
  return differencesBetween(
    expected.map((wanted) => ({ ...wanted, instructions: wanted.instructions })),
    actual.map((request, index) => requestLike(request, expected[index] ?? {})),
    'model_requests',
  );
}

/** A request in the form of a golden, with the fields that the golden has. */
function requestLike(request: Record<string, unknown>, wanted: Record<string, unknown>): Record<string, unknown> {
  const { messages, allowText, outputMode, instructions } = request;
  const [tools, outputTools] = [request.tools as Definition[], request.outputTools as Definition[]];
  const seen: Record<string, unknown> = {
    messages,
    message_count: (messages as unknown[]).length,
    function_tools: tools.map((tool) => tool.name),
    output_tools: outputTools.map((tool) => tool.name),
    allow_text: allowText,
    output_mode: outputMode,
    function_tool_defs: like(tools, wanted.function_tool_defs as Definition[] | undefined),
    output_tool_defs: like(outputTools, wanted.output_tool_defs as Definition[] | undefined),
  };
  const shown = Object.fromEntries(Object.keys(wanted).map((key) => [key, seen[key]]));
  return { ...shown, instructions: instructions ?? undefined };
}

/** A golden leaves out what is empty in a definition; its keys are what is compared. */
function like(definitions: Record<string, unknown>[], wanted: Record<string, unknown>[] | undefined): unknown {
  return (
    wanted &&
    definitions.map((one, index) => Object.fromEntries(Object.keys(wanted[index] ?? one).map((key) => [key, one[key]])))
  );
}

function rewrittenDifferences(run: PlayedRun, expected: ExpectedRun): Difference[] {
  const wanted = (expected.output_return_calls ?? []).slice(0, run.outputReturns.length);
  return wanted.flatMap((call, index) => {
    const { content, messages, error } = run.outputReturns[index] ?? {};
    const path = `output_return_calls[${index}]`;
    const kind = call.error?.type === 'ValueError' ? 'run.outputIsText' : 'run.noToolReturn';
    return differencesBetween(
      { content: call.call.content, ...(call.error ? { kind } : { messages: call.all_messages }) },
      { content, ...(call.error ? { kind: error?.kind } : { messages }) },
      path,
    );
  });
}
