import { userError } from '../../engine/errors.ts';
import { isRecord, resolveRef, type SchemaObject } from '../../engine/validation/schema/schema.ts';

/** Letters, digits and punctuation of ASCII, in the order of Python's `string` module. */
const ALPHABET = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~';

/** A schema can require data without end, by recursion or by a huge `minItems` or `minLength`. */
const MAX_DEPTH = 200;
const MAX_SIZE = 100_000;

/** `seed` rises while items must be unique; `size` counts values and characters. */
interface Progress {
  readonly root: SchemaObject;
  seed: number;
  size: number;
}

/**
 * Returns minimal data for a JSON Schema; another `seed` (0 or more) gives other data. `allOf`, `pattern` and formats
 * other than `date` are ignored, so the data need not be valid.
 *
 * Errors: `run.invalid` for a type that is unknown or a list, a `$ref` to nothing, and data without end. Source: Pydantic AI `_JsonSchemaTestData`; any local `$ref` is followed, upstream only those into `$defs`.
 */
export function generateData(schema: SchemaObject, seed = 0): unknown {
  return generate(schema, { root: schema, seed, size: 0 }, 0);
}

function generate(given: unknown, progress: Progress, depth: number): unknown {
  const schema = isRecord(given) ? given : {};
  grow(progress, 1);
  if (depth > MAX_DEPTH) throw userError(`Test data for the schema would be nested deeper than ${MAX_DEPTH} levels.`);
  if (schema.const !== undefined) return schema.const;
  const literals = [listOf(schema.enum), listOf(schema.examples)].find((list) => list.length > 0);
  if (literals) return pick(literals, progress.seed);
  if (typeof schema.$ref === 'string') return generate(target(schema.$ref, progress.root), progress, depth + 1);
  const alternatives = listOf(schema.anyOf);
  if (alternatives.length > 0) return generate(pick(alternatives, progress.seed), progress, depth + 1);
  const members = listOf(schema.oneOf);
  // Beside a type, `oneOf` narrows that type.
  if (members.length > 0 && !('type' in schema))
    return generateMember(schema, pick(members, progress.seed), progress, depth);
  return generateByType(schema, progress, depth);
}

/** A member of a union with what the union requires of it: what distinguishes members need not be required by them. */
function generateMember(union: SchemaObject, member: unknown, progress: Progress, depth: number): unknown {
  if (!isRecord(member)) return charOf(progress.seed);
  const tag = isRecord(union.discriminator) ? union.discriminator.propertyName : undefined;
  const required = [...listOf(union.required), ...(tag ? [tag] : [])];
  if (required.length === 0) return generate(member, progress, depth + 1);
  const found = typeof member.$ref === 'string' ? target(member.$ref, progress.root) : member;
  const schema = isRecord(found) ? found : {};
  return generate({ ...schema, required: [...listOf(schema.required), ...required] }, progress, depth + 1);
}

function generateByType(schema: SchemaObject, progress: Progress, depth: number): unknown {
  switch (schema.type ?? undefined) {
    case undefined:
      return charOf(progress.seed);
    case 'object':
      return generateObject(schema, progress, depth);
    case 'array':
      return generateArray(schema, progress, depth);
    case 'string':
      return generateString(schema, progress);
    case 'integer':
      return generateInteger(schema, progress.seed);
    case 'number':
      return generateNumber(schema, progress.seed);
    case 'boolean':
      return progress.seed % 2 === 1;
    case 'null':
      return null;
    default:
      throw userError(`Unknown type: ${typeof schema.type === 'string' ? schema.type : JSON.stringify(schema.type)}`);
  }
}

function generateObject(schema: SchemaObject, progress: Progress, depth: number): Record<string, unknown> {
  const required = new Set(listOf(schema.required));
  const properties = isRecord(schema.properties) ? Object.entries(schema.properties) : [];
  // A map, since an assignment to the property `__proto__` would be lost.
  const data = new Map<string, unknown>();
  for (const [name, property] of properties) {
    if (required.has(name)) data.set(name, generate(property, progress, depth + 1));
  }
  const additional = schema.additionalProperties;
  if (additional === true || hasKeywords(additional)) {
    data.set(freeName(data), generate(additional, progress, depth + 1));
  }
  return Object.fromEntries(data);
}

function freeName(taken: ReadonlyMap<string, unknown>): string {
  let name = 'additionalProperty';
  while (taken.has(name)) name += '_';
  return name;
}

function generateArray(schema: SchemaObject, progress: Progress, depth: number): unknown[] {
  const data: unknown[] = [];
  for (const item of itemSchemas(schema)) {
    data.push(generate(item, progress, depth + 1));
    if (schema.uniqueItems === true) progress.seed += 1;
  }
  return data;
}

