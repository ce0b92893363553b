import { isSchema, type Schema } from './transformer.ts';

/** The requirements of an API for the parameters of a tool. */
export interface ParametersGrammar {
  /** True if a combination at the top is refused. */
  readonly refusesCombination?: boolean;
}

/**
 * Returns the parameters of a tool as an object that says so: servers refuse those without a type, an object without
 * properties, or a list without items. Alternatives at the top become one object with the properties of all of them; that
 * accepts more, which the validation of the arguments catches.
 */
export function parametersOf(given: Schema, { refusesCombination = false }: ParametersGrammar): Schema {
  const top = refusesCombination && combinations.some((name) => name in given) ? combined(given) : given;
  if (combinations.some((name) => name in top) || '$ref' in top) return withItems(top);
  const { properties = {}, ...rest } = top;
  return withItems({ ...rest, type: 'object', properties });
}

const combinations = ['anyOf', 'oneOf', 'allOf'] as const;

/** One object for what was a combination of objects. */
function combined(given: Schema): Schema {
  const { anyOf, oneOf, allOf, ...base } = given;
  const all = [base, ...alternatives(allOf, given)];
  const some = [...alternatives(anyOf, given), ...alternatives(oneOf, given)];
  const always = all.flatMap(requiredOf);
  const shared = requiredOf(some[0] ?? {}).filter((name) => some.every((one) => requiredOf(one).includes(name)));
  const required = [...new Set([...always, ...shared])];
  const isClosed = [...all.slice(1), ...some].every(({ additionalProperties }) => additionalProperties === false);
  return {
    ...base,
    type: 'object',
    properties: mergedProperties([...all, ...some]),
    ...(required.length > 0 ? { required } : {}),
    ...(isClosed ? { additionalProperties: false } : {}),
  };
}

/** The objects among the alternatives; a reference leads to a definition of the same schema. */
function alternatives(list: unknown, { $defs }: Schema): Schema[] {
  const definitions = isSchema($defs) ? $defs : {};
  return (Array.isArray(list) ? list : []).flatMap((one: unknown) => {
    const name = isSchema(one) ? /^#\/\$defs\/(.+)$/.exec(String(one.$ref))?.[1] : undefined;
    const resolved = name === undefined ? one : definitions[name];
    return isSchema(resolved) && isSchema(resolved.properties) ? [resolved] : [];
  });
}

const requiredOf = ({ required }: Schema): string[] => (Array.isArray(required) ? required.map(String) : []);

/** A property that alternatives define differently takes what any of them takes. */
function mergedProperties(schemas: readonly Schema[]): Schema {
  const found = new Map<string, unknown[]>();
  for (const { properties } of schemas) {
    for (const [name, property] of Object.entries(isSchema(properties) ? properties : {})) {
      const known = found.get(name) ?? [];
      const isNew = !known.some((one) => JSON.stringify(one) === JSON.stringify(property));
      found.set(name, isNew ? [...known, property] : known);
    }
  }
  return Object.fromEntries([...found].map(([name, all]) => [name, all.length > 1 ? { anyOf: all } : all[0]]));
}

const schemaLists: readonly string[] = combinations;
const schemaMaps: readonly string[] = ['properties', '$defs', 'definitions'];
const schemas: readonly string[] = ['items', 'additionalProperties'];

/** A list that does not say what is in it takes anything. */
function withItems(node: Schema): Schema {
  const entries = Object.entries(node).map(([key, value]): [string, unknown] => {
    if (schemaLists.includes(key) && Array.isArray(value)) return [key, value.map(nested)];
    if (schemaMaps.includes(key) && isSchema(value)) return [key, mapped(value)];
    return [key, schemas.includes(key) ? nested(value) : value];
  });
  const whole = Object.fromEntries(entries) as Schema;
  const isList = node.type === 'array' && !('items' in node) && !('prefixItems' in node);
  return isList ? { ...whole, items: {} } : whole;
}

const nested = (value: unknown) => (isSchema(value) ? withItems(value) : value);

const mapped = (value: Schema) => Object.fromEntries(Object.entries(value).map(([name, one]) => [name, nested(one)]));
