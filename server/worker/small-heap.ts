import { setFlagsFromString } from 'node:v8';

/**
 * Keeps the memory of a process that drives many runs close to what they hold. Runs wait for models most of the time, so that
 * what they allocate outlives the young generation before it becomes garbage, and V8 lets the old generation grow to several times
 * what lives in it before it looks there. Here it looks once that has grown by a fifth, the young generation stays as
 * small as it is, and less is compiled in advance: with 200 runs some 140 MiB in place of 260, for up to a third more CPU.
 */
export function keepHeapSmall(): void {
  // Bun has another engine, without such flags.
  if (process.versions.bun) return;
  setFlagsFromString('--heap-growing-percent=20');
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--optimize-for-size');
}
