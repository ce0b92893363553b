import type { ResultOf } from '../../../protocol/catalogue.ts';
import type { ModelMessage } from '../../../protocol/messages/messages.ts';
import type { RequestUsage } from '../../../protocol/messages/usage.ts';
import type { RunSnapshot } from '../../../protocol/run.ts';

export type RunSummary = ResultOf<'run/list'>['runs'][number];
export type SentEvent = ResultOf<'run/events'>['events'][number];

/** A text that was cut, by a JSON pointer from the data of the run. */
export interface CutText {
  readonly at: string;
  /** Characters of the whole text. */
  readonly length: number;
}

/** The data of a run as the page has it: everything, or what is new since the last time. */
export interface RunData {
  readonly summary: RunSummary;
  readonly snapshot: RunSnapshot;
  readonly requests: readonly RequestUsage[];
  /** The messages from an index on; those before it are as they were. */
  readonly messages: {
    readonly from: number;
    readonly list: readonly ModelMessage[];
    readonly newMessageIndex: number;
  };
  readonly events: readonly SentEvent[];
  /** The last event that this holds, or stands in for. */
  readonly lastSeq: number;
  /** Pointers begin with `/messages/INDEX`, `/events/SEQ` or `/snapshot`. */
  readonly cuts: readonly CutText[];
}

/** The data of a run with what is new since the last time. */
export function merged(before: RunData | null, update: RunData): RunData {
  if (!before) return update;
  const { from, list, newMessageIndex } = update.messages;
  const isKept = ({ at }: CutText) => at.startsWith('/events/') || (at.startsWith('/messages/') && indexIn(at) < from);
  return {
    ...update,
    messages: { from: 0, list: [...before.messages.list.slice(0, from), ...list], newMessageIndex },
    events: [...before.events, ...update.events.filter(({ seq }) => seq > before.lastSeq)],
    cuts: [...before.cuts.filter(isKept), ...update.cuts],
  };
}

const indexIn = (pointer: string): number => Number(pointer.split('/')[2]);
