import { isRecord, type JsonSchema, SCHEMA_LISTS, SCHEMA_MAPS, SCHEMA_SINGLES } from './schema.ts';

const MAPS = new Set([...SCHEMA_MAPS, 'dependentRequired', 'dependencies']);

/**
 * Rewrites spellings that mean the same: `properties: []` and `properties: null` (how some languages write an empty
 * map) become `{}`, a list under `items` becomes `prefixItems`, `required: null` goes. What is not a schema is left as it
 * stands; the input is not changed. Expects a schema of bounded depth.
 */
export function normalizeSchema(schema: unknown): JsonSchema {
  return normalize(schema) as JsonSchema;
}

function normalize(schema: unknown): unknown {
  if (!isRecord(schema)) return schema;
  const out: Record<string, unknown> = {};
  for (const keyword of Object.keys(schema)) {
    const value = schema[keyword];
    if (MAPS.has(keyword)) out[keyword] = normalizeMap(keyword, value);
    else if (Array.isArray(value) && (SCHEMA_LISTS.has(keyword) || keyword === 'items')) {
      out[keyword] = value.map(normalize);
    } else if (SCHEMA_SINGLES.has(keyword)) out[keyword] = normalize(value);
    else if (keyword !== '__proto__' && !(keyword === 'required' && value === null)) out[keyword] = value;
  }
  return modernItems(out);
}

function normalizeMap(keyword: string, value: unknown): unknown {
  if (value === null || (Array.isArray(value) && value.length === 0)) return {};
  if (!isRecord(value)) return value;
  const out: Record<string, unknown> = {};
  for (const name of Object.keys(value)) {
    const item = keyword === 'dependentRequired' ? value[name] : normalize(value[name]);
    // defineProperty: a property may be called `__proto__`
    Object.defineProperty(out, name, { value: item, enumerable: true, configurable: true, writable: true });
  }
  return out;
}

/** Tuples before draft 2020-12: `items` held the list and `additionalItems` the rest. */
function modernItems(schema: Record<string, unknown>): Record<string, unknown> {
  const isTuple = Array.isArray(schema.items);
  if (!isTuple && !('additionalItems' in schema)) return schema;
  // Keywords keep their order: a model may be shown the schema as text.
  const renamed = Object.entries(schema).flatMap(([keyword, value]): [string, unknown][] => {
    if (keyword === 'items' && isTuple) return [['prefixItems', value]];
    if (keyword !== 'additionalItems') return [[keyword, value]];
    return isTuple ? [['items', value]] : [];
  });
  return Object.fromEntries(renamed);
}
