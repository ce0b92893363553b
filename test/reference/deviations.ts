import type { Difference } from '../goldens/differences.ts';
import { exceptionOf } from '../goldens/exceptions.ts';
import type { ExpectedRun, Scenario, ScriptedResponse } from '../goldens/scenario.ts';

interface Deviation {
  readonly reason: string;
  readonly applies: (scenario: Scenario, differences: readonly Difference[]) => boolean;
}

/** Deviations from the reference engine by decision, and outcomes that depend on time. */
const deviations: readonly Deviation[] = [
  {
    reason: 'of two output calls of one id, only the one that ended the run is said to have done so',
    applies: ({ model }, [first]) =>
      /parts\[\d+:tool-return\]\.content$/.test(first?.path ?? '') &&
      first?.expected === 'Final result processed.' &&
      (model.script ?? []).some(({ parts = [] }) => sharesIds(parts)),
  },
  {
    reason: 'system prompts of a history that begins with a response may stand before or after results without a call',
    applies: ({ runs, expected }, [first]) =>
      /model_requests\[\d+\]\.messages\[\d+:request\]/.test(first?.path ?? '') &&
      (runs.some(beginsWithResponse) || isCutBeforeResponse(expected.v2?.runs?.[runOf(first)])),
  },
  {
    reason:
      'prompts of scope `request`, which only histories of others hold, are shown without what they do to their neighbours',
    applies: ({ runs }, [first]) =>
      JSON.stringify(runs).includes('"scope":"request"') && /model_requests\[\d+\]\.messages/.test(first?.path ?? ''),
  },
  {
    reason: 'the embedded model takes native output',
    applies: ({ expected }) =>
      (expected.v2?.runs ?? []).some(({ error }) =>
        error?.message.startsWith('Native structured output is not supported'),
      ),
  },
  {
    reason: 'what is recorded as a run pauses is an event here; upstream emits it to a stream that has ended',
    applies: (_scenario, [first]) => first !== undefined && addsOnlyEnqueued(first),
  },
  {
    reason: 'of the calls beside the one that ended a batch, those are answered that had ended by then',
    applies: ({ expected }, [first]) => {
      const run = expected.v2?.runs?.[runOf(first)];
      return first !== undefined && run !== undefined && endedBatch(run) && isBesideTheEnd(first, run);
    },
  },
];

const runOf = (difference: Difference | undefined) => Number(/^runs\[(\d+)\]/.exec(difference?.path ?? '')?.[1]);

/** Returns why a scenario may differ from the reference engine; undefined when nothing explains the first difference. */
export function deviationOf(scenario: Scenario, differences: readonly Difference[]): string | undefined {
  const deviation = deviations.find(({ applies }) => applies(scenario, differences));
  return deviation?.reason ?? exceptionOf(scenario.name, scenario);
}

function sharesIds(parts: NonNullable<ScriptedResponse['parts']>): boolean {
  const ids = parts.flatMap(({ tool, id }) => (tool === undefined || id === undefined ? [] : [id]));
  return new Set(ids).size < ids.length;
}

const beginsWithResponse = ({ history }: Scenario['runs'][number]) =>
  Array.isArray(history) && (history[0] as { kind?: string } | undefined)?.kind === 'response';

/** Whether a processor cut a history so that a request begins with a response. */
const isCutBeforeResponse = (run: ExpectedRun | undefined) =>
  (run?.model_requests ?? []).some(({ messages }) => (messages as { kind?: string }[])[0]?.kind === 'response');

const restOf = (side: unknown): Record<string, unknown>[] =>
  (side as { rest?: Record<string, unknown>[] } | null)?.rest ?? [];

function addsOnlyEnqueued({ path, actual }: Difference): boolean {
  const extra = restOf(actual);
  return (
    path.endsWith('events.length') && extra.length > 0 && extra.every((one) => one.event_kind === 'enqueued_messages')
  );
}

/** Whether a run failed while several calls were being worked on. */
function endedBatch({ error, messages_at_error = [] }: ExpectedRun): boolean {
  const response = messages_at_error.findLast(({ kind }) => kind === 'response');
  const last = messages_at_error.at(-1);
  const calls = response?.parts.filter((part) => part.part_kind === 'tool-call') ?? [];
  return error !== undefined && last?.kind === 'request' && last.state === 'interrupted' && calls.length > 1;
}

function isBesideTheEnd({ path, actual }: Difference, { messages_at_error = [] }: ExpectedRun): boolean {
  const last = `.messages_at_error[${messages_at_error.length - 1}:request].parts`;
  const extra = restOf(actual);
  const isEvent = path.endsWith('events.length') && extra.every((one) => one.event_kind === 'function_tool_result');
  return path.includes(last) || path.endsWith('.usage.tool_calls') || isEvent;
}
