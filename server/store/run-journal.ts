import type { ModelMessage } from '../../protocol/messages/messages.ts';
import type { RunResult } from '../../protocol/result.ts';
import type { Steer, SteerTime } from '../engine/request/steering-queue.ts';
import type { RunState } from '../engine/state.ts';
import type { RunJournal as EngineJournal, RunLine, Serves } from '../engine/steps/run-lines.ts';
import { LOOP_VERSION, type StepOutput, stepKey } from '../engine/steps/steps.ts';
import type { LineLog } from './store.ts';
import type { HistoryChange, StoredError, StoredLine } from './stored-lines.ts';
import type { StoredAnswer, StoredRequest, StoredRun } from './stored-run.ts';
import { responseIn } from './stored-run.ts';

/** Options of a `RunJournal`. */
export interface JournalOptions {
  readonly file: LineLog;
  /** What the run had before this process took it over. */
  readonly before?: StoredRun;
  /** Milliseconds that the run has used of its time; undefined when it has no deadline. */
  readonly usedMs: () => number | undefined;
}

type Answer = { readonly result?: unknown; readonly error?: StoredError };
type Waiting = Omit<StoredRequest, 'k'>;

/** Writes what a run does into its file. */
export class RunJournal implements EngineJournal {
  readonly #file: LineLog;
  readonly #usedMs: () => number | undefined;
  readonly #answers: ReadonlyMap<string, StoredAnswer>;
  readonly #requests: ReadonlyMap<string, StoredRequest>;
  /** The keys of the steps that responses in the history came from. */
  readonly #responses = new WeakMap<ModelMessage, string>();
  #state: RunState | null = null;
  /** How the history stood when its changes were last written. */
  #length = 0;
  #firstNew = 0;

  constructor({ file, before, usedMs }: JournalOptions) {
    this.#file = file;
    this.#usedMs = usedMs;
    this.#answers = before?.answers() ?? new Map();
    this.#requests = new Map(before?.openRequests().map((request) => [request.id, request]));
  }

  /** Receives the state of the run, before its first step. */
  attach(state: RunState): void {
    this.#state = state;
    this.skipChanges();
  }

  /** Passes over changes that were written before this process took the run over. */
  skipChanges(): void {
    const { history } = this.#attached;
    history.takeChanges();
    this.#length = history.length;
    this.#firstNew = history.newMessageIndex;
  }

  /** Marks a response that was recorded before, so that it is not written again. */
  recorded(key: string, output: StepOutput): void {
    const response = responseIn(output);
    if (response) this.#responses.set(response, key);
  }

  try(key: string, isOnce: boolean): Promise<void> | undefined {
    return this.#append({ k: 'try', key }, isOnce);
  }

  event({ key, after, event }: RunLine & { kind: 'emitted' }): Promise<void> | undefined {
    return this.#file.appendNow({ k: 'told', key, after, event } satisfies StoredLine);
  }

  step(key: string, output: StepOutput): Promise<void> | undefined {
    // What a request was prepared with follows from what is there, unless a callback was sent: it goes with the next line.
    if (isPlainPrepare(key, output)) {
      this.#file.hold({ k: 'step', key, o: output } satisfies StoredLine);
      return undefined;
    }
    const used = this.#usedMs();
    const change = this.#change();
    const line = { ...(change ? { m: change } : {}), ...(used === undefined ? {} : { used: Math.round(used) }) };
    this.recorded(key, output);
    return this.#append({ k: 'step', key, o: output, ...line });
  }

  stop({ after, error, at }: RunLine & { kind: 'stop' }): Promise<void> | undefined {
    return this.#append({ k: 'stop', after, error, at }, true);
  }

  steer(steer: Steer, when: SteerTime): Promise<void> | undefined {
    return this.#append({ k: 'steer', steer, when }, true);
  }

  end(result: RunResult): Promise<void> | undefined {
    const change = this.#change();
    return this.#append({ k: 'end', result, ...(change ? { m: change } : {}) });
  }

  /** Writes down who does something with the run from here on, and which callbacks its client is sent. */
  claim({ epoch, by, serves, at }: { epoch: string; by: string; serves: Serves; at: string }): void {
    // What follows from it is written after it, and awaited.
    void this.#file
      .appendNow({ k: 'claim', epoch, loop: LOOP_VERSION, by, serves, at } satisfies StoredLine)
      ?.catch(() => undefined);
  }

  opened(request: Waiting): void {
    // What is announced next is written after it, and awaited.
    void this.#file.appendNow({ k: 'ask', ...request } satisfies StoredLine)?.catch(() => undefined);
  }

  answer(id: string, answer: Answer): Promise<void> | undefined {
    return this.#append({ k: 'answer', id, ...answer }, true);
  }

  answerTo(pendingId: string): Answer | undefined {
    return this.#answers.get(pendingId);
  }

  openedBefore(pendingId: string): StoredRequest | undefined {
    return this.#requests.get(pendingId);
  }

  /** What cannot be written is an error of the step that it belongs to. */
  #append(line: StoredLine, sync = false): Promise<void> | undefined {
    try {
      return this.#file.append(line, { sync });
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #change(): HistoryChange | undefined {
    const { history } = this.#attached;
    const at = history.takeChanges();
    const first = history.newMessageIndex;
    const isSame = at === history.length && at === this.#length && first === this.#firstNew;
    if (isSame) return undefined;
    const list = history.messages.slice(at).map((message) => {
      const step = this.#responses.get(message);
      return step === undefined ? message : { step };
    });
    const moved = first === this.#firstNew ? {} : { first };
    this.#length = history.length;
    this.#firstNew = first;
    return { at, list, ...moved };
  }

  get #attached(): RunState {
    if (!this.#state) throw new Error('the journal has no run yet');
    return this.#state;
  }
}

function isPlainPrepare(key: string, output: StepOutput): boolean {
  if (key === stepKey.start || !key.endsWith('.prepare') || 'error' in output) return false;
  const { value } = output as { value?: object };
  return value !== undefined && Object.keys(value).length === 0;
}
