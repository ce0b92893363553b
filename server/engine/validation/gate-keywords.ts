import { isRecord, pointerToken, type SchemaObject } from './schema.ts';
import { SchemaError } from './schema-error.ts';

const TYPES = new Set(['string', 'number', 'integer', 'boolean', 'object', 'array', 'null']);
const COUNTS = [
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'minProperties',
  'maxProperties',
  'minContains',
  'maxContains',
];
const NUMBERS = ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'];

/**
 * Checks the values of one schema's keywords; subschemas, patterns and `$ref` are looked at elsewhere.
 *
 * Errors: {@link SchemaError} at the offending keyword.
 * @since 0.1.0
 */
export function checkKeywords(schema: SchemaObject, path: string): void {
  const refuse = (keyword: string, reason: string): never => {
    throw new SchemaError(`${path}/${pointerToken(keyword)}`, reason);
  };
  checkType(schema.type, refuse);
  for (const keyword of COUNTS) {
    const value = schema[keyword];
    if (value !== undefined && !(Number.isInteger(value) && (value as number) >= 0)) {
      refuse(keyword, 'must be a whole number that is not negative');
    }
  }
  for (const keyword of NUMBERS) {
    const value = schema[keyword];
    if (value !== undefined && !Number.isFinite(value)) refuse(keyword, 'must be a number');
    if (keyword === 'multipleOf' && value !== undefined && (value as number) <= 0) refuse(keyword, 'must be above 0');
  }
  if (schema.enum !== undefined && !Array.isArray(schema.enum)) refuse('enum', 'must be a list');
  if (schema.uniqueItems !== undefined && typeof schema.uniqueItems !== 'boolean') {
    refuse('uniqueItems', 'must be a boolean');
  }
  for (const keyword of ['allOf', 'anyOf', 'oneOf']) {
    if (Array.isArray(schema[keyword]) && schema[keyword].length === 0) refuse(keyword, 'must not be empty');
  }
  checkNames(schema.required, () => refuse('required', 'must be a list of strings'));
  for (const keyword of ['dependentRequired', 'dependencies']) {
    const map = schema[keyword];
    if (!isRecord(map)) continue;
    for (const name of Object.keys(map)) {
      const names = map[name];
      if (keyword === 'dependencies' && !Array.isArray(names)) continue;
      checkNames(names ?? null, () => refuse(keyword, `${JSON.stringify(name)} must be a list of strings`));
    }
  }
}

function checkType(type: unknown, refuse: (keyword: string, reason: string) => never): void {
  if (type === undefined) return;
  const names: unknown[] = Array.isArray(type) ? type : [type];
  if (names.length === 0) refuse('type', 'must not be empty');
  for (const name of names) {
    if (typeof name !== 'string' || !TYPES.has(name)) refuse('type', `unknown type ${JSON.stringify(name)}`);
  }
}

function checkNames(names: unknown, refuse: () => never): void {
  if (names === undefined) return;
  if (!Array.isArray(names) || names.some((name) => typeof name !== 'string')) refuse();
}
