/** The longest time that responses are read before requests of the client are served, in milliseconds. */
const sliceMs = 4;

let lastTurn = 0;
let last: Promise<void> = Promise.resolve();

const turn = () =>
  new Promise<void>((resolve) => {
    setImmediate(() => {
      lastTurn = performance.now();
      resolve();
    });
  });

/**
 * Resolves when the event loop has turned; undefined as long as that is not due. One response continues in each turn:
 * all of them together may not take longer than one.
 */
export function turnIfDue(): Promise<void> | undefined {
  if (performance.now() - lastTurn < sliceMs) return undefined;
  last = last.then(turn);
  return last;
}
