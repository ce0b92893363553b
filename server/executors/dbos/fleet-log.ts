import type { Tag } from '../../store/names.ts';
import type { LineLog } from '../../store/store.ts';

/** A line of a run, without its number. */
export type FleetLine = { readonly k: string } & { readonly [field: string]: unknown };

/** Lines that are written together, in one step of DBOS. */
export interface Batch {
  /** Name of the step: the key of the last line, or its kind. */
  readonly name: string;
  readonly lines: readonly FleetLine[];
}

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/**
 * The lines of a run that this process drives, on their way into the database. What comes while others are being written
 * goes with the next step, so that parallel calls share one.
 */
export class FleetLog implements LineLog {
  readonly workflowId: string;
  onFailure: (error: Error) => void = () => undefined;
  /** Called when somebody requests something of the run. */
  onRequest: () => void = () => undefined;
  /** Called when another process is interested in what is shown of the run. */
  onFollow: () => void = () => undefined;
  /** Whether requests are being read, and more may have come meanwhile. */
  isReading = false;
  hasMore = false;
  /** True once an execution of the workflow writes it. */
  isTaken = false;
  #isGivenBack = false;
  #held: FleetLine[] = [];
  #lines: FleetLine[] = [];
  #waiters: Waiter[] = [];
  /** Those who wait for the lines that are being written. */
  #writing: Waiter[] = [];
  #wake: (() => void) | null = null;
  #failure: Error | null = null;
  #tag: Tag | null = null;
  #onClosed: () => void = () => undefined;
  /** Resolves when the run has left this process: ended, parked, or taken over. */
  readonly closed: Promise<void>;

  constructor(workflowId: string) {
    this.workflowId = workflowId;
    this.closed = new Promise((resolve) => {
      this.#onClosed = resolve;
    });
  }

  hold(fields: FleetLine): void {
    this.#held.push(fields);
  }

  append(fields: FleetLine, { sync = false }: { sync?: boolean } = {}): Promise<void> | undefined {
    // That a request was tried once more is worth no step of its own; that a call may not be repeated is.
    if (fields.k === 'try' && !sync) {
      this.hold(fields);
      return undefined;
    }
    return this.#write(fields);
  }

  appendNow(fields: FleetLine): Promise<void> | undefined {
    if (isRepeatable(fields)) {
      this.hold(fields);
      return undefined;
    }
    return this.#write(fields);
  }

  /** Nothing is appended any more; what was is written first. */
  close(tag: Tag): void {
    this.#tag ??= tag;
    this.#wake?.();
  }

  /** Parks the run; one that came out of a queue goes back there. */
  giveBack(): void {
    if (!this.#tag) this.#isGivenBack = true;
    this.close('park');
  }

  get isGivenBack(): boolean {
    return this.#isGivenBack;
  }

  /** The next lines to write, once there are some; null when the run was given up. */
  async next(): Promise<Batch | null> {
    while (this.#lines.length === 0) {
      if (this.#tag) return null;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = null;
    }
    const lines = this.#lines;
    this.#lines = [];
    this.#writing = this.#waiters;
    this.#waiters = [];
    const last = lines.at(-1);
    return { name: String(last?.key ?? last?.k ?? ''), lines };
  }

  /** The lines that `next` returned are in the database. */
  written(): void {
    const waiters = this.#writing;
    this.#writing = [];
    for (const { resolve } of waiters) resolve();
  }

  /** The state in which the run was given up; null for one that was not. */
  get tag(): Tag | null {
    return this.#tag;
  }

  /** The run was taken over, or cannot be written: its driver leaves it. */
  fail(error: Error): void {
    if (this.#failure) return;
    this.#failure = error;
    const waiters = [...this.#writing, ...this.#waiters];
    this.#writing = [];
    this.#waiters = [];
    this.#lines = [];
    for (const { reject } of waiters) reject(error);
    this.onFailure(error);
  }

  end(): void {
    this.#onClosed();
  }

  #write(fields: FleetLine): Promise<void> {
    if (this.#failure) return Promise.reject(this.#failure);
    if (this.#tag) return Promise.reject(new Error(`the log of '${this.workflowId}' is closed`));
    this.#lines.push(...this.#held, fields);
    this.#held = [];
    const written = new Promise<void>((resolve, reject) => this.#waiters.push({ resolve, reject }));
    this.#wake?.();
    return written;
  }
}

/** The request that an event announces is announced in the same way when it is made again. */
function isRepeatable({ k, event }: FleetLine): boolean {
  const { event_kind: kind, attempt } = (event ?? {}) as { event_kind?: string; attempt?: number };
  return k === 'told' && kind === 'model_request_started' && attempt === 1;
}
