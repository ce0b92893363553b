import type { CompileContext } from '../context.ts';
import { plural } from '../error-details.ts';
import type { SchemaObject } from '../schema/schema.ts';
import { type Check, FAIL, fail, locate, report, spend, spendOn, type Walk } from '../walk.ts';

/** What it costs to write values down, to compare them. */
const STEPS_PER_VALUE = 10;
const CHARS_PER_STEP = 16;

/**
 * Compiles `items`, `prefixItems`, `minItems`, `maxItems` and `uniqueItems`: Pydantic's `list` or, with
 * `prefixItems`, its `tuple`.
 */
export function compileArray(node: SchemaObject, context: CompileContext): Check {
  const prefix = Array.isArray(node.prefixItems) ? node.prefixItems.map((item) => context.compile(item)) : undefined;
  const item = node.items === undefined || node.items === false ? undefined : context.compile(node.items);
  const check = prefix === undefined ? listCheck(node, item) : tupleCheck(node, prefix, item);
  return node.uniqueItems === true ? unique(check) : check;
}

function listCheck(node: SchemaObject, item: Check | undefined): Check {
  const min = typeof node.minItems === 'number' ? node.minItems : 0;
  const max = limitOf(node);
  return (value, walk) => {
    if (!Array.isArray(value)) {
      return fail(walk, 'list_type', `Input should be a valid ${walk.json ? 'array' : 'list'}`, value);
    }
    spend(walk, value.length + 1);
    if (value.length > max) return tooLong(walk, 'List', max, value);
    const { failures } = walk;
    const out = item === undefined ? value.slice() : value.map((entry, index) => checked(item, entry, index, walk));
    if (walk.failures > failures) return FAIL;
    return value.length < min ? tooShort(walk, 'List', min, value) : out;
  };
}

function tupleCheck(node: SchemaObject, prefix: readonly Check[], item: Check | undefined): Check {
  // Without `minItems` JSON Schema lets the list end early; Pydantic always writes both limits.
  const required = Math.min(prefix.length, typeof node.minItems === 'number' ? node.minItems : 0);
  const min = typeof node.minItems === 'number' ? node.minItems : 0;
  const max = limitOf(node, node.items === false ? prefix.length : undefined);
  return (value, walk) => {
    if (!Array.isArray(value)) {
      return fail(walk, 'tuple_type', `Input should be a valid ${walk.json ? 'array' : 'tuple'}`, value);
    }
    spend(walk, value.length + 1);
    if (value.length > max) return tooLong(walk, 'Tuple', max, value);
    const { failures } = walk;
    const out = value.map((entry, index) => {
      const check = prefix[index] ?? item;
      return check === undefined ? entry : checked(check, entry, index, walk);
    });
    for (let index = value.length; index < required; index++) {
      report(walk, { type: 'missing', loc: [index], msg: 'Field required', input: value });
    }
    if (walk.failures > failures) return FAIL;
    return value.length < min ? tooShort(walk, 'Tuple', min, value) : out;
  };
}

function checked(check: Check, entry: unknown, index: number, walk: Walk): unknown {
  const start = walk.errors.length;
  const result = check(entry, walk);
  if (result === FAIL) locate(walk, start, index);
  return result;
}

function limitOf(node: SchemaObject, closed?: number): number {
  const max = typeof node.maxItems === 'number' ? node.maxItems : Number.POSITIVE_INFINITY;
  // `items: false` without a tuple allows the empty list only.
  return Math.min(max, closed ?? (node.items === false ? 0 : Number.POSITIVE_INFINITY));
}

function tooLong(walk: Walk, what: string, max: number, value: readonly unknown[]): typeof FAIL {
  const msg = `${what} should have at most ${plural(max, 'item')} after validation, not ${value.length}`;
  return fail(walk, 'too_long', msg, value);
}

function tooShort(walk: Walk, what: string, min: number, value: readonly unknown[]): typeof FAIL {
  const msg = `${what} should have at least ${plural(min, 'item')} after validation, not ${value.length}`;
  return fail(walk, 'too_short', msg, value);
}

function unique(base: Check): Check {
  return (value, walk) => {
    const result = base(value, walk);
    if (!Array.isArray(result)) return result;
    const index = indexOfRepeated(result, walk);
    if (index === undefined) return result;
    return fail(walk, 'unique_items', `List items should be unique, item ${index} repeats an earlier one`, value);
  };
}

/**
 * Where a list has the first item that equals an earlier one, or undefined. Linear, where a comparison of all pairs would
 * not be. Errors: `BudgetExceeded`.
 */
export function indexOfRepeated(items: readonly unknown[], walk: Walk): number | undefined {
  const scalars = new Set<unknown>();
  const structures = new Set<string>();
  for (const [index, item] of items.entries()) {
    spendOn(walk, item);
    const isStructure = typeof item === 'object' && item !== null;
    const isKnown = isStructure ? !added(structures, canonical(item, walk)) : !added(scalars, item);
    if (isKnown) return index;
  }
  return undefined;
}

function added<T>(set: Set<T>, item: T): boolean {
  const { size } = set;
  return set.add(item).size > size;
}

/** Text that is the same for equal data. Errors: `BudgetExceeded`. */
function canonical(value: unknown, walk: Walk): string {
  if (typeof value === 'string') return text(value, walk);
  if (typeof value !== 'object' || value === null) return String(value);
  const keys = Object.keys(value);
  spend(walk, (keys.length + 1) * STEPS_PER_VALUE);
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item, walk)).join(',')}]`;
  const record = value as Record<string, unknown>;
  return `{${keys
    .sort()
    .map((key) => `${text(key, walk)}:${canonical(record[key], walk)}`)
    .join(',')}}`;
}

function text(value: string, walk: Walk): string {
  spend(walk, value.length / CHARS_PER_STEP);
  return JSON.stringify(value);
}
