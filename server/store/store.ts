import type { NotificationOf } from '../../protocol/catalogue.ts';
import type { ModelMessage } from '../../protocol/messages/messages.ts';
import type { RunError, RunResult } from '../../protocol/result.ts';
import type { RunDetail } from '../../protocol/run.ts';
import type { Steer, SteerTime } from '../engine/request/steering-queue.ts';
import type { RunRef, Tag } from './names.ts';
import type { RunHead, StoredError, StoredHistory } from './stored-lines.ts';
import type { StoredRun } from './stored-run.ts';

type Fields = { readonly k: string } & { readonly [field: string]: unknown };

/** Where the lines of a run go that this process drives. Who cannot write stops there, and so does the run. */
export interface LineLog {
  /** Called once when a line cannot be written, or the run was taken over. */
  onFailure: (error: Error) => void;
  /** Writes a line with the next one. Only for what could be lost without anybody having seen that it was there. */
  hold(fields: Fields): void;
  /**
   * Writes a line. Returns a promise when that has to be awaited before anything follows from it; with `sync` the line has
   * to survive the machine.
   *
   * Errors: `store.unavailable`, `run.owned`; then nothing is written any more.
   */
  append(fields: Fields, options?: { sync?: boolean }): Promise<void> | undefined;
  /** The same for a line that is followed at once where that can be had. */
  appendNow(fields: Fields): Promise<void> | undefined;
}

/** A run that this process drives. */
export interface OwnedRun {
  ref: RunRef;
  readonly file: LineLog;
}

/** Why a run was not created: another one has its id, or goes on in its conversation. */
export interface Taken {
  readonly taken: 'id' | 'conversation';
  readonly by: RunRef;
}

/** What a list shows of the head of a run. */
export interface StoredHeadSummary {
  readonly runId: string;
  readonly conversationId: string;
  readonly parentRunId: string | undefined;
  readonly agent: string | undefined;
  readonly startedAt: string;
  readonly model: string;
  /** The beginning of its prompt. */
  readonly prompt: string | undefined;
}

/** A run that a tool of another one started. */
export interface StoredChild {
  readonly ref: RunRef;
  readonly runId: string;
}

/** The messages of a run, and the index of the first that is new. */
export interface RunHistory {
  readonly messages: readonly ModelMessage[];
  readonly newMessageIndex: number;
}

/** The part of a description that the end of a run gives. */
export type RunEnd = Pick<RunDetail, 'durationMs' | 'usage' | 'errorKind'>;

/** What a list shows of a run. */
export type StoredSummary = StoredHeadSummary & {
  readonly ref: RunRef;
  /** Null when it has not ended. */
  readonly outcome: RunResult['outcome'] | null;
  /** Its end, as far as that was read. */
  readonly end?: RunEnd;
};

/** How a run is put into a queue. */
export interface QueuedIn {
  readonly queue: string;
  readonly priority: number;
  /** Whose run it is, for the order among tenants. */
  readonly tenant: string;
}

/** What one process requests of the run that another one drives. */
export type RunRequest =
  | {
      readonly kind: 'steer';
      readonly content: Steer['content'];
      readonly when: SteerTime;
      readonly toolCallId?: string | undefined;
    }
  | {
      readonly kind: 'answer';
      readonly pendingId: string;
      readonly answer: { readonly result?: unknown; readonly error?: StoredError };
    };

/** What came of a request. */
export type RunReply = { readonly result: unknown } | { readonly error: RunError };

/** What an observer of a run is sent, beside what is written down. */
export type ShownPiece =
  | { readonly delta: NotificationOf<'run/delta'> }
  | { readonly event: NotificationOf<'run/event'> };

