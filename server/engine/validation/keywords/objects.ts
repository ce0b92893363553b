import type { CompileContext, ExtrasPolicy } from '../context.ts';
import { plural } from '../error-details.ts';
import { type Pattern, patternOf } from '../patterns/pattern.ts';
import { isRecord, type SchemaObject } from '../schema/schema.ts';
import { type Check, copyData, Exactness, FAIL, fail, floor, locate, put, report, spend, type Walk } from '../walk.ts';

const CHARS_PER_STEP = 8;

type Field = { name: string; check: Check; required: boolean; default: unknown; defaultSize: number };
type Extras = {
  policy: ExtrasPolicy | Check;
  patterns: readonly { pattern: Pattern; check: Check }[];
  names: Check | undefined;
};

/**
 * Compiles `properties`, `required`, `additionalProperties`, `patternProperties`, `propertyNames` and the property
 * counts: Pydantic's model (a title and properties), typed dictionary (properties) or `dict`.
 */
export function compileObject(node: SchemaObject, context: CompileContext): Check {
  const fields = compileFields(node, context);
  const extras = compileExtras(node, context);
  const title = isRecord(node.properties) && typeof node.title === 'string' ? node.title : undefined;
  const declared = new Set(fields.map((field) => field.name));
  // Only then can a key be neither declared nor simply left out.
  const looksAtExtras = extras.policy !== 'drop' || extras.patterns.length > 0 || extras.names !== undefined;
  const hasFields = isRecord(node.properties);
  // `{required: [...]}` and the like only test an object; what is kept of it is for the schemas around them to say.
  const onlyTests = !hasFields && node.additionalProperties === undefined && node.patternProperties === undefined;
  const min = typeof node.minProperties === 'number' ? node.minProperties : 0;
  const max = typeof node.maxProperties === 'number' ? node.maxProperties : Number.POSITIVE_INFINITY;

  return (value, walk) => {
    if (!isRecord(value)) return notAnObject(value, title, walk);
    spend(walk, fields.length + 1);
    const { failures } = walk;
    const out: Record<string, unknown> = {};
    const given = checkFields(fields, value, out, walk);
    if (hasFields) {
      walk.fields = Math.max(walk.fields, 0) + given;
      if (title !== undefined) floor(walk, Exactness.strict); // making an instance is not an exact match
    } else if (walk.json) floor(walk, Exactness.strict); // keys are JSON strings, never exact
    if (looksAtExtras) checkExtras(extras, declared, value, out, walk);
    if (walk.failures > failures) return FAIL;
    const result = onlyTests ? value : out;
    return min > 0 || max < Number.POSITIVE_INFINITY ? sized(result, value, min, max, walk) : result;
  };
}

function compileFields(node: SchemaObject, context: CompileContext): Field[] {
  const properties = isRecord(node.properties) ? node.properties : {};
  const required = new Set(Array.isArray(node.required) ? (node.required as string[]) : []);
  const fields = Object.keys(properties).map((name): Field => {
    const schema = properties[name];
    const hasDefault = isRecord(schema) && schema.default !== undefined;
    return {
      name,
      check: context.compile(schema),
      required: required.has(name),
      default: hasDefault ? schema.default : undefined,
      defaultSize: hasDefault ? dataSize(schema.default) : 0,
    };
  });
  for (const name of required) {
    if (Object.hasOwn(properties, name)) continue;
    const policy = extrasPolicy(node, context);
    const check = typeof policy === 'function' ? policy : context.compile(true);
    fields.push({ name, check, required: true, default: undefined, defaultSize: 0 });
  }
  return fields;
}

function compileExtras(node: SchemaObject, context: CompileContext): Extras {
  const patterns = isRecord(node.patternProperties) ? node.patternProperties : {};
  const sources = Object.keys(patterns);
  // `dict[constr(pattern=...), T]`: the one pattern is the rule for every key.
  const keyed = sources.length === 1 && node.properties === undefined && node.additionalProperties === undefined;
  const names = keyed ? { pattern: sources[0] } : node.propertyNames;
  return {
    policy: keyed ? 'drop' : extrasPolicy(node, context),
    patterns: sources.map((source) => ({ pattern: patternOf(source), check: context.compile(patterns[source]) })),
    names: names === undefined ? undefined : context.compile(asText(names)),
  };
}

