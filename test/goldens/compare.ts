import type { ModelMessage, ModelRequestPart } from '../../protocol/messages/messages.ts';
import { type Difference, differencesBetween } from './differences.ts';
import { errorViews } from './error-views.ts';
import { eventViews } from './event-views.ts';
import { kindOf } from './kinds.ts';
import { Normalizer } from './normalize.ts';
import { type PlayedRun, play } from './play.ts';
import type { ExpectedRun, OutputReturnCall, Scenario } from './scenario.ts';
import { joined, type Views } from './views.ts';

/** Plays the scenario that a text holds and returns what came out otherwise than it expects. */
export const compareText = (text: string): Promise<Difference[]> =>
  compareScenario(JSON.parse(text) as Scenario, estimatesOf(text));

/** Plays a scenario and returns what came out otherwise than it expects. */
export async function compareScenario(scenario: Scenario, counted: { estimates: boolean }): Promise<Difference[]> {
  return comparePlayed(scenario, await play(scenario), counted);
}

/** Returns what came out otherwise than a scenario expects. Without `estimates`, counts of tokens are not compared. */
export function comparePlayed(
  scenario: Scenario,
  played: { runs: PlayedRun[]; unused: number },
  counted: { estimates: boolean },
): Difference[] {
  const { runs: expected = [], construction_error } = scenario.expected.v2 ?? {};
  if (construction_error) return constructionDifferences(played.runs, construction_error);
  const ours = new Normalizer(counted);
  const theirs = new Normalizer(counted);
  const hasDelays = JSON.stringify(scenario.agent).includes('"delay_ms"');
  const isExhaustive = scenario.agent.end_strategy === 'exhaustive';
  const differences = differencesBetween(expected.length, played.runs.length, 'runs.length');
  for (const [index, run] of played.runs.entries()) {
    const { wanted, actual } = viewsOf(run, expected[index] ?? {}, { hasDelays, isExhaustive });
    // Ids are named by their first appearance, in one run after the other.
    const [theirView, ourView] = [textsOf(theirs.normalize(wanted)), textsOf(ours.normalize(actual))];
    differences.push(...differencesBetween(theirView, ourView, `runs[${index}]`));
  }
  const runsToTheEnd = expected.every((run) => !run.error);
  if (scenario.model.kind === 'function' && runsToTheEnd) {
    differences.push(...differencesBetween(unusedOf(scenario), played.unused, 'unused'));
  }
  return differences;
}

/**
 * The reference engine estimates tokens from JSON text, and Python writes a whole float as `2.0`, which JavaScript cannot:
 * the estimates of such a scenario differ by a piece for each of them. The figure `audio_seconds` is never a part of it.
 */
export function estimatesOf(text: string): { estimates: boolean } {
  const figures = text.replace(/\\?"audio_seconds\\?":\s*-?[\d.]+/g, '');
  return { estimates: !/[:[,]\s*-?\d+\.0+\s*[,\]}]/.test(figures) };
}

/** A script may be longer than what the real engine used. */
function unusedOf({ model, expected }: Scenario): number {
  const requested = (expected.v2?.runs ?? []).reduce((sum, run) => sum + (run.model_requests?.length ?? 0), 0);
  return (model.script?.length ?? 0) - requested;
}

function constructionDifferences(runs: PlayedRun[], { type, message }: { type: string; message: string }) {
  const kind = message.includes('conflicts') ? 'tool.conflict' : kindOf(type);
  return differencesBetween({ kind, message }, runs[0]?.refused, 'construction_error');
}

function viewsOf(
  run: PlayedRun,
  expected: ExpectedRun,
  { hasDelays, isExhaustive }: { hasDelays: boolean; isExhaustive: boolean },
): Views {
  // What is found before a run here is found in it by upstream.
  if (run.refused && expected.error) return errorViews(run, expected);
  const logOf = isExhaustive ? validatorsLast : (log: Log) => log;
  const parts = [
    expected.error ? errorViews(run, expected) : resultViews(run, expected),
    factViews(run, expected),
    // A run that calls nothing has no log.
    { wanted: { calls_log: logOf(expected.calls_log ?? []) }, actual: { calls_log: logOf(run.calls) } },
    rewrittenViews(run, expected),
    eventViews(run, expected, hasDelays),
  ];
  return joined(parts);
}

