import { stringifyExact } from '../../json/exact-json.ts';
import { countWork } from '../../loop-turns.ts';
import type { Unchecked } from './draft.ts';
import { boundExpansion } from './expansion.ts';
import { normalizeSchema } from './normalize.ts';
import { isRecord, type JsonSchema, pointerToken } from './schema.ts';
import { SchemaError, type SchemaProblem } from './schema-error.ts';
import { translateSchema } from './translate.ts';
import { relaxAroundUnchecked } from './weakened.ts';

const MAX_BYTES = 64 * 1024;
const MAX_NODES = 5000;
const MAX_DEPTH = 64;
/** What the gate and the compiler do with a schema, by its size. */
const STEPS_PER_BYTE = 3;

/** A schema of a stranger that is safe to compile. */
export type GatedSchema = {
  /** What values are checked against; see {@link translateSchema}. */
  readonly checked: JsonSchema;
  /** What of the given schema they are not checked against. */
  readonly unchecked: Unchecked[];
};

/**
 * Checks a schema from a stranger as {@link gateSchema} does, everything that cannot be checked included. Returns the
 * first problem, or undefined.
 */
export function checkSchema(schema: unknown): SchemaProblem | undefined {
  try {
    const { path, pointer, reason } = gateSchema(schema).unchecked[0] ?? {};
    return path && { path, pointer: pointer ?? '', reason: reason ?? '' };
  } catch (error) {
    if (error instanceof SchemaError) return { path: error.path, pointer: error.pointer, reason: error.reason };
    throw error;
  }
}

/**
 * Lets a schema of a stranger through when it is small and its keywords have values of the right types. What cannot be
 * checked (remote references, patterns that no linear engine can match, keywords that are not supported) is left out and listed.
 *
 * Errors: `SchemaError`.
 */
export function gateSchema(schema: unknown): GatedSchema {
  measureSchema(schema);
  if (typeof schema !== 'boolean' && !isRecord(schema))
    throw new SchemaError('', 'a schema must be an object or a boolean');
  const draft = translateSchema(normalizeSchema(schema));
  boundExpansion(draft);
  relaxAroundUnchecked(draft);
  return { checked: draft.root, unchecked: draft.unchecked };
}

/**
 * Bounds size and depth, so that everything after it may recurse. Returns the schema as JSON text.
 *
 * Errors: `SchemaError`.
 */
export function measureSchema(schema: unknown): string {
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
  const text = stringifyExact(schema) ?? '';
  const bytes = Buffer.byteLength(text);
  countWork(bytes * STEPS_PER_BYTE);
  if (bytes > MAX_BYTES) throw new SchemaError('', `the schema has ${bytes} bytes; the limit is ${MAX_BYTES}`);
  return text;
}
