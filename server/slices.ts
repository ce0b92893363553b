/** How long work goes on before others have a turn, in milliseconds. */
const sliceMs = 4;

/**
 * Begins a slice of work. The returned function lets the event loop turn once the slice has lasted too long, and begins the
 * next one; it returns undefined as long as that is not due.
 */
export function slices(): () => Promise<void> | undefined {
  let began = performance.now();
  const turn = async () => {
    await new Promise((resolve) => setImmediate(resolve));
    began = performance.now();
  };
  return () => (performance.now() - began < sliceMs ? undefined : turn());
}