/** What a store adds whose runs may be driven by any of several machines. */
export interface SharedStore {
  /** True for a run that waits in a queue. */
  isQueued(ref: RunRef): boolean;
  /** Creates a run that waits in a queue, unless its id or its conversation is taken. */
  enqueue(head: RunHead, claims: { id: boolean; conversation: boolean }, into: QueuedIn): Promise<RunRef | Taken>;
  /** Requests whoever drives a run to stop it; false when nobody does any more, so that it can be claimed. */
  requestStop(ref: RunRef, error: RunError): Promise<boolean>;
  /** Called with requests to stop a run that this process drives; returns false when it is not there yet. */
  onStop: (runId: string, error: RunError) => boolean;
  /**
   * Sends a request to whoever drives a run; null when nobody does any more, so that it can be claimed. Of a run in a queue the
   * one that takes it will do as requested, and the reply is empty.
   *
   * Errors: `overloaded` when too many requests wait, or no reply comes in time.
   */
  request(ref: RunRef, request: RunRequest): Promise<RunReply | null>;
  /** Called with requests to runs that this process drives; null when it is not there yet. An id comes once. */
  onRequest: (runId: string, request: RunRequest & { readonly id: string }) => Promise<RunReply> | null;
  /** Receives what is shown of a run that another process drives, until the signal is aborted; some of it may be lost. */
  follow(ref: RunRef, take: (pieces: readonly ShownPiece[]) => void, signal: AbortSignal): void;
  /** Called when others follow a run that this process drives. Returns what ends it; null when the run is not there. */
  onFollow: (runId: string, take: (piece: ShownPiece) => void) => (() => void) | null;
}

/** Where runs are kept: a folder, or a database. All errors of the system are `store.unavailable`. */
export interface Store {
  /** Stands for this process in the tags of runs that it drives. */
  readonly epoch: string;
  /** Present when several machines share it. */
  readonly shared?: SharedStore;
  /** Creates a run with its head, unless its id or its conversation is taken. */
  create(head: RunHead, claims: { id: boolean; conversation: boolean }): Promise<OwnedRun | Taken>;
  /** The run of an id; null when there is none. */
  find(runId: string): Promise<RunRef | null>;
  /** All runs, newest first. */
  refs(): Promise<RunRef[]>;
  /** The runs of a conversation, newest first. */
  ofConversation(conversationId: string): Promise<RunRef[]>;
  /** The runs that tools of a run started, unless they have ended. */
  openChildren(runId: string): Promise<readonly StoredChild[]>;
  /** Reads a run; null when it is gone. Errors: `run.unreadable`. */
  load(ref: RunRef): Promise<StoredRun | null>;
  /** What a list shows of a run; null when it is gone. Errors: those of `load`. */
  summary(ref: RunRef): Promise<StoredSummary | null>;
  /** What a list shows of a run that has ended, its end too; null for others. Errors: those of `load`. */
  endedSummary(ref: RunRef): Promise<StoredSummary | null>;
  /** The messages that a run began with. Errors: those of `load`. */
  historyOf(history: StoredHistory): Promise<ModelMessage[]>;
  /** The messages of a run as they were last written. Errors: those of `load`. */
  messagesOf(run: StoredRun): Promise<RunHistory>;
  /** The process that drives a run, as it was found; null when none does. */
  driverOf(ref: RunRef): number | null;
  /** Takes a run over that nobody drives: of all who try, one succeeds. Null for the others, who have to look again. */
  claim(ref: RunRef): Promise<{ owned: OwnedRun; run: StoredRun } | null>;
  /** Gives a run up in its new state. */
  release(owned: OwnedRun, tag: Tag): void;
  /** Takes back a run that was created and has not begun. */
  drop(owned: OwnedRun): void;
  /** Resolves with a run as it is after a change, null when it is gone, or undefined when there is none within the time. */
  changed(run: StoredRun, options: { signal: AbortSignal; ms: number }): Promise<StoredRun | null | undefined>;
  /**
   * Deletes runs that nobody drives. Returns the run that somebody else has taken, with none deleted; null for none.
   */
  remove(refs: readonly RunRef[]): Promise<RunRef | null> | RunRef | null;
  /** Resolves when everything is written. */
  flush(): Promise<void>;
  /** Parks what is left, and says that this process is gone. */
  close(): void;
}
