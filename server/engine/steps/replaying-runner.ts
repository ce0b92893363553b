import type { DurableEvent } from '../../../protocol/events.ts';
import type { RunError } from '../../../protocol/result.ts';
import { EngineError } from '../errors.ts';
import { afterMicrotasks, turnsUnderWay } from '../loop-turns.ts';
import type { RunLine, Serves } from './run-lines.ts';
import type { StepContext, StepEffect, StepOutput, StepRunner } from './steps.ts';

/** What a replay does beside returning outputs. */
export interface ReplayHooks {
  /** Called before each entry is taken, with its index. */
  readonly onLine?: (index: number) => void;
  /** The run was stopped here. */
  readonly onStop?: (error: RunError, at: string) => void;
  /** Another client serves the callbacks from here on. */
  readonly onServes?: (serves: Serves) => void;
  /** Steps that were opened before the first entry. */
  readonly opened?: Iterable<string>;
  /** True when live steps start only after `goLive`; else they start when the replay has ended. */
  readonly isHeld?: boolean;
}

/** A step that waits for its output, or for the end of the replay. */
interface OpenStep {
  readonly resolve: (output: StepOutput) => void;
  readonly reject: (error: unknown) => void;
}

/** Turns in which nothing came that was recorded next, before it is certain that nothing will. */
const maxIdleTurns = 4;
/** Entries that are taken before the event loop goes round, so that a long run does not keep others waiting. */
const entriesPerTurn = 32;

/**
 * Returns recorded outputs in the order in which they were recorded, then continues with `next`. A step without a
 * recorded output waits until all of them were returned: a batch that ended with an error must not call its other
 * tools again.
 *
 * Errors: `run.incompatible` for all steps when the engine does not come to what was recorded.
 */
export class ReplayingRunner implements StepRunner {
  /** Resolves when all entries were taken and the engine stands still. Errors: `run.incompatible`. */
  readonly replayed: Promise<void>;
  readonly #lines: readonly RunLine[];
  readonly #next: StepRunner;
  readonly #hooks: ReplayHooks;
  readonly #recorded = new Set<string>();
  readonly #opened: Set<string>;
  readonly #waiting = new Map<string, OpenStep>();
  readonly #live: (() => void)[] = [];
  #emit: (event: DurableEvent) => void = () => undefined;
  #at = 0;
  #idleTurns = 0;
  #takenInTurn = 0;
  #isScheduled = false;
  #isOver = false;
  #isLive = false;
  #failure: EngineError | null = null;
  #settle: { resolve: () => void; reject: (error: unknown) => void } | undefined;

  constructor(lines: readonly RunLine[], next: StepRunner, hooks: ReplayHooks = {}) {
    this.#lines = lines;
    this.#next = next;
    this.#hooks = hooks;
    this.#opened = new Set(hooks.opened);
    for (const line of lines) if (line.kind === 'step') this.#recorded.add(line.key);
    this.replayed = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    // Nobody may wait for it.
    this.replayed.catch(() => undefined);
  }