function extrasPolicy(node: SchemaObject, context: CompileContext): ExtrasPolicy | Check {
  const more = node.additionalProperties;
  if (more === false) return 'forbid';
  if (more === true) return 'keep';
  if (more !== undefined) return context.compile(more);
  // Without declared properties the schema describes a free-form object.
  return isRecord(node.properties) ? context.extras : 'keep';
}

/** What a copy costs: steps for its values, and for the characters that somebody will have to write. */
function dataSize(value: unknown): number {
  if (typeof value === 'string') return 1 + value.length / CHARS_PER_STEP;
  if (typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce<number>((sum, item) => sum + dataSize(item), 1);
}

/** A name is always text, so that `minLength` alone means a string here. */
function asText(schema: unknown): unknown {
  return isRecord(schema) && schema.type === undefined ? { type: 'string', ...schema } : schema;
}

function notAnObject(value: unknown, title: string | undefined, walk: Walk): typeof FAIL {
  const type = title === undefined ? 'dict_type' : 'model_type';
  if (walk.json) return fail(walk, type, 'Input should be an object', value);
  const instance = title === undefined ? '' : ` or instance of ${title}`;
  return fail(walk, type, `Input should be a valid dictionary${instance}`, value);
}

/** Checks the declared properties in their order; returns how many were given. */
function checkFields(
  fields: readonly Field[],
  value: Record<string, unknown>,
  out: Record<string, unknown>,
  walk: Walk,
) {
  let given = 0;
  for (const field of fields) {
    const { name } = field;
    if (Object.hasOwn(value, name)) {
      given++;
      const start = walk.errors.length;
      const result = field.check(value[name], walk);
      if (result === FAIL) locate(walk, start, name);
      else put(out, name, result);
    } else if (field.defaultSize > 0) {
      spend(walk, field.defaultSize);
      put(out, name, copyData(field.default));
    } else if (field.required) {
      report(walk, { type: 'missing', loc: [name], msg: 'Field required', input: value });
    }
  }
  return given;
}

function checkExtras(
  { policy, patterns, names }: Extras,
  declared: ReadonlySet<string>,
  value: Record<string, unknown>,
  out: Record<string, unknown>,
  walk: Walk,
): void {
  for (const key of Object.keys(value)) {
    spend(walk, 1);
    if (names !== undefined) {
      const start = walk.errors.length;
      if (names(key, walk) === FAIL) locateKey(walk, start, key);
    }
    if (declared.has(key)) continue;
    const entry = value[key];
    const start = walk.errors.length;
    const { failures } = walk;
    const matching = patterns.filter(({ pattern }) => pattern.test(key, walk.pay));
    if (matching.length > 0) {
      const results = matching.map(({ check }) => check(entry, walk));
      if (walk.failures > failures) locate(walk, start, key);
      else put(out, key, results[0]);
    } else if (typeof policy === 'function') {
      const result = policy(entry, walk);
      if (result === FAIL) locate(walk, start, key);
      else put(out, key, result);
    } else if (policy === 'forbid') {
      report(walk, { type: 'extra_forbidden', loc: [key], msg: 'Extra inputs are not permitted', input: entry });
    } else if (policy === 'keep') put(out, key, entry);
  }
}

function locateKey(walk: Walk, start: number, key: string): void {
  locate(walk, start, '[key]');
  locate(walk, start, key);
}

function sized(out: Record<string, unknown>, value: unknown, min: number, max: number, walk: Walk): unknown {
  const size = Object.keys(out).length;
  spend(walk, size / 4);
  if (size < min) {
    const msg = `Dictionary should have at least ${plural(min, 'item')} after validation, not ${size}`;
    return fail(walk, 'too_short', msg, value);
  }
  if (size > max) {
    const msg = `Dictionary should have at most ${plural(max, 'item')} after validation, not more`;
    return fail(walk, 'too_long', msg, value);
  }
  return out;
}
