import { type Overflow, parseJson } from '../exact-json.ts';
import { Assertions } from './assertions/assertion.ts';
import type { CompileContext, ExtrasPolicy } from './context.ts';
import type { Unchecked } from './draft.ts';
import type { ErrorDetails } from './error-details.ts';
import { gateSchema } from './gate.ts';
import { jsonProblem } from './json-text.ts';
import { compileNode } from './node.ts';
import { normalizeSchema } from './normalize.ts';
import { keywordAgainstObjects } from './object-root.ts';
import { isRecord, type JsonSchema } from './schema.ts';
import { SchemaError } from './schema-error.ts';
import { BudgetExceeded, type Check, Exactness, FAIL, spend, type Walk } from './walk.ts';

const MAX_DATA_DEPTH = 200;
const BASE_BUDGET = 100_000;
const BUDGET_PER_NODE = 50;
const SURROGATE = /\\u[dD][89a-fA-F]/;

/** The outcome of a validation. @since 0.1.0 */
export type Validated = { ok: true; value: unknown } | { ok: false; errors: ErrorDetails[] };

/** Checks arguments and converts them the way Pydantic's lax mode does. Never throws, never changes its input. @since 0.1.0 */
export type Validator = {
  /** Validates JSON text; the empty text means `{}`. */
  validateJson(text: string): Validated;
  /** Validates data; null means `{}`. Values under schemas without rules are shared with the input, not copied. */
  validateData(value: unknown): Validated;
};

/** A validator together with the schema it follows. @since 0.1.0 */
export type CompiledSchema = Validator & {
  /** The schema as it was given, normalised and in object form: what a model is shown. */
  readonly schema: Record<string, unknown>;
  /** What of the schema values are not checked against. */
  readonly unchecked: readonly Unchecked[];
};

/** Options of {@link compileValidator}. @since 0.1.0 */
export type CompileOptions = {
  /** What objects without `additionalProperties` do with undeclared keys: `keep` for tools, `drop` for outputs. */
  readonly extras: ExtrasPolicy;
  /** Whether the value is an object whatever the schema says, as the arguments of a tool are; default false. */
  readonly isObject?: boolean;
};

/**
 * Gates a JSON Schema and compiles it once into checks.
 *
 * Errors: `SchemaError`. Source: `pydantic_core.SchemaValidator` (Pydantic 2.14).
 * @since 0.1.0
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
  return { ...validatorOf(check), schema: shownSchema(schema), unchecked };
}

function expectObject(root: JsonSchema): void {
  const keyword = root === false ? 'not' : keywordAgainstObjects(root, root);
  if (keyword === undefined) return;
  const advice = 'describe an object with {"type": "object", "properties": {...}} and put the value into a property';
  throw new SchemaError(`/${keyword}`, `no object fits this schema, but arguments are always one; ${advice}`);
}

/**
 * What a model is shown of a schema: what the host wrote, normalised ({@link normalizeSchema}) and in object form.
 * @since 0.2.0
 */
export function shownSchema(schema: unknown): Record<string, unknown> {
  const shown = normalizeSchema(schema);
  if (typeof shown === 'boolean') return shown ? {} : { not: {} };
  return shown;
}

/**
 * The validator for "any object", used where a host turns validation off.
 * @since 0.1.0
 */
export const anyObject: Validator = validatorOf((value, walk) => {
  if (isRecord(value)) return value;
  const msg = walk.json ? 'Input should be an object' : 'Input should be a valid dictionary';
  walk.errors.push({ type: 'dict_type', loc: [], msg, input: value });
  return FAIL;
});

/** The validator for anything, used where nobody here looks at the arguments. @since 0.3.0 */
export const anything: Validator = validatorOf((value) => value);

/** Arguments are always an object, so a root that leaves its type open means one. */
function objectRoot(root: JsonSchema): JsonSchema {
  if (root === true) return { type: 'object' };
  if (root === false) return { type: 'object', additionalProperties: false };
  const decided = ['type', '$ref', 'anyOf', 'oneOf', 'allOf', 'enum', 'const'];
  return decided.some((keyword) => root[keyword] !== undefined) ? root : { ...root, type: 'object' };
}

function validatorOf(check: Check): Validator {
  return {
    validateJson(text) {
      if (text === '') return run(check, {}, true);
      let parsed: ReturnType<typeof parseJson>;
      try {
        parsed = parseJson(text);
      } catch {
        return invalid(jsonProblem(text) ?? 'expected value at line 1 column 1', text);
      }
      if (parsed.overflow) return infinite(parsed.overflow);
      // JavaScript takes half a surrogate pair, which no UTF-8 text can hold.
      const problem = SURROGATE.test(text) ? jsonProblem(text) : undefined;
      if (problem !== undefined) return invalid(problem, text);
      return run(check, parsed.value, true, text);
    },
    validateData: (value) => run(check, value ?? {}, false),
  };
}

function run(check: Check, value: unknown, json: boolean, text?: string): Validated {
  const nodes = countNodes(value);
  if (nodes === undefined) {
    const problem = text === undefined ? undefined : jsonProblem(text);
    return text === undefined || problem === undefined ? tooDeep(value) : invalid(problem, text);
  }
  const walk: Walk = {
    json,
    errors: [],
    exact: Exactness.exact,
    fields: -1,
    budget: BASE_BUDGET + nodes * BUDGET_PER_NODE,
    pay: (steps) => spend(walk, steps),
  };
  try {
    const result = check(value, walk);
    return result === FAIL ? { ok: false, errors: walk.errors } : { ok: true, value: result };
  } catch (error) {
    if (error instanceof BudgetExceeded) return tooCostly(value);
    if (error instanceof RangeError) return tooDeep(value);
    throw error;
  }
}

/** The number of values in the data, or undefined when it is nested too deep. */
function countNodes(value: unknown, depth = 0): number | undefined {
  if (depth > MAX_DATA_DEPTH) return undefined;
  if (typeof value !== 'object' || value === null) return 1;
  let total = 1;
  for (const key in value) {
    const size = countNodes((value as Record<string, unknown>)[key], depth + 1);
    if (size === undefined) return undefined;
    total += size;
  }
  return total;
}

function invalid(problem: string, text: string): Validated {
  return { ok: false, errors: [{ type: 'json_invalid', loc: [], msg: `Invalid JSON: ${problem}`, input: text }] };
}

function infinite({ path, text }: Overflow): Validated {
  const msg = 'Input should be a finite number';
  return { ok: false, errors: [{ type: 'finite_number', loc: path, msg, input: text }] };
}

function tooDeep(value: unknown): Validated {
  const msg = `Input should not be nested deeper than ${MAX_DATA_DEPTH} levels`;
  return { ok: false, errors: [{ type: 'recursion_loop', loc: [], msg, input: value }] };
}

function tooCostly(value: unknown): Validated {
  const msg = 'Input takes too many steps to check against the schema';
  return { ok: false, errors: [{ type: 'value_error', loc: [], msg: `Value error, ${msg}`, input: value }] };
}