type Log = readonly Record<string, unknown>[];

/** With `exhaustive`, outputs and tools run at once: when a validator is called between the tools depends on time. */
const validatorsLast = (log: Log) => {
  const isValidator = ({ event }: Log[number]) => event === 'output_validator';
  return [...log.filter((entry) => !isValidator(entry)), ...log.filter(isValidator)];
};

function resultViews(run: PlayedRun, expected: ExpectedRun): Views {
  const { deferred, outcome, output, outputToolName, error } = run.result ?? {};
  return {
    wanted: {
      output: expected.output,
      output_tool_name: expected.output_tool_name,
      all_messages: expected.all_messages,
      new_messages: expected.new_messages,
      new_message_index: expected.new_message_index,
      run_step: expected.state?.run_step,
      outcome: deferred ? 'deferred' : 'success',
      refused: undefined,
      error: undefined,
    },
    actual: {
      output: deferred ?? output,
      output_tool_name: outputToolName ?? null,
      all_messages: run.messages,
      new_messages: run.newMessages,
      new_message_index: run.newMessageIndex,
      run_step: run.runStep,
      outcome,
      refused: run.refused,
      error: error && { kind: error.data?.kind, message: error.message },
    },
  };
}

/** What is known of a run whether it failed or not, unless it never began. */
function factViews(run: PlayedRun, { usage, model_requests = [], all_messages_json }: ExpectedRun): Views {
  const wanted: Views['wanted'] = {
    ...(usage ? { usage } : {}),
    // A golden has no list where nothing was requested.
    model_requests: model_requests.map(({ messages, ...request }) => ({
      ...request,
      ...(messages ? { messages: (messages as ModelMessage[]).map(withoutMarks) } : {}),
      instructions: request.instructions,
    })),
  };
  const actual: Views['actual'] = {
    ...(usage ? { usage: run.usage } : {}),
    model_requests: run.modelRequests.map((request, index) => requestLike(request, model_requests[index] ?? {})),
  };
  if (all_messages_json !== undefined) {
    wanted.all_messages_json = JSON.parse(all_messages_json);
    actual.all_messages_json = JSON.parse(run.json ?? 'null');
    wanted.is_compact = true;
    actual.is_compact = run.json === JSON.stringify(actual.all_messages_json);
  }
  return { wanted, actual };
}

/** Of the text of a history the order of the keys counts too. */
const textsOf = (view: Views['wanted']) =>
  'all_messages_json' in view ? { ...view, all_messages_json: JSON.stringify(view.all_messages_json) } : view;

/** What a model is shown carries marks in its metadata that are meant for upstream's own adapters. */
function withoutMarks(message: ModelMessage): ModelMessage {
  const { __pydantic_ai__: marks, ...metadata } = (message.metadata ?? {}) as Record<string, unknown>;
  if (marks === undefined) return message;
  return { ...message, metadata: Object.keys(metadata).length > 0 ? metadata : null };
}

type Definition = Record<string, unknown> & { name: string };

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

function rewrittenViews(run: PlayedRun, expected: ExpectedRun): Views {
  const kindOfError = (type: string) => (type === 'ValueError' ? 'run.outputIsText' : 'run.noToolReturn');
  const compared = run.outputReturns
    .map((actual, index) => ({ actual, wanted: expected.output_return_calls?.[index] }))
    // Upstream rewrites the first return of the output tool, even one that was retried; here it is that of the output.
    .filter(({ wanted }) => wanted && !isRetriedRewritten(wanted));
  return {
    wanted: {
      output_return_calls: compared.map(({ wanted }) => ({
        content: wanted?.call.content,
        ...(wanted?.error ? { kind: kindOfError(wanted.error.type) } : { messages: wanted?.all_messages }),
      })),
    },
    actual: {
      output_return_calls: compared.map(({ wanted, actual: { content, messages, error } }) => ({
        content,
        ...(wanted?.error ? { kind: error?.kind } : { messages }),
      })),
    },
  };
}

const isRetriedRewritten = ({ call, all_messages = [] }: OutputReturnCall) =>
  all_messages
    .flatMap((message): ModelRequestPart[] => (message.kind === 'request' ? message.parts : []))
    .some((part) => part.part_kind === 'tool-return' && isRetried(part) && part.content === call.content);

const isRetried = ({ outcome }: { outcome: string }) => outcome === 'retried';
