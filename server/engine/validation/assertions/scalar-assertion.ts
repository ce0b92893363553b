import { codePoints, type Numeric, numberRules } from '../keywords/constraints.ts';
import { withFormat } from '../keywords/formats.ts';
import { deepEqual } from '../keywords/literals.ts';
import { patternOf } from '../patterns/pattern.ts';
import type { SchemaObject } from '../schema/schema.ts';
import { type Check, FAIL, forget, type Walk } from '../walk.ts';
import type { Assertion } from './assertion-type.ts';

type Rule = (value: unknown, walk: Walk) => boolean;

/** `type`, `const`, `enum`, and the keywords about numbers and strings; undefined when a schema has none of them. */
export function scalarAssertion(schema: SchemaObject): Assertion | undefined {
  const rules = [typeRule(schema), valuesRule(schema), numberRule(schema), ...stringRules(schema)];
  const present = rules.filter((rule) => rule !== undefined);
  return present.length === 0 ? undefined : (value, walk) => present.every((rule) => rule(value, walk));
}

function typeRule({ type }: SchemaObject): Rule | undefined {
  if (type === undefined) return undefined;
  const types = new Set<unknown>([type].flat());
  return (value) => types.has(typeOf(value)) || (types.has('integer') && isInteger(value));
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value === 'bigint' ? 'number' : typeof value;
}

const isInteger = (value: unknown) => typeof value === 'bigint' || Number.isInteger(value);

function valuesRule(schema: SchemaObject): Rule | undefined {
  const values = schema.const !== undefined ? [schema.const] : schema.enum;
  if (!Array.isArray(values)) return undefined;
  const scalars = new Set<unknown>(values);
  const structures = values.filter((value) => typeof value === 'object' && value !== null);
  return (value, walk) => scalars.has(value) || structures.some((one) => deepEqual(one, value, walk));
}

function numberRule(schema: SchemaObject): Rule | undefined {
  const rules = numberRules(schema);
  if (rules.length === 0) return undefined;
  const isNumber = (value: unknown) => typeof value === 'number' || typeof value === 'bigint';
  return (value) => !isNumber(value) || rules.every(({ holds }) => holds(value as Numeric));
}

function stringRules(schema: SchemaObject): Rule[] {
  const rules: ((text: string, walk: Walk) => boolean)[] = [];
  const { minLength, maxLength, pattern, format } = schema;
  if (typeof minLength === 'number') rules.push((text, walk) => codePoints(text, walk) >= minLength);
  if (typeof maxLength === 'number') rules.push((text, walk) => codePoints(text, walk) <= maxLength);
  if (typeof pattern === 'string') {
    const { test } = patternOf(pattern);
    rules.push((text, walk) => test(text, walk.pay));
  }
  const check = withFormat(passes, format);
  if (check !== passes) rules.push((text, walk) => holdsQuietly(check, text, walk));
  return rules.map((rule) => (value, walk) => typeof value !== 'string' || rule(value, walk));
}

const passes: Check = (value) => value;

/** Runs a check of the walk without a trace in it. */
function holdsQuietly(check: Check, value: unknown, walk: Walk): boolean {
  const { exact, fields, failures } = walk;
  const errors = walk.errors.length;
  const result = check(value, walk);
  forget(walk, { errors, failures });
  walk.exact = exact;
  walk.fields = fields;
  return result !== FAIL;
}
