import { isRecord } from './schema.ts';
import { type Check, FAIL, put, spend } from './walk.ts';

/**
 * All checks must pass on the input; what they made of it is merged: a property that one of them kept is kept, and
 * a converted value goes before an unconverted one.
 * @since 0.1.0
 */
export function allOf(checks: readonly Check[]): Check {
  const [only] = checks;
  if (checks.length === 1 && only !== undefined) return only;
  return (value, walk) => {
    let merged: unknown;
    let failed = false;
    for (const [index, check] of checks.entries()) {
      spend(walk, 1);
      const result = check(value, walk);
      if (result === FAIL) failed = true;
      else merged = index === 0 ? result : merge(value, merged, result);
    }
    return failed ? FAIL : merged;
  };
}

/** Joins two results for one input; see {@link allOf}. @since 0.1.0 */
export function merge(input: unknown, a: unknown, b: unknown): unknown {
  if (isRecord(a) && isRecord(b) && isRecord(input)) {
    if (a === input) return b; // an unconstrained branch hands the input on
    if (b === input) return a;
    const out: Record<string, unknown> = {};
    for (const key of Object.keys(a)) {
      put(out, key, Object.hasOwn(b, key) ? merge(input[key], a[key], b[key]) : a[key]);
    }
    for (const key of Object.keys(b)) if (!Object.hasOwn(a, key)) put(out, key, b[key]);
    return out;
  }
  if (Array.isArray(a) && Array.isArray(b) && Array.isArray(input)) {
    return a.map((item, index) => merge(input[index], item, b[index]));
  }
  return Object.is(a, input) ? b : a;
}
