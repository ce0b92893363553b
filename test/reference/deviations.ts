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
    reason: 'calls of one response that share an id may run each with its own arguments',
    applies: ({ model }) =>
      [model, ...(model.models ?? [])].some(({ script = [] }) => script.some((response) => sharesIds(response))),
  },
  {
    reason: 'of the calls beside the one that ended a batch, those are answered that had ended by then',
    applies: ({ expected }, [first]) => {
      const run = expected.v2?.runs?.[runOf(first)];
      return run !== undefined && endedBatch(run) && isInLastRequest(first?.path ?? '', run);
    },
  },
];

const runOf = (difference: Difference | undefined) => Number(/^runs\[(\d+)\]/.exec(difference?.path ?? '')?.[1]);

/** Returns why a scenario may differ from the reference engine; undefined when nothing explains the first difference. */
export function deviationOf(scenario: Scenario, differences: readonly Difference[]): string | undefined {
  const deviation = deviations.find(({ applies }) => applies(scenario, differences));
  return deviation?.reason ?? exceptionOf(scenario.name, scenario);
}

function sharesIds({ parts = [], stream = [] }: ScriptedResponse): boolean {
  const streamed = stream.flatMap((piece) => (typeof piece === 'string' ? [] : Object.values(piece.calls ?? {})));
  const ids = [...parts.map((part) => part.tool && part.id), ...streamed.map((call) => call.tool_call_id)];
  const given = ids.filter((id) => id !== undefined);
  return new Set(given).size < given.length;
}

/** Whether a run failed while several calls were being worked on. */
function endedBatch({ error, messages_at_error = [] }: ExpectedRun): boolean {
  const [response, last] = messages_at_error.slice(-2);
  const calls = response?.parts.filter((part) => part.part_kind === 'tool-call') ?? [];
  return error !== undefined && last?.kind === 'request' && last.state === 'interrupted' && calls.length > 1;
}

function isInLastRequest(path: string, { messages_at_error = [] }: ExpectedRun): boolean {
  const last = `.messages_at_error[${messages_at_error.length - 1}:request].parts`;
  return path.includes(last) || path.endsWith('.usage.tool_calls');
}
