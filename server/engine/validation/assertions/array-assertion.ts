import { indexOfRepeated } from '../keywords/arrays.ts';
import type { SchemaObject } from '../schema/schema.ts';
import { spend, type Walk } from '../walk.ts';
import type { Assertion, AssertionSource } from './assertion-type.ts';
import type { Evaluated } from './evaluated.ts';

type ArrayRule = (value: readonly unknown[], walk: Walk, evaluated: Evaluated | undefined) => boolean;

/** The keywords about lists; undefined when a schema has none of them. */
export function arrayAssertion(schema: SchemaObject, assertions: AssertionSource): Assertion | undefined {
  const { minItems, maxItems, uniqueItems, prefixItems, items, contains } = schema;
  const rules: ArrayRule[] = [];
  if (typeof minItems === 'number') rules.push((value) => value.length >= minItems);
  if (typeof maxItems === 'number') rules.push((value) => value.length <= maxItems);
  if (uniqueItems === true) rules.push(isUnique);
  if (prefixItems !== undefined || items !== undefined) rules.push(itemsRule(schema, assertions));
  if (contains !== undefined) rules.push(containsRule(schema, assertions));
  if (rules.length === 0) return undefined;
  return (value, walk, evaluated) => !Array.isArray(value) || rules.every((rule) => rule(value, walk, evaluated));
}

/** How many items `contains` wants, by default one, and how many it takes. */
export function containedCounts({ minContains, maxContains }: SchemaObject): { min: number; max: number } {
  return {
    min: typeof minContains === 'number' ? minContains : 1,
    max: typeof maxContains === 'number' ? maxContains : Number.POSITIVE_INFINITY,
  };
}

const isUnique: ArrayRule = (value, walk) => indexOfRepeated(value, walk) === undefined;

function itemsRule({ prefixItems, items }: SchemaObject, assertions: AssertionSource): ArrayRule {
  const first = Array.isArray(prefixItems) ? prefixItems.map((item) => assertions.of(item)) : [];
  const others = items === undefined ? undefined : assertions.of(items);
  return (value, walk, evaluated) => {
    spend(walk, value.length);
    if (evaluated) evaluated.firstItems = Math.max(evaluated.firstItems, others ? value.length : first.length);
    return value.every((item, index) => (first[index] ?? others)?.(item, walk, undefined) ?? true);
  };
}

function containsRule(schema: SchemaObject, assertions: AssertionSource): ArrayRule {
  const inner = assertions.of(schema.contains);
  const { min, max } = containedCounts(schema);
  return (value, walk, evaluated) => {
    spend(walk, value.length);
    let count = 0;
    for (const [index, item] of value.entries()) {
      if (!inner(item, walk, undefined)) continue;
      count++;
      evaluated?.add(index);
    }
    return count >= min && count <= max;
  };
}
