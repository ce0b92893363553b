import type { DurableEvent } from '../../protocol/events.ts';
import type { ModelMessage, ModelResponse } from '../../protocol/messages/messages.ts';
import type { RunResult } from '../../protocol/result.ts';
import type { Steer, SteerTime } from '../engine/request/steering-queue.ts';
import type { RunLine, Serves } from '../engine/steps/run-lines.ts';
import type { ReadLines } from './line.ts';
import type { RunRef } from './names.ts';
import { newerRun, unreadable } from './store-errors.ts';
import { type HistoryChange, RUN_VERSION, type RunHead, type StoredLine } from './stored-lines.ts';

/** A callback that waits for humans, as it was announced. */
export type StoredRequest = StoredLine & { readonly k: 'ask' };
/** How a callback was answered in place of its client. */
export type StoredAnswer = StoredLine & { readonly k: 'answer' };

/** Stands for a message of another run. */
const nobodys = { kind: 'request', parts: [] } as unknown as ModelMessage;

/** A run as its file has it. Nothing of it needs the engine. */
export class StoredRun {
  readonly ref: RunRef;
  readonly head: RunHead;
  readonly lines: readonly StoredLine[];
  /** Where the next line goes: after so many bytes, or into the step of that number. */
  readonly at: { readonly size: number; readonly count: number };
  readonly #damagedLine: number | null;

  /** Errors: `run.unreadable` for a file without a head, or of a later version. */
  constructor(ref: RunRef, { lines, size, damagedLine }: ReadLines) {
    const [head, ...others] = lines;
    if (head?.k !== 'run') throw unreadable(ref.id, 0);
    this.ref = ref;
    this.head = head as unknown as RunHead;
    this.lines = others as unknown as readonly StoredLine[];
    this.at = { size, count: lines.length };
    this.#damagedLine = damagedLine;
    if (this.head.v > RUN_VERSION) throw newerRun(this.head.runId, this.head.v);
  }

  get runId(): string {
    return this.head.runId;
  }

