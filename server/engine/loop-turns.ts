/** Some ten milliseconds, in steps of a validation. */
const STEPS_PER_TURN = 150_000;

let done = 0;

/** Counts work that was done without letting anybody else in. */
export function countWork(steps: number): void {
  done += steps;
}

/** Whether so much was done that others should have a turn before more is done. */
export const isTurnDue = (): boolean => done > STEPS_PER_TURN;

let open = 0;

/** How many pieces of work are between two turns: what follows from them is still to come. */
export const turnsUnderWay = (): number => open;

/** Lets the event loop go round once: messages are read, and answered, between two pieces of work. */
export async function nextTurn(): Promise<void> {
  done = 0;
  open += 1;
  await new Promise((resolve) => setImmediate(resolve));
  open -= 1;
}

/** Calls back when all that follows from promises which are settled has been done; the event loop does not go round. */
export function afterMicrotasks(callback: () => void): void {
  // A tick that is scheduled while microtasks run comes after the last of them.
  queueMicrotask(() => process.nextTick(callback));
}
