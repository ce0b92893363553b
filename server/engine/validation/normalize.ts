import { isRecord, type JsonSchema, pointerToken, SCHEMA_LISTS, SCHEMA_MAPS, SCHEMA_SINGLES } from './schema.ts';
import { SchemaError } from './schema-error.ts';

const MAPS = new Set([...SCHEMA_MAPS, 'dependentRequired', 'dependencies']);

/**
 * Rewrites spellings that mean the same: `properties: []` and `properties: null` (how some languages write an empty
 * map) become `{}`, a list under `items` becomes `prefixItems`, `required: null` goes. The input is not changed.
 * Expects a schema of bounded depth.
 *
 * Errors: {@link SchemaError} when a schema is neither an object nor a boolean, or a map is not one.
 * @since 0.1.0
 */
export function normalizeSchema(schema: unknown): JsonSchema {
  return normalize(schema, '');
}

function normalize(schema: unknown, path: string): JsonSchema {
  if (typeof schema === 'boolean') return schema;
  if (!isRecord(schema)) throw new SchemaError(path, 'a schema must be an object or a boolean');
  const out: Record<string, unknown> = {};
  for (const keyword of Object.keys(schema)) {
    const value = schema[keyword];
    const at = `${path}/${pointerToken(keyword)}`;
    if (MAPS.has(keyword)) out[keyword] = normalizeMap(keyword, value, at);
    else if (SCHEMA_LISTS.has(keyword) || (keyword === 'items' && Array.isArray(value))) {
      if (!Array.isArray(value)) throw new SchemaError(at, 'must be a list of schemas');
      out[keyword] = value.map((item, index) => normalize(item, `${at}/${index}`));
    } else if (SCHEMA_SINGLES.has(keyword)) out[keyword] = normalize(value, at);
    else if (keyword !== '__proto__' && !(keyword === 'required' && value === null)) out[keyword] = value;
  }
  return modernItems(out);
}

function normalizeMap(keyword: string, value: unknown, path: string): Record<string, unknown> {
  if (value === null || (Array.isArray(value) && value.length === 0)) return {};
  if (!isRecord(value)) throw new SchemaError(path, 'must be an object');
  const out: Record<string, unknown> = {};
  for (const name of Object.keys(value)) {
    const item = value[name];
    const isNames = keyword === 'dependentRequired' || (keyword === 'dependencies' && Array.isArray(item));
    const normal = isNames ? item : normalize(item, `${path}/${pointerToken(name)}`);
    // defineProperty: a property may be called `__proto__`
    Object.defineProperty(out, name, { value: normal, enumerable: true, configurable: true, writable: true });
  }
  return out;
}

/** Tuples before draft 2020-12: `items` held the list and `additionalItems` the rest. */
function modernItems(schema: Record<string, unknown>): JsonSchema {
  const { items, additionalItems, ...others } = schema;
  if (items === undefined && additionalItems === undefined) return schema;
  if (!Array.isArray(items)) return items === undefined ? others : { ...others, items };
  return { ...others, prefixItems: items, ...(additionalItems === undefined ? {} : { items: additionalItems }) };
}
