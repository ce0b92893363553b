import { withDoubles } from '../exact-json.ts';
import { merge } from './combine.ts';
import type { CompileContext, RestCompiler } from './context.ts';
import { children, isRecord, type JsonSchema, REST_KEYWORDS, type SchemaObject } from './schema.ts';
import { type Check, FAIL } from './walk.ts';

/**
 * Loads the general validator. It is the only way to it: schemas without its keywords, which is nearly all, never
 * pay for loading it.
 * @since 0.1.0
 */
export async function loadRest(): Promise<RestCompiler> {
  const { compileRest } = await import('./rest.ts');
  return compileRest;
}

/** Whether any schema in a document has keywords that need the general validator. @since 0.1.0 */
export function needsRest(schema: unknown): boolean {
  if (!isRecord(schema)) return false;
  if (schema.if !== undefined || hasRestKeyword(schema)) return true;
  for (const child of children(schema)) if (needsRest(child.schema)) return true;
  return false;
}

function hasRestKeyword(schema: SchemaObject): boolean {
  return Object.keys(schema).some((keyword) => REST_KEYWORDS.has(keyword));
}

/** Adds to a check what the general validator knows about the schema's other keywords. @since 0.1.0 */
export function withRest(base: Check, schema: SchemaObject, context: CompileContext): Check {
  if (context.rest === undefined) return base;
  const check = withCondition(base, schema, context);
  if (!hasRestKeyword(schema)) return check;
  const checkRest = context.rest(schema);
  if (checkRest === undefined) return check;
  return (value, walk) => {
    const result = check(value, walk);
    if (result === FAIL) return FAIL;
    const issues = checkRest(withDoubles(result));
    if (issues.length === 0) return result;
    for (const { type, loc, msg } of issues) walk.errors.push({ type, loc: [...loc], msg, input: at(value, loc) });
    return FAIL;
  };
}

/** `if` is asked of the general validator; `then` and `else` are walked, so that they convert and report as usual. */
function withCondition(base: Check, schema: SchemaObject, context: CompileContext): Check {
  const condition = schema.if === undefined ? undefined : context.rest?.(schema.if as JsonSchema);
  if (condition === undefined) return base;
  const whenTrue = context.compile(schema.then ?? true);
  const whenFalse = context.compile(schema.else ?? true);
  return (value, walk) => {
    const result = base(value, walk);
    if (result === FAIL) return FAIL;
    // Keys that the base dropped may be declared in the branch.
    const whole = isRecord(value) && isRecord(result) ? { ...value, ...result } : result;
    const branch = condition(withDoubles(whole)).length === 0 ? whenTrue : whenFalse;
    const other = branch(whole, walk);
    return other === FAIL ? FAIL : merge(whole, result, other === whole ? result : other);
  };
}

function at(value: unknown, loc: readonly (string | number)[]): unknown {
  let current = value;
  for (const step of loc) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, step)) return current;
    current = (current as Record<string | number, unknown>)[step];
  }
  return current;
}
