import { isRecord, pointerToken, type SchemaObject } from './schema.ts';
import { SchemaError } from './schema-error.ts';

const TYPES = new Set(['string', 'number', 'integer', 'boolean', 'object', 'array', 'null']);

/** What is wrong with the value of a keyword, or undefined. */
type Rule = (value: unknown) => string | undefined;

/** Makes a rule of a condition. */
const must =
  (be: string, holds: (value: unknown) => boolean): Rule =>
  (value) =>
    holds(value) ? undefined : `must be ${be}`;

const isNumber = (value: unknown): value is number => Number.isFinite(value);
const isNames = (value: unknown) => Array.isArray(value) && value.every((name) => typeof name === 'string');

const count = must('a whole number that is not negative', (value) => Number.isInteger(value) && (value as number) >= 0);
const bound = must('a number', isNumber);
const schemas: Rule = (value) => (Array.isArray(value) && value.length === 0 ? 'must not be empty' : undefined);

const RULES: Readonly<Record<string, Rule>> = {
  type: typeProblem,
  enum: must('a list', Array.isArray),
  uniqueItems: must('a boolean', (value) => typeof value === 'boolean'),
  required: must('a list of strings', isNames),
  multipleOf: (value) => bound(value) ?? must('above 0', (step) => (step as number) > 0)(value),
  minimum: bound,
  maximum: bound,
  exclusiveMinimum: bound,
  exclusiveMaximum: bound,
  minLength: count,
  maxLength: count,
  minItems: count,
  maxItems: count,
  minProperties: count,
  maxProperties: count,
  minContains: count,
  maxContains: count,
  allOf: schemas,
  anyOf: schemas,
  oneOf: schemas,
  dependentRequired: (value) => namesProblem(value, () => true),
  // Beside lists of names, this one may hold schemas.
  dependencies: (value) => namesProblem(value, Array.isArray),
};

/**
 * Checks the values of one schema's keywords; subschemas, patterns and `$ref` are looked at elsewhere.
 *
 * Errors: {@link SchemaError} at the offending keyword.
 */
export function checkKeywords(schema: SchemaObject, path: string): void {
  for (const [keyword, rule] of Object.entries(RULES)) {
    const problem = schema[keyword] === undefined ? undefined : rule(schema[keyword]);
    if (problem !== undefined) throw new SchemaError(`${path}/${pointerToken(keyword)}`, problem);
  }
}

function typeProblem(value: unknown): string | undefined {
  const names: unknown[] = [value].flat();
  if (names.length === 0) return 'must not be empty';
  const unknown = names.find((name) => typeof name !== 'string' || !TYPES.has(name));
  return unknown === undefined ? undefined : `unknown type ${JSON.stringify(unknown)}`;
}

function namesProblem(map: unknown, concerns: (names: unknown) => boolean): string | undefined {
  if (!isRecord(map)) return undefined;
  const wrong = Object.keys(map).find((name) => concerns(map[name]) && !isNames(map[name]));
  return wrong === undefined ? undefined : `${JSON.stringify(wrong)} must be a list of strings`;
}
