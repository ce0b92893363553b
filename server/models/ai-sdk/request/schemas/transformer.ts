import { userError } from '../../../../engine/errors.ts';

/** A JSON schema, or a part of one. */
export type Schema = Record<string, unknown>;

/** Returns whether a value is a schema that can be looked into: booleans are schemas too, but hold nothing. */
export const isSchema = (value: unknown): value is Schema =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

/** The schemas in a map of them, such as `properties`. */
export const mapValues = (map: unknown, change: (value: unknown) => unknown): unknown =>
  isSchema(map) ? Object.fromEntries(Object.entries(map).map(([key, value]) => [key, change(value)])) : map;

/** The definition that a local reference to `$defs` names. */
export const definitionKey = (ref: string): string =>
  ref
    .replace(/^#\/\$defs\//, '')
    .replaceAll('~1', '/')
    .replaceAll('~0', '~');

/** More values than a prompt could hold; references that refer to each other can multiply beyond all bounds. */
const maxInlinedValues = 250_000;

/**
 * Rewrites a JSON schema bottom up into what a provider takes. A subclass says what becomes of one node, once the nodes
 * inside it are done.
 *
 * Errors: `run.invalid` for a reference that leads nowhere, and for definitions that grow without bounds once inlined.
 * Source: Pydantic AI `JsonSchemaTransformer`.
 */
export abstract class SchemaTransformer {
  /** True if the provider's strict mode takes the schema; counts when strictness is neither requested nor refused. */
  isStrictCompatible = true;
  protected readonly inlinesDefinitions: boolean = false;
  protected readonly simplifiesNullables: boolean = false;
  /** Definitions that refer to themselves, which cannot be inlined. */
  protected readonly recursive = new Set<string>();
  protected readonly definitions: Schema;
  readonly #open: string[] = [];
  #inlined = 0;

  protected readonly schema: Schema;
  readonly strict: boolean | null;

  constructor(schema: Schema, strict: boolean | null) {
    this.schema = schema;
    this.strict = strict;
    this.definitions = isSchema(schema.$defs) ? structuredClone(schema.$defs) : {};
  }

  protected abstract transform(node: Schema): Schema;

  walk(): Schema {
    const { $defs: _, ...root } = structuredClone(this.schema);
    const handled = this.handle(root) as Schema;
    if (!this.inlinesDefinitions) {
      return Object.keys(this.definitions).length > 0
        ? { ...handled, $defs: mapValues(this.definitions, (node) => this.handle(node)) }
        : handled;
    }
    return this.recursive.size > 0 ? this.#withRecursive(handled) : handled;
  }

  /** Keeps recursive schemas as definitions, including the root. */
  #withRecursive(root: Schema): Schema {
    const definitions = Object.fromEntries([...this.recursive].map((key) => [key, this.#walkedDefinition(key, {})]));
    const ref = typeof this.schema.$ref === 'string' ? this.schema.$ref : undefined;
    let name = ref === undefined ? String(this.schema.title ?? 'root') : definitionKey(ref);
    while (ref === undefined && name in definitions) name = `${name}_root`;
    return { $defs: { ...definitions, [name]: root }, $ref: ref ?? `#/$defs/${name}` };
  }

  protected handle(node: unknown): unknown {
    if (!isSchema(node)) return node;
    const inlined =
      this.inlinesDefinitions && typeof node.$ref === 'string' ? this.#inline(node, node.$ref) : undefined;
    return inlined ?? this.transform(this.#withHandledParts(node));
  }

  #withHandledParts(node: Schema): Schema {
    const { type } = node;
    if (type === undefined || type === null) return unions.reduce((done, kind) => this.#handledUnion(done, kind), node);
    const handled = type === 'object' ? this.handleObject(node) : type === 'array' ? this.handleArray(node) : node;
    for (const kind of unions) {
      const members = handled[kind];
      if (Array.isArray(members)) handled[kind] = members.map((member) => this.handle(member));
    }
    return handled;
  }

  protected handleObject(node: Schema): Schema {
    const done: Schema = { ...node };
    for (const key of ['properties', 'patternProperties']) {
      if (node[key]) done[key] = mapValues(node[key], (value) => this.handle(value));
    }
    if ('additionalProperties' in node) done.additionalProperties = this.handle(node.additionalProperties);
    if (this.walksKeyword(node.propertyNames)) done.propertyNames = this.handle(node.propertyNames);
    return done;
  }

  protected handleArray(node: Schema): Schema {
    const done: Schema = { ...node };
    const { items, prefixItems } = node;
    if (Array.isArray(prefixItems)) done.prefixItems = prefixItems.map((item) => this.handle(item));
    if (items) done.items = Array.isArray(items) ? items.map((item) => this.handle(item)) : this.handle(items);
    if (this.walksKeyword(node.contains)) done.contains = this.handle(node.contains);
    return done;
  }

  /** Whether the schema under `propertyNames` or `contains` is looked into: it must be where references go away. */
  protected walksKeyword(node: unknown): boolean {
    return this.inlinesDefinitions && isSchema(node) && JSON.stringify(node).includes('"$ref"');
  }

  /** A union of one is that one. */
  #handledUnion(node: Schema, kind: (typeof unions)[number]): Schema {
    const { [kind]: members, ...rest } = node;
    if (!Array.isArray(members)) return node;
    const all = members.map((member) => this.handle(member));
    const handled = this.simplifiesNullables ? simplifiedNullable(all) : all;
    const [only] = handled;
    if (handled.length === 1 && isSchema(only) && !isEmptyNot(only)) return { ...only, ...rest };
    return { ...rest, [kind]: handled };
  }

  #inline(node: Schema, ref: string): Schema | undefined {
    const key = ref.startsWith('#/$defs/') ? definitionKey(ref) : ref;
    if (this.#open.includes(key)) {
      if (!(key in this.definitions))
        throw userError(`The schema refers to itself at '${key}', and this model cannot be sent recursive schemas.`);
      this.recursive.add(key);
      return undefined;
    }
    if (this.recursive.has(key)) return undefined;
    const { $ref: _, ...siblings } = node;
    return this.#walkedDefinition(key, siblings);
  }

  #walkedDefinition(key: string, siblings: Schema): Schema {
    const found = key in this.definitions ? this.definitions[key] : at(this.schema, key);
    if (found === undefined) throw userError(`The schema refers to '${key}', but does not define it.`);
    const node = isSchema(found)
      ? { ...structuredClone(found), ...siblings }
      : { ...siblings, ...(found ? {} : { not: {} }) };
    this.#count(node);
    this.#open.push(key);
    const walked = this.handle(node) as Schema;
    this.#open.pop();
    return walked;
  }

  #count(value: unknown): void {
    this.#inlined += 1;
    if (this.#inlined > maxInlinedValues) {
      throw userError(
        `The schema is too large: with its references inlined, it has more than ${maxInlinedValues} values. ` +
          'Refer to large definitions from fewer places.',
      );
    }
    if (value !== null && typeof value === 'object') for (const item of Object.values(value)) this.#count(item);
  }
}

const unions = ['allOf', 'anyOf', 'oneOf'] as const;

const isEmptyNot = ({ not }: Schema) => isSchema(not) && Object.keys(not).length === 0;

const isNull = (node: unknown) => isSchema(node) && node.type === 'null' && Object.keys(node).length === 1;

function simplifiedNullable(cases: unknown[]): unknown[] {
  if (cases.length !== 2 || !cases.some(isNull)) return cases;
  const other = cases.find((node) => !isNull(node));
  if (other === undefined) return cases.slice(0, 1);
  return isSchema(other) ? [{ ...other, nullable: true }] : cases;
}

/** The schema that a JSON pointer leads to. Source: Pydantic AI `resolve_json_pointer`. */
export function at(schema: unknown, pointer: string): Schema | undefined {
  if (pointer !== '#' && !pointer.startsWith('#/')) return undefined;
  let node = schema;
  for (const token of pointer.split('/').slice(1)) {
    const key = token.replaceAll('~1', '/').replaceAll('~0', '~');
    if (node === null || typeof node !== 'object' || !Object.hasOwn(node, key)) return undefined;
    node = (node as Schema)[key];
  }
  return isSchema(node) ? node : undefined;
}
