/** A JSON Schema as a document holds it. @since 0.1.0 */
export type SchemaDocument = Record<string, unknown>;

/** Keywords whose value maps names to schemas: those names are the author's, never keywords. */
const MAPS = new Set(['properties', 'patternProperties', 'dependentSchemas', '$defs', 'definitions']);
const LISTS = new Set(['allOf', 'anyOf', 'oneOf', 'prefixItems']);
const SINGLES = new Set([
  'additionalProperties',
  'propertyNames',
  'unevaluatedProperties',
  'items',
  'contains',
  'unevaluatedItems',
  'not',
  'if',
  'then',
  'else',
]);

/**
 * Returns a copy of a JSON Schema with `change` applied to every schema in it, inner ones first. What is not a schema is
 * left alone: names of properties, and data under `const`, `enum`, `default` and `examples`.
 *
 * @since 0.1.0
 */
export function mapSchemas(schema: SchemaDocument, change: (schema: SchemaDocument) => SchemaDocument): SchemaDocument {
  const within = (value: unknown): unknown => (isRecord(value) ? mapSchemas(value, change) : value);
  const changed = Object.entries(schema).map(([keyword, value]) => {
    if (SINGLES.has(keyword)) return [keyword, within(value)];
    if (LISTS.has(keyword) && Array.isArray(value)) return [keyword, value.map(within)];
    if (!MAPS.has(keyword) || !isRecord(value)) return [keyword, value];
    return [keyword, Object.fromEntries(Object.entries(value).map(([name, one]) => [name, within(one)]))];
  });
  return change(Object.fromEntries(changed));
}

/** Whether a value is an object that is neither null nor a list. @since 0.1.0 */
export function isRecord(value: unknown): value is SchemaDocument {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
