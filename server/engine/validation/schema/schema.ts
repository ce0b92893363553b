/**
 * A JSON Schema in object form, as a host gives it.
 */
export type SchemaObject = { readonly [keyword: string]: unknown };

/**
 * A JSON Schema: an object of keywords, `true` (anything) or `false` (nothing).
 */
export type JsonSchema = boolean | SchemaObject;

/** Keywords whose value maps names to schemas. */
export const SCHEMA_MAPS: ReadonlySet<string> = new Set([
  'properties',
  'patternProperties',
  '$defs',
  'definitions',
  'dependentSchemas',
]);

/** Keywords whose value is a list of schemas. */
export const SCHEMA_LISTS: ReadonlySet<string> = new Set(['allOf', 'anyOf', 'oneOf', 'prefixItems']);

/** Keywords whose value is one schema. */
export const SCHEMA_SINGLES: ReadonlySet<string> = new Set([
  'not',
  'if',
  'then',
  'else',
  'additionalProperties',
  'items',
  'contains',
  'propertyNames',
  'unevaluatedProperties',
  'unevaluatedItems',
  'additionalItems',
]);

/** Keywords that apply their schemas to the same value; through all others recursion ends. */
export const IN_PLACE: ReadonlySet<string> = new Set([
  '$ref',
  'allOf',
  'anyOf',
  'oneOf',
  'not',
  'if',
  'then',
  'else',
  'dependentSchemas',
  'dependencies',
]);

/** A child schema and the JSON pointer from its parent. */
export type Child = { readonly keyword: string; readonly path: string; readonly schema: unknown };

/** Whether a value is an object that is neither null nor a list. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Escapes a name for use in a JSON pointer. */
export function pointerToken(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}

/** The schemas directly inside a schema, in keyword order; names and lists are flattened. */
export function* children(schema: SchemaObject): Generator<Child> {
  for (const keyword of Object.keys(schema)) {
    const value = schema[keyword];
    if (SCHEMA_SINGLES.has(keyword)) yield { keyword, path: `/${keyword}`, schema: value };
    else if (SCHEMA_LISTS.has(keyword) && Array.isArray(value)) {
      for (const [index, item] of value.entries()) yield { keyword, path: `/${keyword}/${index}`, schema: item };
    } else if (SCHEMA_MAPS.has(keyword) && isRecord(value)) {
      for (const name of Object.keys(value))
        yield { keyword, path: `/${keyword}/${pointerToken(name)}`, schema: value[name] };
    } else if (keyword === 'dependencies' && isRecord(value)) {
      for (const name of Object.keys(value)) {
        const item = value[name];
        if (!Array.isArray(item)) yield { keyword, path: `/${keyword}/${pointerToken(name)}`, schema: item };
      }
    }
  }
}

/**
 * What a local `$ref` points at, or undefined when it is not local or does not resolve.
 */
export function resolveRef(root: JsonSchema, ref: string): unknown {
  return ref.startsWith('#') ? resolvePointer(root, ref.slice(1))?.value : undefined;
}

/**
 * What a JSON pointer in the fragment of a reference leads to, and the pointer with its percent signs decoded.
 */
export function resolvePointer(root: unknown, fragment: string): { value: unknown; pointer: string } | undefined {
  if (fragment !== '' && !fragment.startsWith('/')) return undefined;
  let current = root;
  let pointer = '';
  for (const token of fragment.split('/').slice(1)) {
    const name = decodeToken(token);
    if (name === undefined || typeof current !== 'object' || current === null || !Object.hasOwn(current, name)) {
      return undefined;
    }
    current = (current as Record<string, unknown>)[name];
    pointer += `/${pointerToken(name)}`;
  }
  return { value: current, pointer };
}

function decodeToken(token: string): string | undefined {
  try {
    return decodeURIComponent(token).replaceAll('~1', '/').replaceAll('~0', '~');
  } catch {
    return undefined; // a stray percent sign
  }
}
