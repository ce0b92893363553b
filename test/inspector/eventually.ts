import { slow } from '../support/time-limits.ts';

/** Resolves with the first value that is not undefined; the look is repeated, since nothing announces the change. */
export async function eventually<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (const end = Date.now() + slow; ; ) {
    const value = await look();
    if (value !== undefined) return value;
    if (Date.now() > end) throw new Error('what was looked for has not come in time');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
