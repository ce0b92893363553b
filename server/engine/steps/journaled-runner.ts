import type { DurableEvent } from '../../../protocol/events.ts';
import type { RunError } from '../../../protocol/result.ts';
import { turnsUnderWay } from '../loop-turns.ts';
import type { RunJournal } from './run-lines.ts';
import type { StepContext, StepEffect, StepOutput, StepRunner, World } from './steps.ts';

/** What is known of the steps that were open when a run was interrupted. */
export interface EarlierSteps {
  /** How often the body of each was called. */
  readonly tries: ReadonlyMap<string, number>;
  /** The events that each emitted. */
  readonly emitted: ReadonlyMap<string, readonly DurableEvent[]>;
  /** Steps whose answer is known already. */
  readonly answered: ReadonlySet<string>;
}

const nothing: EarlierSteps = { tries: new Map(), emitted: new Map(), answered: new Set() };

/** Options of a `JournaledRunner`. */
export interface JournaledOptions {
  readonly runId: string;
  readonly world: World;
  readonly journal: RunJournal;
  readonly earlier?: EarlierSteps;
}

/** What is delivered to the engine in the order of the journal. */
interface Delivery {
  isReady: boolean;
  readonly deliver: () => void;
}

/**
 * Calls bodies and writes what they return into a journal before anything follows from it. While several steps are open,
 * outputs are delivered one in a turn of the event loop, in the order of the journal: a rebuilt run gets them so, too.
 */
export class JournaledRunner implements StepRunner {
  readonly #options: JournaledOptions;
  readonly #earlier: EarlierSteps;
  readonly #open = new Set<string>();
  readonly #queue: Delivery[] = [];
  #emit: (event: DurableEvent) => void = () => undefined;
  #isScheduled = false;
  #latest = '';

  constructor(options: JournaledOptions) {
    this.#options = options;
    this.#earlier = options.earlier ?? nothing;
  }

  attach(emit: (event: DurableEvent) => void): void {
    this.#emit = emit;
  }

  step<T extends StepOutput>(
    key: string,
    body: (context: StepContext) => Promise<T>,
    signal: AbortSignal,
    effect?: StepEffect,
  ): Promise<T> {
    if (signal.aborted) return Promise.reject(signal.reason);
    this.#latest = key;
    this.#open.add(key);
    return new Promise<T>((resolve, reject) => {
      const fail = (error: unknown) => {
        this.#open.delete(key);
        reject(error);
      };
      try {
        this.#call(key, body, signal, effect).then((output) => this.#settle(key, output, resolve, fail), fail);
      } catch (error) {
        fail(error);
      }
    });
  }

  recordEvent(key: string | null, event: DurableEvent): void {
    const written = this.#options.journal.event({ kind: 'emitted', key, after: this.#latest, event });
    const deliver = () => this.#emit(event);
    if (written) this.#enqueueWritten(written, deliver);
    else this.#inOrder(deliver, key === null);
  }

  stop(error: RunError, act: (at: string) => void): Promise<void> | undefined {
    const { journal, world } = this.#options;
    const at = world.now();
    const written = journal.stop({ kind: 'stop', after: this.#latest, error, at });
    this.#inOrder(() => act(at), true);
    return written;
  }

  /** Does something after what was written before it; what comes from outside waits until the engine stands still. */
  #inOrder(deliver: () => void, isOutside: boolean): void {
    if (this.#queue.length === 0 && !(isOutside && turnsUnderWay() > 0)) deliver();
    else this.#enqueue({ isReady: true, deliver });
  }

  /** The body is called at once when nothing has to be on disk before, so that what it opens is there in the same turn. */
  #call<T extends StepOutput>(
    key: string,
    body: (context: StepContext) => Promise<T>,
    signal: AbortSignal,
    effect: StepEffect | undefined,
  ): Promise<T> {
    const { runId, world, journal } = this.#options;
    const tries = this.#earlier.tries.get(key) ?? 0;
    const earlier = this.#earlier.emitted.get(key) ?? (tries > 0 ? [] : undefined);
    if (tries > 0 && effect?.once && !this.#earlier.answered.has(key))
      return Promise.resolve(effect.once(world.now()) as T);
    const context: StepContext = {
      key,
      attempt: tries + 1,
      idempotencyKey: `${runId}/${key}`,
      signal,
      now: world.now,
      elapsed: world.elapsed,
      ...(earlier ? { earlier } : {}),
    };
    const isTried = effect !== undefined && (effect.isSent?.() ?? true);
    const written = isTried ? journal.try(key, effect.once !== undefined) : undefined;
    if (!written) return body(context);
    return written.then(() => {
      signal.throwIfAborted();
      return body(context);
    });
  }

  #settle<T extends StepOutput>(key: string, output: T, resolve: (output: T) => void, fail: (e: unknown) => void) {
    let written: Promise<void> | undefined;
    try {
      written = this.#options.journal.step(key, output);
    } catch (error) {
      fail(error);
      return;
    }
    const deliver = () => {
      this.#open.delete(key);
      resolve(output);
    };
    if (!written && this.#queue.length === 0 && this.#open.size === 1) {
      deliver();
      return;
    }
    if (written) this.#enqueueWritten(written, deliver, fail);
    else this.#enqueue({ isReady: true, deliver });
  }

  /** What could not be written is never delivered; whoever writes has left the run by then. */
  #enqueueWritten(written: Promise<void>, deliver: () => void, fail: (error: unknown) => void = () => undefined): void {
    const delivery = { isReady: false, deliver };
    this.#enqueue(delivery);
    written.then(() => {
      delivery.isReady = true;
      this.#schedule();
    }, fail);
  }

  #enqueue(delivery: Delivery): void {
    this.#queue.push(delivery);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#isScheduled || !this.#queue[0]?.isReady) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      if (turnsUnderWay() === 0) this.#queue.shift()?.deliver();
      this.#schedule();
    });
  }
}
