import { patternOf } from '../patterns/pattern.ts';
import { isRecord, type SchemaObject } from '../schema/schema.ts';
import { spend, type Walk } from '../walk.ts';
import type { Assertion, AssertionSource } from './assertion-type.ts';
import type { Evaluated } from './evaluated.ts';

type Data = Record<string, unknown>;
type ObjectRule = (value: Data, walk: Walk, evaluated: Evaluated | undefined) => boolean;

const KEYWORDS_OF_PARTS = ['properties', 'patternProperties', 'additionalProperties', 'propertyNames'];

/** The keywords about objects but for those that bring schemas in place; undefined when a schema has none of them. */
export function objectAssertion(schema: SchemaObject, assertions: AssertionSource): Assertion | undefined {
  const rules: ObjectRule[] = [...namesRules(schema), ...sizeRules(schema)];
  if (KEYWORDS_OF_PARTS.some((keyword) => schema[keyword] !== undefined)) rules.push(partsRule(schema, assertions));
  if (rules.length === 0) return undefined;
  return (value, walk, evaluated) => !isRecord(value) || rules.every((rule) => rule(value, walk, evaluated));
}

/** The names that are required when a property is there, under either of their keywords. */
export function dependentNames(schema: SchemaObject): [name: string, required: string[]][] {
  const maps = [schema.dependentRequired, schema.dependencies].filter(isRecord);
  return maps
    .flatMap((map) => Object.entries(map))
    .filter((entry): entry is [string, string[]] => Array.isArray(entry[1]));
}

function namesRules(schema: SchemaObject): ObjectRule[] {
  const has = (value: Data, names: readonly string[], walk: Walk) => {
    spend(walk, names.length);
    return names.every((name) => Object.hasOwn(value, name));
  };
  const required = Array.isArray(schema.required) ? (schema.required as string[]) : [];
  const rules = dependentNames(schema).map(
    ([name, names]): ObjectRule =>
      (value, walk) =>
        !Object.hasOwn(value, name) || has(value, names, walk),
  );
  return required.length === 0 ? rules : [(value, walk) => has(value, required, walk), ...rules];
}

function sizeRules({ minProperties, maxProperties }: SchemaObject): ObjectRule[] {
  const rules: ObjectRule[] = [];
  const sizeOf = (value: Data, walk: Walk) => {
    const size = Object.keys(value).length;
    spend(walk, size / 4);
    return size;
  };
  if (typeof minProperties === 'number') rules.push((value, walk) => sizeOf(value, walk) >= minProperties);
  if (typeof maxProperties === 'number') rules.push((value, walk) => sizeOf(value, walk) <= maxProperties);
  return rules;
}

function partsRule(schema: SchemaObject, assertions: AssertionSource): ObjectRule {
  const assertionOf = (one: unknown) => (one === undefined ? undefined : assertions.of(one));
  const declared = new Map(entriesOf(schema.properties).map(([name, one]) => [name, assertions.of(one)]));
  const patterns = entriesOf(schema.patternProperties).map(([source, one]) => ({
    pattern: patternOf(source),
    assertion: assertions.of(one),
  }));
  const others = assertionOf(schema.additionalProperties);
  const names = assertionOf(schema.propertyNames);
  return (value, walk, evaluated) =>
    Object.keys(value).every((key) => {
      spend(walk, 1);
      if (names && !names(key, walk, undefined)) return false;
      const own = declared.get(key);
      const matching = patterns.filter(({ pattern }) => pattern.test(key, walk.pay)).map(({ assertion }) => assertion);
      const applied = [...(own ? [own] : []), ...matching];
      if (applied.length === 0 && others) applied.push(others);
      if (applied.length > 0) evaluated?.add(key);
      return applied.every((assertion) => assertion(value[key], walk, undefined));
    });
}

function entriesOf(map: unknown): [string, unknown][] {
  return isRecord(map) ? Object.entries(map) : [];
}
