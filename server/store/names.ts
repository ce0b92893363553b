import { createHash } from 'node:crypto';

/** How a run stands by its name: driven by a daemon, by nobody, or ended. */
export type Tag = `live-${string}` | 'park' | 'ok' | 'def' | 'can' | 'err';

/** The name of a file, taken apart. It is the index of the store, and the lock of the run. */
export interface RunRef {
  /** UTC day of the start, which is its folder. */
  readonly day: string;
  /** Start in milliseconds, 12 hex digits. */
  readonly start: string;
  /** 32 hex digits of the SHA-256 of the run id. */
  readonly id: string;
  /** 16 hex digits of that of the conversation id. */
  readonly conversation: string;
  readonly tag: Tag;
}

const pattern =
  /^(?<start>[0-9a-f]{12})-(?<id>[0-9a-f]{32})-(?<conversation>[0-9a-f]{16})\.(?<tag>live-[0-9a-f]{16}|park|ok|def|can|err)\.jsonl$/;

/** Matches the name of the folder of a day. */
export const dayPattern = /^\d{4}-\d{2}-\d{2}$/;

const digest = (text: string, digits: number): string =>
  // As JSON, so that lone surrogates stay apart.
  createHash('sha256').update(JSON.stringify(text)).digest('hex').slice(0, digits);

export const idOf = (runId: string): string => digest(runId, 32);

export const conversationOf = (conversationId: string): string => digest(conversationId, 16);

/** Returns the name of a new run. */
export function newRef(
  { runId, conversationId, startedAtMs }: { runId: string; conversationId: string; startedAtMs: number },
  tag: Tag,
): RunRef {
  return {
    day: new Date(startedAtMs).toISOString().slice(0, 10),
    start: startedAtMs.toString(16).padStart(12, '0'),
    id: idOf(runId),
    conversation: conversationOf(conversationId),
    tag,
  };
}

export const fileName = ({ start, id, conversation, tag }: RunRef): string =>
  `${start}-${id}-${conversation}.${tag}.jsonl`;

/** Returns what a name says; null for the name of something else. */
export function parseName(day: string, name: string): RunRef | null {
  const groups = pattern.exec(name)?.groups;
  return groups ? ({ day, ...groups } as unknown as RunRef) : null;
}

/** The same for every state of a run: what is known of its head is kept under it. */
export const stableName = ({ start, id, conversation }: RunRef): string => `${start}-${id}-${conversation}`;

/** The epoch of the daemon that drives a run; null when none does. */
export const epochOf = ({ tag }: RunRef): string | null => (tag.startsWith('live-') ? tag.slice(5) : null);

/** Whether a run has not ended, as far as its name says. */
export const isOpen = ({ tag }: RunRef): boolean => tag === 'park' || tag.startsWith('live-');

/** Newest first. */
export function byStart(a: RunRef, b: RunRef): number {
  const [one, other] = [stableName(a), stableName(b)];
  return one < other ? 1 : one > other ? -1 : 0;
}
