import type { MutableSchema } from './draft.ts';
import { isRecord } from './schema.ts';

/** Keywords that refuse null as a whole, so that null can only be let in beside them. */
const CLOSED_TO_NULL = ['$ref', 'allOf', 'oneOf', 'discriminator', 'not', 'if', 'then', 'else'];

/**
 * Rewrites `exclusiveMinimum: true` and `exclusiveMaximum: true`, which draft 4 and OpenAPI 3.0 put beside the bound.
 */
export function useModernBounds(schema: MutableSchema): void {
  for (const [exclusive, bound] of [
    ['exclusiveMinimum', 'minimum'],
    ['exclusiveMaximum', 'maximum'],
  ] as const) {
    if (typeof schema[exclusive] !== 'boolean') continue;
    const moves = schema[exclusive] && schema[bound] !== undefined;
    delete schema[exclusive];
    if (!moves) continue;
    schema[exclusive] = schema[bound];
    delete schema[bound];
  }
}

/**
 * Adds null to what a schema accepts, as `nullable: true` of OpenAPI 3.0 means it, whatever stands beside it. Returns the
 * schema that keywords were moved to, when some had to be.
 */
export function acceptNull(schema: MutableSchema, create: () => MutableSchema): MutableSchema | undefined {
  if (schema.type !== undefined) schema.type = [...new Set([schema.type, 'null'].flat())];
  if (schema.const !== undefined && schema.const !== null) {
    schema.enum = [schema.const];
    delete schema.const;
  }
  if (Array.isArray(schema.enum)) schema.enum = [...new Set([...schema.enum, null])];
  if (Array.isArray(schema.anyOf)) schema.anyOf = [...schema.anyOf, { type: 'null' }];
  const moved = CLOSED_TO_NULL.filter((keyword) => schema[keyword] !== undefined);
  if (moved.length === 0) return undefined;
  const inner = create();
  for (const keyword of moved) {
    inner[keyword] = schema[keyword];
    delete schema[keyword];
  }
  const either = [inner, { type: 'null' }];
  if (schema.anyOf === undefined) schema.anyOf = either;
  else schema.allOf = [{ anyOf: either }];
  return inner;
}

/** The properties that are required by a list put among them, or by a boolean of their own, as in draft 3. */
export function namesRequiredInside(properties: unknown): string[] {
  return Object.entries(isRecord(properties) ? properties : {}).flatMap(([name, property]) => {
    if (name === 'required' && isNameList(property)) return property;
    return isRecord(property) && property.required === true ? [name] : [];
  });
}

/** Whether a value is a list of names, which no schema is. */
export function isNameList(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((name) => typeof name === 'string');
}
