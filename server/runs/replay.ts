import type { ParamsOf, ResultOf } from '../../protocol/catalogue.ts';
import type { PendingItems } from './pending-items.ts';
import type { RunRecord } from './run-record.ts';
import { snapshot } from './snapshot.ts';

/**
 * The events of a run behind a number, or what stands in for them when they are gone.
 *
 * Errors: `overloaded` when too many wait, the reason of the signal when that is aborted.
 * @since 0.2.0
 */
export async function eventsPage(
  record: RunRecord,
  { afterSeq, limit, waitMs }: ParamsOf<'run/events'>,
  { signal, pending }: { signal: AbortSignal; pending: PendingItems },
): Promise<ResultOf<'run/events'>> {
  const { outlet } = record;
  if (waitMs && !outlet.isOver && outlet.events.lastSeq === afterSeq) await record.nextEvent(signal, waitMs);
  const events = outlet.events.after(afterSeq, limit ?? Number.POSITIVE_INFINITY);
  return {
    events: events ?? [],
    lastSeq: outlet.events.lastSeq,
    complete: outlet.isOver,
    ...(events ? {} : { snapshot: snapshot(record, pending) }),
  };
}
