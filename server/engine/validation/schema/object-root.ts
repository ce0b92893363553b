import { isRecord, type JsonSchema, resolveRef } from './schema.ts';

/** Where each schema says what its value may be. */
const UNIONS = ['anyOf', 'oneOf'] as const;

/**
 * The keyword because of which no object fits a schema, or undefined when one may. Looks at what says so plainly: types,
 * constants and combinations of them.
 */
export function keywordAgainstObjects(schema: unknown, root: JsonSchema): string | undefined {
  if (!isRecord(schema)) return undefined;
  const { type } = schema;
  if (type !== undefined && ![type].flat().includes('object')) return 'type';
  if (schema.const !== undefined && !isRecord(schema.const)) return 'const';
  if (Array.isArray(schema.enum) && !schema.enum.some(isRecord)) return 'enum';
  const fails = (part: unknown) => part === false || keywordAgainstObjects(part, root) !== undefined;
  for (const keyword of UNIONS) {
    const parts = schema[keyword];
    if (Array.isArray(parts) && parts.every(fails)) return keyword;
  }
  if (Array.isArray(schema.allOf) && schema.allOf.some(fails)) return 'allOf';
  // The gate has shown that references end.
  if (typeof schema.$ref === 'string' && fails(resolveRef(root, schema.$ref))) return '$ref';
  return undefined;
}
