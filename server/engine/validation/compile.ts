import { Assertions } from './assertions/assertion.ts';
import type { CompileContext, ExtrasPolicy } from './context.ts';
import { compileNode } from './node.ts';
import type { Unchecked } from './schema/draft.ts';
import { gateSchema } from './schema/gate.ts';
import { normalizeSchema } from './schema/normalize.ts';
import { keywordAgainstObjects } from './schema/object-root.ts';
import { isRecord, type JsonSchema } from './schema/schema.ts';
import { SchemaError } from './schema/schema-error.ts';
import { type Validated, type Validator, validatorOf } from './validator.ts';
import { type Check, FAIL, fail } from './walk.ts';

export type { Validated, Validator };

/** A validator together with the schema it follows. */
export type CompiledSchema = Validator & {
  /** The schema as it was given, normalised and in object form: what a model is shown. */
  readonly schema: Record<string, unknown>;
  /** What of the schema values are not checked against. */
  readonly unchecked: readonly Unchecked[];
};

/** Options of {@link compileValidator}. */
export type CompileOptions = {
  /** What objects without `additionalProperties` do with undeclared keys: `keep` for tools, `drop` for outputs. */
  readonly extras: ExtrasPolicy;
  /** Whether the value is an object whatever the schema says, as the arguments of a tool are; default false. */
  readonly isObject?: boolean;
  /** How long one validation may take, in milliseconds. */
  readonly validationMs?: number | undefined;
};

/**
 * Gates a JSON Schema and compiles it once into checks.
 *
 * Errors: `SchemaError`. Source: `pydantic_core.SchemaValidator` (Pydantic 2.14).
 */
export async function compileValidator(schema: unknown, options: CompileOptions): Promise<CompiledSchema> {
  const { checked: root, unchecked } = gateSchema(schema);
  if (options.isObject) expectObject(root);
  const checks = new Map<unknown, Check>();
  const deferred: (() => void)[] = [];
  const definitions = new Set<unknown>();
  for (const keyword of ['$defs', 'definitions']) {
    const map = isRecord(root) ? root[keyword] : undefined;
    for (const definition of Object.values(isRecord(map) ? map : {})) definitions.add(definition);
  }
  const context: CompileContext = {
    root,
    extras: options.extras,
    assertions: new Assertions(root),
    isDefinition: (node) => definitions.has(node),
    compile: (node) => {
      const known = checks.get(node);
      if (known !== undefined) return known;
      const check = compileNode(node, context);
      if (isRecord(node)) checks.set(node, check);
      return check;
    },
    defer: (node) => {
      let check: Check | undefined;
      deferred.push(() => {
        check = context.compile(node);
      });
      return (value, walk) => (check === undefined ? FAIL : check(value, walk));
    },
  };
  const check = context.compile(objectRoot(root));
  for (const resolve of deferred) resolve(); // grows while it is read
  return { ...validatorOf(check, options.validationMs), schema: shownSchema(schema), unchecked };
}

function expectObject(root: JsonSchema): void {
  const keyword = root === false ? 'not' : keywordAgainstObjects(root, root);
  if (keyword === undefined) return;
  const advice = 'describe an object with {"type": "object", "properties": {...}} and put the value into a property';
  throw new SchemaError(`/${keyword}`, `no object fits this schema, but arguments are always one; ${advice}`);
}

/**
 * What a model is shown of a schema: what the host wrote, normalised ({@link normalizeSchema}) and in object form.
 */
export function shownSchema(schema: unknown): Record<string, unknown> {
  const shown = normalizeSchema(schema);
  if (typeof shown === 'boolean') return shown ? {} : { not: {} };
  return shown;
}

/**
 * The validator for "any object", used where a host turns validation off.
 */
export const anyObject: Validator = validatorOf((value, walk) => {
  if (isRecord(value)) return value;
  const msg = walk.json ? 'Input should be an object' : 'Input should be a valid dictionary';
  return fail(walk, 'dict_type', msg, value);
});

/** The validator for anything, used where nobody here looks at the arguments. */
export const anything: Validator = validatorOf((value) => value);

/** Arguments are always an object, so a root that leaves its type open means one. */
function objectRoot(root: JsonSchema): JsonSchema {
  if (root === true) return { type: 'object' };
  if (root === false) return { type: 'object', additionalProperties: false };
  const decided = ['type', '$ref', 'anyOf', 'oneOf', 'allOf', 'enum', 'const'];
  return decided.some((keyword) => root[keyword] !== undefined) ? root : { ...root, type: 'object' };
}
