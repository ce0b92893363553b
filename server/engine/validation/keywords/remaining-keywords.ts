import { containedCounts } from '../assertions/array-assertion.ts';
import { Evaluated } from '../assertions/evaluated.ts';
import { dependentSchemas } from '../assertions/in-place-assertion.ts';
import { dependentNames } from '../assertions/object-assertion.ts';
import { concernsUnevaluated, unevaluatedParts } from '../assertions/unevaluated.ts';
import type { CompileContext } from '../context.ts';
import { plural } from '../error-details.ts';
import { isRecord, type SchemaObject } from '../schema/schema.ts';
import { type Check, FAIL, fail, locate, put, report, spend, type Walk } from '../walk.ts';
import { merge, STEPS_PER_KEY } from './combine.ts';

/** What one keyword makes of the result of those before it, or {@link FAIL}; `given` is the value before any conversion. */
type Rule = (result: unknown, given: unknown, walk: Walk) => unknown;

/**
 * Adds to a check the keywords that Pydantic has no counterpart of. Those that only decide whether a value fits a schema
 * look at the converted value, as it stands; those that apply schemas are walked, so that they convert and report as usual.
 */
export function withRemaining(base: Check, schema: SchemaObject, context: CompileContext): Check {
  const rules = [
    ...conditions(schema, context),
    ...negations(schema, context),
    ...dependencies(schema, context),
    ...containments(schema, context),
    ...leftovers(schema, context),
  ];
  if (rules.length === 0) return base;
  return (value, walk) => {
    let result = base(value, walk);
    if (result === FAIL) return FAIL;
    let failed = false;
    for (const rule of rules) {
      const next = rule(result, value, walk);
      if (next === FAIL) failed = true;
      else result = next;
    }
    return failed ? FAIL : result;
  };
}

function conditions(schema: SchemaObject, context: CompileContext): Rule[] {
  if (schema.if === undefined) return [];
  const condition = context.assertions.of(schema.if);
  const whenTrue = applied(context.compile(schema.then ?? true));
  const whenFalse = applied(context.compile(schema.else ?? true));
  return [
    (result, given, walk) =>
      (condition(whole(result, given, walk), walk, undefined) ? whenTrue : whenFalse)(result, given, walk),
  ];
}

/** Runs the check of one more schema about the same value. */
function applied(check: Check): Rule {
  return (result, given, walk) => {
    const input = whole(result, given, walk);
    const other = check(input, walk);
    return other === FAIL ? FAIL : merge(walk, input, result, other === input ? result : other);
  };
}

/** The result together with the keys that were dropped from it: another schema may declare them. */
function whole(result: unknown, given: unknown, walk: Walk): unknown {
  if (!isRecord(given) || !isRecord(result)) return result;
  spend(walk, Object.keys(given).length * STEPS_PER_KEY);
  return { ...given, ...result };
}

function negations(schema: SchemaObject, { assertions }: CompileContext): Rule[] {
  if (schema.not === undefined) return [];
  const inner = assertions.of(schema.not);
  return [
    (result, given, walk) =>
      inner(result, walk, undefined)
        ? fail(walk, 'value_error', 'Value error, the value matches a schema it must not match', given)
        : result,
  ];
}

function dependencies(schema: SchemaObject, context: CompileContext): Rule[] {
  const names = dependentNames(schema).map(
    ([name, required]): Rule =>
      (result, given, walk) => {
        if (!isRecord(result) || !Object.hasOwn(result, name)) return result;
        spend(walk, required.length);
        const missing = required.filter((one) => !Object.hasOwn(result, one));
        const msg = `Field required when '${name}' is present`;
        for (const one of missing) report(walk, { type: 'missing', loc: [one], msg, input: given });
        return missing.length > 0 ? FAIL : result;
      },
  );
  const schemas = dependentSchemas(schema).map(([name, one]): Rule => {
    const rule = applied(context.compile(one));
    return (result, given, walk) =>
      isRecord(result) && Object.hasOwn(result, name) ? rule(result, given, walk) : result;
  });
  return [...names, ...schemas];
}

function containments(schema: SchemaObject, { assertions }: CompileContext): Rule[] {
  if (schema.contains === undefined) return [];
  const inner = assertions.of(schema.contains);
  const { min, max } = containedCounts(schema);
  const most = Number.isFinite(max) ? ` and at most ${max}` : '';
  const msg = `Value error, the list should contain at least ${plural(min, 'matching item')}${most}`;
  return [
    (result, given, walk) => {
      if (!Array.isArray(result)) return result;
      spend(walk, result.length);
      const count = result.filter((item) => inner(item, walk, undefined)).length;
      return count >= min && count <= max ? result : fail(walk, 'value_error', msg, given);
    },
  ];
}

/** `unevaluatedProperties` and `unevaluatedItems`. */
function leftovers(schema: SchemaObject, context: CompileContext): Rule[] {
  if (!concernsUnevaluated(schema)) return [];
  const { unevaluatedProperties: properties, unevaluatedItems: items, ...others } = schema;
  const assertion = context.assertions.of(others);
  const [checkProperty, checkItem] = [context.compile(properties ?? true), context.compile(items ?? true)];
  return [
    (result, given, walk) => {
      const evaluated = new Evaluated();
      if (!assertion(result, walk, evaluated)) {
        return fail(walk, 'value_error', 'Value error, the value does not match the schema', given);
      }
      const check = Array.isArray(result) ? checkItem : checkProperty;
      const { failures } = walk;
      const converted: [string | number, unknown][] = [];
      for (const { key } of unevaluatedParts(schema, { value: result, evaluated, walk })) {
        const before = walk.errors.length;
        const part = check((result as Record<string | number, unknown>)[key], walk);
        if (part === FAIL) locate(walk, before, key);
        else converted.push([key, part]);
      }
      return walk.failures > failures ? FAIL : replaced(result, converted);
    },
  ];
}

function replaced(result: unknown, parts: readonly [string | number, unknown][]): unknown {
  if (parts.length === 0) return result;
  const copy = Array.isArray(result) ? [...result] : { ...(result as object) };
  for (const [key, part] of parts) put(copy as Record<string, unknown>, String(key), part);
  return copy;
}
