/** Calls back once after so many milliseconds; the returned function cancels it. Injected, so that tests control time. */
export type After = (ms: number, callback: () => void) => () => void;

/** Longer delays than this fire at once in Node. */
const longest = 2 ** 31 - 1;

/** The clock of the process. */
export const after: After = (ms, callback) => {
  const timer = setTimeout(callback, Math.min(ms, longest));
  return () => clearTimeout(timer);
};