/** The schema of each item to generate: the prefix, then what `minItems` requires or one item as a sample. */
function* itemSchemas(schema: SchemaObject): Generator<unknown> {
  // Drafts before 2020-12 have the prefix in `items`.
  const isTuple = Array.isArray(schema.items);
  const prefix = listOf(schema.prefixItems ?? (isTuple ? schema.items : undefined));
  const items = isTuple ? undefined : schema.items;
  const least = numberOf(schema.minItems) ?? 0;
  const most = numberOf(schema.maxItems) ?? Number.POSITIVE_INFINITY;
  const own = prefix.slice(0, Math.max(least, Math.ceil(most)));
  yield* own;
  if (least > own.length) {
    for (let count = own.length; count < least; count += 1) yield items;
  } else if ((items === true || hasKeywords(items)) && most > own.length) {
    yield items;
  }
}

function generateString(schema: SchemaObject, progress: Progress): string {
  const char = charOf(progress.seed);
  const least = numberOf(schema.minLength);
  if (least !== undefined) {
    grow(progress, char.length * least);
    return char.repeat(Math.max(0, least));
  }
  if (schema.maxLength === 0) return '';
  return schema.format === 'date' ? dateOf(progress.seed) : char;
}

/** Days from 2024-01-01. */
function dateOf(seed: number): string {
  const time = Date.UTC(2024, 0, 1 + seed);
  // Put so that NaN, which `Date.UTC` gives for a huge seed, is refused too.
  if (!(time < Date.UTC(10_000, 0))) throw userError(`The seed ${seed} is too large for a date.`);
  return new Date(time).toISOString().slice(0, 10);
}

/** A base-94 number in a way of its own: `a` to `~`, then `aa`; the leading digits come lowest first. */
function charOf(seed: number): string {
  const base = ALPHABET.length;
  let text = '';
  for (let rest = Math.floor(seed / base); rest > 0; rest = Math.floor(rest / base)) {
    text += ALPHABET.charAt((rest - 1) % base);
  }
  return text + ALPHABET.charAt(seed % base);
}

/** An integer of a range is found by its number of values, but for exclusive bounds, which keep an older rule. */
function generateInteger(schema: SchemaObject, seed: number): number {
  const minimum = numberOf(schema.minimum);
  const maximum = numberOf(schema.maximum);
  if (minimum !== undefined && minimum === maximum) return minimum;
  const low = minimum ?? shifted(schema.exclusiveMinimum, 1);
  const high = maximum ?? shifted(schema.exclusiveMaximum, -1);
  if (low === undefined) return high === undefined ? seed : high - seed;
  if (high === undefined) return low + seed;
  const span = high - low;
  if (span === 0) return low;
  const isInclusive = schema.exclusiveMinimum === undefined && schema.exclusiveMaximum === undefined;
  const isWhole = Number.isInteger(low) && Number.isInteger(high);
  return low + modulo(seed, isInclusive && isWhole && span > 0 ? span + 1 : span);
}

/** A number between the tighter bounds, never an exclusive minimum itself. */
function generateNumber(schema: SchemaObject, seed: number): number {
  const above = numberOf(schema.exclusiveMinimum);
  const below = numberOf(schema.exclusiveMaximum);
  const low = tighter(numberOf(schema.minimum), above, Math.max);
  const high = tighter(numberOf(schema.maximum), below, Math.min);
  if (low === undefined) return high === undefined ? seed : high - seed - (below === undefined ? 0 : 1);
  if (high === undefined) return low + seed + (above === undefined ? 0 : 1);
  if (low === high) return low;
  const value = low + modulo(seed, high - low);
  return value === above ? low + (high - low) / 2 : value;
}

type Tightest = (bound: number, exclusive: number) => number;

const tighter = (bound: number | undefined, exclusive: number | undefined, tightest: Tightest) =>
  bound === undefined || exclusive === undefined ? (bound ?? exclusive) : tightest(bound, exclusive);

/** As in Python, where the sign is that of the divisor. */
const modulo = (value: number, divisor: number) => value - Math.floor(value / divisor) * divisor;

function shifted(bound: unknown, by: number): number | undefined {
  const number = numberOf(bound);
  return number === undefined ? undefined : number + by;
}

function target(ref: string, root: SchemaObject): unknown {
  const schema = resolveRef(root, ref);
  if (schema === undefined) throw userError(`The schema refers to '${ref}', but does not define it.`);
  return schema;
}

function grow(progress: Progress, by: number): void {
  progress.size += by;
  if (progress.size > MAX_SIZE)
    throw userError(`Test data for the schema would exceed ${MAX_SIZE} values and characters.`);
}

const pick = (list: readonly unknown[], seed: number) => list[seed % list.length];

const hasKeywords = (schema: unknown) => isRecord(schema) && Object.keys(schema).length > 0;

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const numberOf = (value: unknown) => (typeof value === 'number' ? value : undefined);
