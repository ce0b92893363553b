import { isRecord } from '../schema/schema.ts';
import { type Check, FAIL, put, spend, spendOn, type Walk } from '../walk.ts';

/** What it costs to put a key into a new object. */
export const STEPS_PER_KEY = 4;

/**
 * All checks must pass on the input; what they made of it is merged: a property that one of them kept is kept, and
 * a converted value goes before an unconverted one.
 */
export function allOf(checks: readonly Check[]): Check {
  const [only] = checks;
  if (checks.length === 1 && only !== undefined) return only;
  return (value, walk) => {
    let merged: unknown;
    let failed = false;
    for (const [index, check] of checks.entries()) {
      spendOn(walk, value);
      const result = check(value, walk);
      if (result === FAIL) failed = true;
      else merged = index === 0 ? result : merge(walk, value, merged, result);
    }
    return failed ? FAIL : merged;
  };
}

/** Joins two results for one input; see {@link allOf}. Errors: `BudgetExceeded`. */
export function merge(walk: Walk, input: unknown, a: unknown, b: unknown): unknown {
  if (isRecord(a) && isRecord(b) && isRecord(input)) {
    if (a === input) return b; // an unconstrained branch hands the input on
    if (b === input) return a;
    const out: Record<string, unknown> = {};
    spend(walk, (Object.keys(a).length + Object.keys(b).length) * STEPS_PER_KEY);
    for (const key of Object.keys(a)) {
      put(out, key, Object.hasOwn(b, key) ? merge(walk, input[key], a[key], b[key]) : a[key]);
    }
    for (const key of Object.keys(b)) if (!Object.hasOwn(a, key)) put(out, key, b[key]);
    return out;
  }
  if (Array.isArray(a) && Array.isArray(b) && Array.isArray(input)) {
    spend(walk, a.length);
    return a.map((item, index) => merge(walk, input[index], item, b[index]));
  }
  return Object.is(a, input) ? b : a;
}
