import type { UserContent } from '../../protocol/content.ts';

/** What a user said to a run that goes on. @since 0.2.0 */
export interface Steer {
  readonly id: string;
  readonly content: string | UserContent[];
}

/** When it is told: with the next model request, or when the run would end otherwise. @since 0.2.0 */
export type SteerTime = 'asap' | 'whenIdle';

/** What was said and not told yet. Source: Pydantic AI `PendingMessageDrainCapability`. @since 0.2.0 */
export class Inbox {
  readonly #waiting: Record<SteerTime, Steer[]> = { asap: [], whenIdle: [] };

  get size(): number {
    return this.#waiting.asap.length + this.#waiting.whenIdle.length;
  }

  add(steer: Steer, when: SteerTime): void {
    this.#waiting[when].push(steer);
  }

  /** Takes what is due, in the order in which it was said: all of it when the run would end. */
  take(isIdle: boolean): Steer[] {
    const { asap, whenIdle } = this.#waiting;
    return [...asap.splice(0), ...(isIdle ? whenIdle.splice(0) : [])];
  }
}
