import { numberText, plural } from '../error-details.ts';
import { type Pattern, patternOf } from '../patterns/pattern.ts';
import type { SchemaObject } from '../schema/schema.ts';
import { type Check, FAIL, fail, spend, spendOn, type Walk } from '../walk.ts';

const LEAD = /[\ud800-\udbff]/;
const CHARS_PER_STEP = 8;

export type Numeric = number | bigint;
export type NumberRule = { type: string; msg: string; holds: (value: Numeric) => boolean };

/**
 * A check followed by `minimum`, `maximum`, their exclusive forms and `multipleOf`; the first broken one is reported.
 */
export function withNumberConstraints(base: Check, node: SchemaObject): Check {
  const rules = numberRules(node);
  if (rules.length === 0) return base;
  return (value, walk) => {
    const result = base(value, walk);
    if (result === FAIL) return FAIL;
    for (const rule of rules) {
      if (!rule.holds(result as Numeric)) return fail(walk, rule.type, rule.msg, value);
    }
    return result;
  };
}

/** Whether a schema constrains numbers: names the branch of a union `constrained-…`. */
export function constrainsNumber(node: SchemaObject): boolean {
  return numberRules(node).length > 0;
}

/** The rules that `multipleOf` and the bounds of a schema make. */
export function numberRules(node: SchemaObject): NumberRule[] {
  const rules: NumberRule[] = [];
  const add = (keyword: string, type: string, text: string, holds: (limit: number) => (value: Numeric) => boolean) => {
    const limit = node[keyword];
    if (typeof limit === 'number') {
      rules.push({ type, msg: `Input should be ${text} ${numberText(limit)}`, holds: holds(limit) });
    }
  };
  add('multipleOf', 'multiple_of', 'a multiple of', (limit) => (value) => isMultiple(value, limit));
  add('maximum', 'less_than_equal', 'less than or equal to', (limit) => (value) => value <= limit);
  add('exclusiveMaximum', 'less_than', 'less than', (limit) => (value) => value < limit);
  add('minimum', 'greater_than_equal', 'greater than or equal to', (limit) => (value) => value >= limit);
  add('exclusiveMinimum', 'greater_than', 'greater than', (limit) => (value) => value > limit);
  return rules;
}

function isMultiple(value: Numeric, step: number): boolean {
  if (typeof value === 'bigint') {
    return Number.isInteger(step) ? value % BigInt(step) === 0n : isMultiple(Number(value), step);
  }
  const rest = Math.abs(value % step);
  if (Number.isInteger(value) && Number.isInteger(step)) return rest === 0;
  // The tolerance of pydantic-core: 0.3 is a multiple of 0.1 although the division leaves a rest.
  const tolerance = Math.abs(value) / 1e9;
  return rest <= tolerance || Math.abs(rest - Math.abs(step)) <= tolerance;
}

/** A check followed by `minLength`, `maxLength` (in code points) and `pattern`. */
export function withStringConstraints(base: Check, node: SchemaObject): Check {
  const min = typeof node.minLength === 'number' ? node.minLength : undefined;
  const max = typeof node.maxLength === 'number' ? node.maxLength : undefined;
  const pattern: Pattern | undefined = typeof node.pattern === 'string' ? patternOf(node.pattern) : undefined;
  if (min === undefined && max === undefined && pattern === undefined) return base;
  return (value, walk) => {
    const result = base(value, walk);
    if (typeof result !== 'string') return result;
    const size = min === undefined && max === undefined ? 0 : codePoints(result, walk);
    if (min !== undefined && size < min) {
      return fail(walk, 'string_too_short', `String should have at least ${plural(min, 'character')}`, value);
    }
    if (max !== undefined && size > max) {
      return fail(walk, 'string_too_long', `String should have at most ${plural(max, 'character')}`, value);
    }
    if (pattern !== undefined && !pattern.test(result, walk.pay)) {
      return fail(walk, 'string_pattern_mismatch', `String should match pattern '${pattern.source}'`, value);
    }
    return result;
  };
}

/** Whether a schema constrains strings: names the branch of a union `constrained-str`. */
export function constrainsString(node: SchemaObject): boolean {
  return node.minLength !== undefined || node.maxLength !== undefined || node.pattern !== undefined;
}

/** The length of a text as JSON Schema counts it. Errors: `BudgetExceeded`. */
export function codePoints(text: string, walk: Walk): number {
  spendOn(walk, text);
  let count = text.length;
  if (!LEAD.test(text)) return count;
  spend(walk, text.length / CHARS_PER_STEP);
  for (let i = 0; i < text.length - 1; i++) {
    if ((text.charCodeAt(i) & 0xfc00) !== 0xd800 || (text.charCodeAt(i + 1) & 0xfc00) !== 0xdc00) continue;
    count--;
    i++;
  }
  return count;
}
