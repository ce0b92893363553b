import { type Check, Exactness, FAIL, fail, forget, locate, spendOn, type Walk } from '../walk.ts';

/** One branch of a union and the name it has in `loc`. */
export type Branch = { readonly label: string | number; readonly check: Check };

/** `T | None`: null passes, anything else is the business of `T`, whose errors stand alone. */
export function nullable(check: Check): Check {
  return (value, walk) => (value === null ? null : check(value, walk));
}

/**
 * Pydantic's smart union: an exact match wins; else the branch with the most declared properties given, then the one
 * that converted least, then the first. The errors of all branches are reported under the branches' names.
 * Source: pydantic-core `UnionValidator::validate_smart`.
 */
export function smartUnion(branches: readonly Branch[]): Check {
  return (value, walk) => {
    const { exact, fields, failures } = walk;
    const errors = walk.errors.length;
    let best: unknown = FAIL;
    let bestExact: number = Exactness.lax;
    let bestFields = -1;
    for (const branch of branches) {
      const result = attempt(branch, value, walk);
      if (result === FAIL) continue;
      if (best === FAIL || isBetter(walk, bestExact, bestFields)) {
        best = result;
        bestExact = walk.exact;
        bestFields = walk.fields;
      }
      if (walk.exact === Exactness.exact && walk.fields < 0) break;
    }
    if (best !== FAIL) forget(walk, { errors, failures });
    walk.exact = best === FAIL ? exact : Math.min(exact, bestExact);
    walk.fields = best === FAIL || bestFields < 0 ? fields : Math.max(fields, 0) + bestFields;
    return best;
  };
}

function isBetter(walk: Walk, bestExact: number, bestFields: number): boolean {
  if (walk.exact === Exactness.exact && walk.fields < 0) return true;
  if (walk.fields >= 0 && bestFields >= 0 && walk.fields !== bestFields) return walk.fields > bestFields;
  return walk.exact > bestExact;
}

function attempt(branch: Branch, value: unknown, walk: Walk): unknown {
  spendOn(walk, value);
  walk.exact = Exactness.exact;
  walk.fields = -1;
  const before = walk.errors.length;
  const result = branch.check(value, walk);
  if (result === FAIL) locate(walk, before, branch.label);
  return result;
}

/**
 * `oneOf` without a tag: as a smart union, but a value that fits several branches as it stands, without any
 * conversion, is refused, as JSON Schema wants. Pydantic has no counterpart.
 */
export function exclusiveUnion(branches: readonly Branch[]): Check {
  const union = smartUnion(branches);
  return (value, walk) => {
    const { exact, fields, failures } = walk;
    const errors = walk.errors.length;
    let fitting = 0;
    for (const branch of branches) {
      if (attempt(branch, value, walk) !== FAIL && walk.exact >= Exactness.strict) fitting++;
    }
    forget(walk, { errors, failures });
    walk.exact = exact;
    walk.fields = fields;
    if (fitting <= 1) return union(value, walk);
    const msg = `Input should match exactly one of the ${branches.length} alternatives, it matches ${fitting}`;
    return fail(walk, 'one_of', msg, value);
  };
}
