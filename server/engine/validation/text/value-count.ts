import { stringEnd } from '../../json/exact-json.ts';

/** How many values may be in one piece of data: a model says some ten thousand in its longest answer. */
export const MAX_VALUES = 100_000;

const SHORT_TEXT = MAX_VALUES;
/** Numbers beyond 2^53 are read a second time, and slowly. */
const MAX_LONG_NUMBERS = 10_000;
const LONG_NUMBER = /[:[,]\s{0,8}-?\d{16}/g;

/**
 * The number of values in data, or undefined when it is nested deeper than `maxDepth`. Stops counting where there are too
 * many.
 */
export function valuesIn(value: unknown, maxDepth: number): number | undefined {
  if (maxDepth < 0) return undefined;
  if (typeof value !== 'object' || value === null) return 1;
  let total = 1;
  for (const key in value) {
    const count = valuesIn((value as Record<string, unknown>)[key], maxDepth - 1);
    if (count === undefined) return undefined;
    total += count;
    if (total > MAX_VALUES) return total;
  }
  return total;
}

/**
 * About the number of values in JSON text, without parsing it: three million empty objects are nine megabytes of text and
 * hundreds in memory. 0 for a text that is too short to hold many.
 */
export function valuesInText(text: string): number {
  if (text.length < SHORT_TEXT) return 0;
  if (hasManyLongNumbers(text)) return MAX_VALUES + 1;
  let count = 1;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === '"') at = stringEnd(text, at + 1) - 1;
    else if (char === ',' || char === '[' || char === '{') count++;
    if (count > MAX_VALUES) return count;
  }
  return count;
}

function hasManyLongNumbers(text: string): boolean {
  let count = 0;
  for (const _ of text.matchAll(LONG_NUMBER)) if (++count > MAX_LONG_NUMBERS) return true;
  return false;
}