  /** Entries from before the first step are taken at once: they come before everything that the engine does. */
  attach(emit: (event: DurableEvent) => void): void {
    this.#emit = emit;
    this.#next.attach?.(emit);
    for (let line = this.#lines[this.#at]; line && isFromBefore(line); line = this.#lines[this.#at]) this.#take(line);
  }

  hasRecorded(key: string): boolean {
    return this.#recorded.has(key) || (this.#next.hasRecorded?.(key) ?? false);
  }

  recordEvent(key: string | null, event: DurableEvent): void {
    if (this.#next.recordEvent) this.#next.recordEvent(key, event);
    else this.#emit(event);
  }

  /** A stop that comes while the run is rebuilt follows all that was recorded. */
  stop(error: RunError, act: (at: string) => void): Promise<void> | undefined {
    const { stop } = this.#next;
    if (!stop) throw new Error('a run that is only looked at cannot be stopped');
    return this.#isLive
      ? stop.call(this.#next, error, act)
      : this.replayed.then(() => stop.call(this.#next, error, act));
  }

  step<T extends StepOutput>(
    key: string,
    body: (context: StepContext) => Promise<T>,
    signal: AbortSignal,
    effect?: StepEffect,
  ): Promise<T> {
    this.#opened.add(key);
    if (this.#failure) return Promise.reject(this.#failure);
    if (this.#isLive) return this.#next.step(key, body, signal, effect);
    return new Promise<T>((resolve, reject) => {
      this.#schedule();
      if (this.#recorded.has(key)) {
        this.#waiting.set(key, { resolve: resolve as (output: StepOutput) => void, reject });
        return;
      }
      this.#live.push(() => {
        if (this.#failure) reject(this.#failure);
        else this.#next.step(key, body, signal, effect).then(resolve, reject);
      });
    });
  }

  /** Starts the steps that nothing was recorded of. */
  goLive(): void {
    this.#isLive = true;
    for (const start of this.#live.splice(0)) start();
  }

  // One entry at a time: the engine has dealt with it, and started what follows, before the next. All of that happens in
  // microtasks, unless it is long or waits for something; then the event loop has to go round.
  #schedule(): void {
    if (this.#isScheduled || this.#isOver) return;
    this.#isScheduled = true;
    const turn = () => {
      this.#isScheduled = false;
      if (turnsUnderWay() === 0) this.#turn();
      this.#schedule();
    };
    const isSoon = this.#takenInTurn < entriesPerTurn && this.#idleTurns === 0 && turnsUnderWay() === 0;
    if (isSoon) afterMicrotasks(turn);
    else
      setImmediate(() => {
        this.#takenInTurn = 0;
        turn();
      });
  }

  #turn(): void {
    const line = this.#lines[this.#at];
    if (!line) this.#end();
    else if (this.#isReady(line)) this.#take(line);
    else {
      this.#idleTurns += 1;
      if (this.#idleTurns > maxIdleTurns) this.#fail(line);
    }
  }

  #isReady(line: RunLine): boolean {
    switch (line.kind) {
      case 'step':
        return this.#waiting.has(line.key);
      case 'emitted':
      case 'stop':
        return line.after === '' || this.#opened.has(line.after);
      default:
        return true;
    }
  }

  #take(line: RunLine): void {
    this.#hooks.onLine?.(this.#at);
    this.#at += 1;
    this.#takenInTurn += 1;
    this.#idleTurns = 0;
    if (line.kind === 'step') {
      const step = this.#waiting.get(line.key);
      this.#waiting.delete(line.key);
      this.#recorded.delete(line.key);
      step?.resolve(line.output);
    } else if (line.kind === 'emitted') this.#emit(line.event);
    else if (line.kind === 'stop') this.#hooks.onStop?.(line.error, line.at);
    else if (line.kind === 'claim') this.#hooks.onServes?.(line.serves);
  }

  #end(): void {
    this.#isOver = true;
    this.#settle?.resolve();
    if (!this.#hooks.isHeld) this.goLive();
  }

  #fail(line: RunLine): void {
    const wanted = line.kind === 'step' ? `the step '${line.key}'` : `what was recorded after '${afterOf(line)}'`;
    this.#failure = new EngineError(
      'run.incompatible',
      `The run cannot be rebuilt: the engine never came to ${wanted}. Start another run with its messages as \`messageHistory\`.`,
      line.kind === 'step' ? { key: line.key } : {},
    );
    this.#isOver = true;
    this.#settle?.reject(this.#failure);
    for (const { reject } of [...this.#waiting.values()]) reject(this.#failure);
    this.goLive();
  }
}

const afterOf = (line: RunLine) => ('after' in line ? line.after : '');

const isFromBefore = (line: RunLine) => (line.kind === 'emitted' || line.kind === 'stop') && line.after === '';
