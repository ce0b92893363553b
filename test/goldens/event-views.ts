import type { PlayedRun } from './play.ts';
import type { ExpectedRun } from './scenario.ts';
import type { Views } from './views.ts';

const durable = [
  'function_tool_call',
  'function_tool_result',
  'output_tool_call',
  'output_tool_result',
  'deferred_tool_requests',
  'deferred_tool_results',
];

/** Events and deltas in one order, as they came over the wire; those that only we have are left out. */
export function eventViews(run: PlayedRun, expected: ExpectedRun, hasDelays: boolean): Views {
  const { wanted, actual } = numberingViews(run);
  if (!expected.events) return { wanted, actual };
  const ours = run.shown
    .filter(({ event_kind }) => durable.includes(event_kind) || !isOurs(event_kind))
    .map(withoutEnqueueId);
  const theirs = expected.events.filter(({ event_kind }) => event_kind !== 'agent_run_result').map(withoutEnqueueId);
  // Results of tools that end at the same instant come in any order; a scenario that is about it has delays.
  const ordered = hasDelays ? (events: Shown[]) => events : sortedResults;
  return { wanted: { ...wanted, events: ordered(theirs) }, actual: { ...actual, events: ordered(ours) } };
}

/** Durable events are numbered from 1, and the last of a run is the one that its result names. */
function numberingViews({ events, result }: PlayedRun): Views {
  const numbers = events.map((one) => one.seq);
  const last = events.at(-1);
  return {
    wanted: {
      event_numbers: numbers.map((_, index) => index + 1),
      ...(result ? { last_event: { seq: result.lastSeq, event_kind: 'run_finished' } } : {}),
    },
    actual: {
      event_numbers: numbers,
      ...(result ? { last_event: { seq: last?.seq, event_kind: last?.event.event_kind } } : {}),
    },
  };
}

type Shown = { event_kind?: string; part?: unknown };

/** Neighbouring results in the order of their calls. */
function sortedResults(events: readonly Shown[]): Shown[] {
  const calls = events.filter(({ event_kind }) => event_kind === 'function_tool_call').map(idOf);
  const sorted: Shown[] = [];
  let results: Shown[] = [];
  const flush = () => {
    sorted.push(...results.sort((a, b) => calls.lastIndexOf(idOf(a)) - calls.lastIndexOf(idOf(b))));
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
