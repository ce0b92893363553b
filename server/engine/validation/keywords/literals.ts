import { alternatives } from '../error-details.ts';
import type { SchemaObject } from '../schema/schema.ts';
import { type Check, Exactness, FAIL, fail, floor, spend, type Walk } from '../walk.ts';

/** The values a schema's `const` or `enum` allows, narrowed to its `type`; undefined when it has neither. */
export function allowedValues(node: SchemaObject): readonly unknown[] | undefined {
  const values = node.const !== undefined ? [node.const] : Array.isArray(node.enum) ? node.enum : undefined;
  if (values === undefined || node.type === undefined) return values;
  const types: readonly unknown[] = Array.isArray(node.type) ? node.type : [node.type];
  return values.filter((value) => typesOf(value).some((type) => types.includes(type)));
}

function typesOf(value: unknown): string[] {
  if (value === null) return ['null'];
  if (Array.isArray(value)) return ['array'];
  if (typeof value === 'bigint') return ['integer', 'number'];
  if (typeof value === 'number') return Number.isInteger(value) ? ['integer', 'number'] : ['number'];
  return [typeof value];
}

/**
 * Pydantic's `Literal` (`literal_error`), or `Enum` when the schema is a titled definition. The two look the same in
 * JSON Schema; enums also take texts of their numbers.
 */
export function compileLiteral(values: readonly unknown[], isEnum: boolean): Check {
  const type = isEnum ? 'enum' : 'literal_error';
  const msg = `Input should be ${alternatives(values)}`;
  const scalars = new Set(values.filter((value) => typeof value !== 'object' || value === null));
  const structures = values.filter((value) => typeof value === 'object' && value !== null);
  const numeric = isEnum && [...scalars].some((value) => typeof value === 'number');
  return (value, walk) => {
    if (scalars.has(value)) {
      if (typeof value === 'string' && walk.json && isEnum) floor(walk, Exactness.strict);
      return value;
    }
    const other = equalInPython(value, scalars, numeric);
    if (other !== FAIL) {
      floor(walk, Exactness.lax);
      return other;
    }
    for (const structure of structures) if (deepEqual(structure, value, walk)) return value;
    return fail(walk, type, msg, value);
  };
}

/** Python holds `True == 1` and `False == 0`; an int enum reads texts of numbers. */
function equalInPython(value: unknown, scalars: ReadonlySet<unknown>, numeric: boolean): unknown {
  if (typeof value === 'boolean') return scalars.has(Number(value)) ? Number(value) : FAIL;
  if (value === 0 || value === 1) return scalars.has(value === 1) ? value === 1 : FAIL;
  if (numeric && typeof value === 'string' && /^\s*[+-]?\d+(?:\.0+)?\s*$/.test(value) && scalars.has(Number(value))) {
    return Number(value);
  }
  return FAIL;
}

/** Whether two pieces of JSON data are the same. Within a walk it costs a step a value. Errors: `BudgetExceeded`. */
export function deepEqual(a: unknown, b: unknown, walk?: Walk): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  if (walk) spend(walk, keys.length + 3);
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>];
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => Object.hasOwn(b, key) && deepEqual(left[key], right[key], walk));
}
