import { stringifyExact } from '../../engine/json/exact-json.ts';

const maxBytes = 64 * 1024;
const maxDepth = 64;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The schema that a model is shown, or why the tool cannot be offered. */
export type InputSchema = { readonly schema: Record<string, unknown> } | { readonly fault: string };

/**
 * Looks at the schema of a tool, of which every keyword is kept: its server checks the arguments. Nothing that it refers to is
 * fetched.
 */
export function inputSchemaOf(given: unknown): InputSchema {
  if (!isRecord(given)) return { fault: 'its input schema is not an object' };
  const { type = 'object' } = given;
  if (type !== 'object')
    return { fault: `its input schema is of type ${stringifyExact(type)}, and arguments are an object` };
  if (isDeeper(given, maxDepth)) return { fault: `its input schema is nested more than ${maxDepth} deep` };
  const bytes = Buffer.byteLength(stringifyExact(given));
  if (bytes > maxBytes) return { fault: `its input schema has ${bytes} bytes; the limit is ${maxBytes}` };
  const remote = remoteReference(given);
  if (remote !== undefined) return { fault: `its input schema refers to '${remote}', which is not fetched` };
  return { schema: 'type' in given ? given : { ...given, type: 'object' } };
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((item) => isDeeper(item, levels - 1));
}

/** A `$ref` is a reference where a schema stands, and a name where properties do; either way it is text. */
function remoteReference(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const reference = isRecord(value) ? value.$ref : undefined;
  if (typeof reference === 'string' && !reference.startsWith('#')) return reference.slice(0, 200);
  for (const item of Object.values(value)) {
    const found = remoteReference(item);
    if (found !== undefined) return found;
  }
  return undefined;
}
