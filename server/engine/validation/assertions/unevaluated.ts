import { isRecord, type SchemaObject } from '../schema/schema.ts';
import { spend, type Walk } from '../walk.ts';
import type { Assertion, AssertionSource } from './assertion-type.ts';
import { Evaluated } from './evaluated.ts';

/** Whether a schema says what the parts are that no other keyword spoke about. */
export function concernsUnevaluated(schema: SchemaObject): boolean {
  return schema.unevaluatedProperties !== undefined || schema.unevaluatedItems !== undefined;
}

/** The parts of a value that no keyword spoke about, each with the schema for such parts. */
export function unevaluatedParts(
  schema: SchemaObject,
  { value, evaluated, walk }: { value: unknown; evaluated: Evaluated; walk: Walk },
): { key: string | number; schema: unknown }[] {
  const isList = Array.isArray(value);
  const rule = isList ? schema.unevaluatedItems : schema.unevaluatedProperties;
  if (rule === undefined || !(isList || isRecord(value))) return [];
  const keys = isList ? [...value.keys()] : Object.keys(value);
  spend(walk, keys.length);
  return keys.filter((key) => !evaluated.has(key)).map((key) => ({ key, schema: rule }));
}

/** Adds `unevaluatedProperties` and `unevaluatedItems` to the assertion of a schema's other keywords. */
export function withUnevaluated(others: Assertion, schema: SchemaObject, assertions: AssertionSource): Assertion {
  if (!concernsUnevaluated(schema)) return others;
  return (value, walk, evaluated) => {
    const own = new Evaluated();
    if (!others(value, walk, own)) return false;
    for (const { key, schema: rule } of unevaluatedParts(schema, { value, evaluated: own, walk })) {
      if (!assertions.of(rule)((value as Record<string | number, unknown>)[key], walk, undefined)) return false;
      own.add(key);
    }
    spend(walk, own.cost);
    evaluated?.merge(own);
    return true;
  };
}