  /** The same run with the lines that came after these; `size`: where the next one goes then. */
  followedBy(lines: readonly StoredLine[], { ref, size }: { ref: RunRef; size: number }): StoredRun {
    const all = [this.head, ...this.lines, ...lines] as unknown as ReadLines['lines'];
    return new StoredRun(ref, { lines: all, size, damagedLine: this.#damagedLine });
  }

  /** The result; null for a run that has not ended. */
  get result(): RunResult | null {
    const end = this.lines.findLast((line) => line.k === 'end');
    return end?.k === 'end' ? end.result : null;
  }

  /** Errors: `run.unreadable` for a file that is damaged before its end. */
  checkWhole(): void {
    if (this.#damagedLine !== null) throw unreadable(this.runId, this.#damagedLine);
  }

  get isCompact(): boolean {
    return this.head.compact === true;
  }

  get isDamaged(): boolean {
    return this.#damagedLine !== null;
  }

  /** The lines that a replay needs. */
  recorded(): { lines: RunLine[]; changes: ReadonlySet<number> } {
    const lines: RunLine[] = [];
    const changes = new Set<number>();
    for (const line of this.lines) {
      const recorded = recordedLine(line);
      if (!recorded) continue;
      if (line.k === 'step' && line.m) changes.add(lines.length);
      lines.push(recorded);
    }
    return { lines, changes };
  }

  /**
   * The messages, after those the run began with: up to the last change that was written, and the response that came after
   * it.
   */
  messagesAfter(base: readonly ModelMessage[]): { messages: ModelMessage[]; newMessageIndex: number } {
    const messages = [...base];
    const responses = new Map<string, ModelResponse>();
    let newMessageIndex = base.length;
    // A response joins the history after its line, so that the next line with a change has it.
    let latest: ModelResponse | undefined;
    for (const line of this.lines) {
      const response = line.k === 'step' ? responseIn(line.o) : undefined;
      if (line.k === 'step' && response) responses.set(line.key, response);
      const change = line.k === 'step' || line.k === 'end' ? line.m : undefined;
      if (change) messages.splice(change.at, messages.length, ...expanded(change, responses));
      latest = response ?? (change ? undefined : latest);
      newMessageIndex = change?.first ?? newMessageIndex;
    }
    if (latest && !this.result) messages.push(latest);
    return { messages, newMessageIndex: this.result?.newMessageIndex ?? newMessageIndex };
  }

  /** Its messages without those that it has from another run. */
  ownMessages(): ModelMessage[] {
    const { from, messages } = this.head.history;
    const others = Array.from({ length: from?.count ?? 0 }, () => nobodys);
    return this.messagesAfter([...others, ...messages]).messages.filter((message) => message !== nobodys);
  }

  /** What waits for an answer of humans, oldest first. */
  openRequests(): StoredRequest[] {
    const requests = new Map<string, StoredRequest>();
    const keys = new Set<string>();
    for (const line of this.lines) {
      if (line.k === 'ask') requests.set(line.id, line);
      else if (line.k === 'answer') requests.delete(line.id);
      else if (line.k === 'step') keys.add(line.key);
      else if (line.k === 'stop' || line.k === 'end') return [];
    }
    return [...requests.values()].filter(({ id }) => !keys.has(stepOf(this.runId, id)));
  }

  answers(): Map<string, StoredAnswer> {
    return new Map(this.lines.flatMap((line) => (line.k === 'answer' ? [[line.id, line] as const] : [])));
  }

  /** The messages to the run that no request has taken yet. */
  openSteers(): { steer: Steer; when: SteerTime }[] {
    const taken = new Set(
      this.lines.flatMap((line) => (line.k === 'step' ? steersIn(line.o).map((steer) => steer.id) : [])),
    );
    return this.lines.flatMap((line) => (line.k === 'steer' && !taken.has(line.steer.id) ? [line] : []));
  }

  /** What is known of the steps that were open when the run was interrupted. */
  earlier(): { tries: Map<string, number>; emitted: Map<string, DurableEvent[]>; answered: Set<string> } {
    const tries = new Map<string, number>();
    const emitted = new Map<string, DurableEvent[]>();
    for (const line of this.lines) {
      if (line.k === 'try') tries.set(line.key, (tries.get(line.key) ?? 0) + 1);
      else if (line.k === 'told' && line.key !== null)
        emitted.set(line.key, [...(emitted.get(line.key) ?? []), line.event]);
      else if (line.k === 'step') {
        tries.delete(line.key);
        emitted.delete(line.key);
      }
    }
    return { tries, emitted, answered: new Set([...this.answers().keys()].map((id) => stepOf(this.runId, id))) };
  }

  /** The callbacks that its latest client was sent. */
  get serves(): Serves {
    const line = this.lines.findLast((one) => one.k === 'claim');
    return line?.k === 'claim' ? line.serves : this.head.serves;
  }

  /** Milliseconds of its time that the run has used. */
  get usedMs(): number {
    const line = this.lines.findLast((one) => one.k === 'step' && one.used !== undefined);
    return line?.k === 'step' ? (line.used ?? 0) : 0;
  }
}

/** The step that a pending item belongs to. */
export const stepOf = (runId: string, pendingId: string): string =>
  pendingId.slice(runId.length + 1).replace(/#.*$/, '');

function recordedLine(line: StoredLine): RunLine | null {
  switch (line.k) {
    case 'step':
      return { kind: 'step', key: line.key, output: line.o };
    case 'try':
      return { kind: 'try', key: line.key };
    case 'told':
      return { kind: 'emitted', key: line.key, after: line.after, event: line.event };
    case 'stop':
      return { kind: 'stop', after: line.after, error: line.error, at: line.at };
    case 'claim':
      return { kind: 'claim', serves: line.serves };
    default:
      return null;
  }
}

function expanded({ list }: HistoryChange, responses: ReadonlyMap<string, ModelResponse>): ModelMessage[] {
  return list.map((entry) => {
    if (!('step' in entry)) return entry;
    const response = responses.get(entry.step);
    if (!response) throw new Error(`the response of '${entry.step}' is not in the file`);
    return response;
  });
}

const stepValue = (output: object): Record<string, unknown> =>
  (output as { value?: Record<string, unknown> }).value ?? {};

/** The response in the output of a model request. */
export const responseIn = (output: object): ModelResponse | undefined => {
  const { response } = stepValue(output);
  return response !== null && typeof response === 'object' ? (response as ModelResponse) : undefined;
};

const steersIn = (output: object): readonly Steer[] => {
  const { steers } = stepValue(output);
  return Array.isArray(steers) ? (steers as Steer[]) : [];
};
