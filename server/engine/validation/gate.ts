import { checkKeywords } from './gate-keywords.ts';
import { normalizeSchema } from './normalize.ts';
import {
  CONSUMING,
  children,
  isRecord,
  type JsonSchema,
  pointerToken,
  resolveRef,
  type SchemaObject,
} from './schema.ts';
import { SchemaError, type SchemaProblem } from './schema-error.ts';

const MAX_BYTES = 64 * 1024;
const MAX_NODES = 5000;
const MAX_DEPTH = 64;
const MAX_EXPANSIONS = 20_000;
const MAX_CHAIN = 256;

/**
 * Checks a schema from a stranger before anything compiles it: size, depth, references, patterns, the types of
 * keyword values. Returns the first problem, or undefined.
 * @since 0.1.0
 */
export function checkSchema(schema: unknown): SchemaProblem | undefined {
  try {
    gateSchema(schema);
    return undefined;
  } catch (error) {
    if (error instanceof SchemaError) return { path: error.path, pointer: error.pointer, reason: error.reason };
    throw error;
  }
}

/**
 * Checks a schema as {@link checkSchema} does and returns it normalised (`normalizeSchema`).
 *
 * Errors: `SchemaError`.
 * @since 0.1.0
 */
export function gateSchema(schema: unknown): JsonSchema {
  measure(schema);
  const root = normalizeSchema(schema);
  if (typeof root !== 'boolean') checkReferences(root);
  return root;
}

/** Bounds the size first, so that everything after it may recurse. */
function measure(schema: unknown): void {
  let nodes = 0;
  const visit = (value: unknown, depth: number): string | undefined => {
    if (++nodes > MAX_NODES) throw new SchemaError('', `the schema has more than ${MAX_NODES} nodes`);
    if (depth > MAX_DEPTH) return '';
    if (typeof value !== 'object' || value === null) return undefined;
    for (const key of Object.keys(value)) {
      const deep = visit((value as Record<string, unknown>)[key], depth + 1);
      if (deep !== undefined) return `/${pointerToken(key)}${deep}`;
    }
    return undefined;
  };
  const deep = visit(schema, 0);
  if (deep !== undefined) throw new SchemaError(deep, `the schema is nested deeper than ${MAX_DEPTH} levels`);
  const bytes = Buffer.byteLength(JSON.stringify(schema) ?? '');
  if (bytes > MAX_BYTES) throw new SchemaError('', `the schema has ${bytes} bytes; the limit is ${MAX_BYTES}`);
}

/**
 * Walks every schema once, resolves references and sums, per schema, how many schemas apply to one and the same
 * value: that number must stay small and must not be endless.
 */
function checkReferences(root: SchemaObject): void {
  const costs = new Map<unknown, number>(); // 0 while a schema is being summed
  const pending: { schema: unknown; path: string }[] = [{ schema: root, path: '' }];
  let total = 0;

  const costOf = (schema: unknown, path: string, chain: number): number => {
    if (!isRecord(schema)) {
      if (typeof schema === 'boolean') return 1;
      throw new SchemaError(path, 'a schema must be an object or a boolean');
    }
    const known = costs.get(schema);
    if (known === 0) throw new SchemaError(path, '$ref leads back to itself without going into a part of the value');
    if (known !== undefined) return known;
    if (chain > MAX_CHAIN) throw new SchemaError(path, `more than ${MAX_CHAIN} schemas refer to each other in a row`);
    costs.set(schema, 0);
    checkKeywords(schema, path);
    let cost = 1;
    if (schema.$ref !== undefined) cost += costOf(target(root, schema.$ref, path), `${path}/$ref`, chain + 1);
    for (const child of children(schema)) {
      const at = path + child.path;
      const apart = CONSUMING.has(child.keyword) || child.keyword === '$defs' || child.keyword === 'definitions';
      if (apart) pending.push({ schema: child.schema, path: at });
      else cost += costOf(child.schema, at, chain + 1);
    }
    if (cost > MAX_EXPANSIONS) throw new SchemaError(path, `$ref expands to more than ${MAX_EXPANSIONS} schemas`);
    costs.set(schema, cost);
    return cost;
  };

  for (const next of pending) {
    // grows while it is read
    if (costs.has(next.schema)) continue;
    total += costOf(next.schema, next.path, 0);
    if (total > MAX_EXPANSIONS * 10) throw new SchemaError(next.path, '$ref expands too far');
  }
}

function target(root: JsonSchema, ref: unknown, path: string): unknown {
  const at = `${path}/$ref`;
  if (typeof ref !== 'string') throw new SchemaError(at, 'must be a string');
  if (!ref.startsWith('#')) throw new SchemaError(at, `${JSON.stringify(ref)} is not local`);
  if (ref !== '#' && !ref.startsWith('#/')) throw new SchemaError(at, `anchors such as ${ref} are not supported`);
  const found = resolveRef(root, ref);
  if (found === undefined) throw new SchemaError(at, `${JSON.stringify(ref)} does not resolve`);
  return found;
}
