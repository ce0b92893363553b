import type { UserContent } from '../../../protocol/messages/content.ts';

/** A message of the user to a live run. */
export interface Steer {
  readonly id: string;
  readonly content: string | UserContent[];
  /** The tool call that sent it, and the step in which that call ran. */
  readonly call?: { readonly id: string; readonly runStep: number };
  /** About its bytes as JSON, when it is counted. */
  readonly bytes?: number;
}

/** When it is delivered: with the next model request, or when the run would end otherwise. */
export type SteerTime = 'asap' | 'whenIdle';

/** The messages that were not delivered yet. Source: Pydantic AI `PendingMessageQueue`. */
export class SteeringQueue {
  /** Made for the first message, since thousands of runs may be live. */
  #waiting: Record<SteerTime, Steer[]> | null = null;
  #closed = false;

  get size(): number {
    return this.#waiting ? this.#waiting.asap.length + this.#waiting.whenIdle.length : 0;
  }

  /** About the bytes of what waits, as JSON. */
  get bytes(): number {
    if (!this.#waiting) return 0;
    const { asap, whenIdle } = this.#waiting;
    return [...asap, ...whenIdle].reduce((sum, { bytes = 0 }) => sum + bytes, 0);
  }

  /** False once the run pauses: nothing would be delivered any more. */
  get isOpen(): boolean {
    return !this.#closed;
  }

  add(steer: Steer, when: SteerTime): void {
    this.#waiting ??= { asap: [], whenIdle: [] };
    this.#waiting[when].push(steer);
  }

  /** Takes the messages that are due, oldest first: all of them when the run would end. */
  take(isIdle: boolean): Steer[] {
    if (!this.#waiting) return [];
    const { asap, whenIdle } = this.#waiting;
    return [...asap.splice(0), ...(isIdle ? whenIdle.splice(0) : [])];
  }

  /** Takes all that is left and accepts no more. */
  close(): Steer[] {
    this.#closed = true;
    return this.take(true);
  }
}
