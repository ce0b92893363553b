import { isRecord, type SchemaObject } from '../schema/schema.ts';
import { spend, type Walk } from '../walk.ts';
import type { Assertion, AssertionSource } from './assertion-type.ts';
import { Evaluated } from './evaluated.ts';

/** The keywords that apply schemas to the same value; undefined when a schema has none of them. */
export function inPlaceAssertion(schema: SchemaObject, assertions: AssertionSource): Assertion | undefined {
  const parts: Assertion[] = [];
  const some = (keyword: string) => (schema[keyword] as unknown[]).map((one) => assertions.of(one));
  if (typeof schema.$ref === 'string') parts.push(assertions.ofReference(schema.$ref));
  if (Array.isArray(schema.allOf)) parts.push(...some('allOf'));
  if (Array.isArray(schema.anyOf)) parts.push(anyOf(some('anyOf')));
  if (Array.isArray(schema.oneOf)) parts.push(oneOf(some('oneOf')));
  if (schema.not !== undefined) parts.push(negated(assertions.of(schema.not)));
  if (schema.if !== undefined) parts.push(conditional(schema, assertions));
  for (const [name, one] of dependentSchemas(schema)) parts.push(dependent(name, assertions.of(one)));
  return parts.length === 0
    ? undefined
    : (value, walk, evaluated) => parts.every((part) => part(value, walk, evaluated));
}

/** The schemas that apply when a property is there, under either of their keywords. */
export function dependentSchemas(schema: SchemaObject): [name: string, schema: unknown][] {
  const maps = [schema.dependentSchemas, schema.dependencies].filter(isRecord);
  return maps.flatMap((map) => Object.entries(map)).filter(([, one]) => !Array.isArray(one));
}

function anyOf(branches: readonly Assertion[]): Assertion {
  return (value, walk, evaluated) => {
    if (!evaluated) return branches.some((branch) => branch(value, walk, undefined));
    // What any branch that fits speaks about counts, also after the first.
    return branches.filter((branch) => holds(branch, value, walk, evaluated)).length > 0;
  };
}

function oneOf(branches: readonly Assertion[]): Assertion {
  return (value, walk, evaluated) => branches.filter((branch) => holds(branch, value, walk, evaluated)).length === 1;
}

function negated(inner: Assertion): Assertion {
  return (value, walk) => !inner(value, walk, undefined);
}

function conditional(schema: SchemaObject, assertions: AssertionSource): Assertion {
  const condition = assertions.of(schema.if);
  const whenTrue = assertions.of(schema.then ?? true);
  const whenFalse = assertions.of(schema.else ?? true);
  return (value, walk, evaluated) =>
    (holds(condition, value, walk, evaluated) ? whenTrue : whenFalse)(value, walk, evaluated);
}

function dependent(name: string, inner: Assertion): Assertion {
  return (value, walk, evaluated) => !isRecord(value) || !Object.hasOwn(value, name) || inner(value, walk, evaluated);
}

function holds(inner: Assertion, value: unknown, walk: Walk, evaluated: Evaluated | undefined): boolean {
  if (!evaluated) return inner(value, walk, undefined);
  const own = new Evaluated();
  if (!inner(value, walk, own)) return false;
  spend(walk, own.cost);
  evaluated.merge(own);
  return true;
}
