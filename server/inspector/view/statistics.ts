import type { SentEvent } from './run-data.ts';
import { timelineOf } from './timeline.ts';

/** What runs show inside. */
export interface RunStatistics {
  /** Number of runs that were looked into. */
  readonly runs: number;
  /** Retries by what caused them. */
  readonly retries: Readonly<Record<string, number>>;
  /** Durations in milliseconds. */
  readonly requestMs: readonly number[];
  readonly firstPartMs: readonly number[];
  readonly toolMs: readonly number[];
}

export const emptyStatistics: RunStatistics = { runs: 0, retries: {}, requestMs: [], firstPartMs: [], toolMs: [] };

/** Most durations of a kind. */
const most = 20_000;

/** Adds the events of one run. */
export function addRun(statistics: RunStatistics, events: readonly SentEvent[]): RunStatistics {
  const retries = { ...statistics.retries };
  for (const cause of events.flatMap(causesOf)) retries[cause] = (retries[cause] ?? 0) + 1;
  const { bars } = timelineOf(events);
  const ended = bars.flatMap((bar) => (bar.to === null ? [] : [{ ...bar, ms: bar.to - bar.from }]));
  const requests = ended.filter(({ kind }) => kind === 'request');
  return {
    runs: statistics.runs + 1,
    retries,
    requestMs: added(
      statistics.requestMs,
      requests.map(({ ms }) => ms),
    ),
    firstPartMs: added(
      statistics.firstPartMs,
      requests.flatMap(({ firstPartAt, from }) => (firstPartAt === undefined ? [] : [firstPartAt - from])),
    ),
    toolMs: added(
      statistics.toolMs,
      ended.filter(({ kind }) => kind === 'tool').map(({ ms }) => ms),
    ),
  };
}

/** Returns the smallest value that a share of all values does not exceed; null of none. */
export function percentile(values: readonly number[], share: number): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? null;
}

function causesOf({ event }: SentEvent): string[] {
  if (event.event_kind === 'model_request_started')
    return event.attempt > 1 ? [`request: ${event.status ? `HTTP ${event.status}` : (event.reason ?? 'failed')}`] : [];
  if (event.event_kind !== 'function_tool_result' && event.event_kind !== 'output_tool_result') return [];
  const { retry, outcome } = event.part;
  return outcome === 'retried' ? [`tool: ${retry?.cause ?? 'retried'}`] : [];
}

const added = (before: readonly number[], further: readonly number[]): number[] =>
  [...before, ...further].slice(0, most);
