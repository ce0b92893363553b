import { put } from '../walk.ts';
import { children, isRecord, type JsonSchema, type SchemaObject } from './schema.ts';
import { pointerPath, type SchemaProblem } from './schema-error.ts';

/** Keywords that bring further schemas to the same value, and with them evaluated properties and items. */
const EVALUATING = new Set([
  ...['$ref', '$dynamicRef', '$recursiveRef', 'allOf', 'anyOf', 'if', 'then', 'else'],
  ...['dependentSchemas', 'dependencies'],
]);

/** A schema under construction. */
export type MutableSchema = Record<string, unknown>;

/** A keyword of the host's schema that values are not checked against, and why. */
export type Unchecked = SchemaProblem & { readonly keyword: string };

/**
 * The schema that values will be checked against, while it is made of the schema that the host wrote: what cannot be
 * checked is left out of it and noted.
 */
export class SchemaDraft {
  root: JsonSchema = true;
  readonly unchecked: Unchecked[] = [];
  /** Schemas that accept more than what the host wrote. */
  readonly weakened = new Set<MutableSchema>();
  /** Those of them that lost a schema about the same value, so that which of its parts are evaluated is not known. */
  readonly opened = new Set<MutableSchema>();
  /** What the schemas with a `$ref` refer to, wherever it has moved. */
  readonly targets = new Map<SchemaObject, MutableSchema>();
  readonly #places = new Map<SchemaObject, string>();

  /** A new schema for the one at a place of the host's schema. */
  schemaAt(pointer: string): MutableSchema {
    const schema: MutableSchema = {};
    this.#places.set(schema, pointer);
    return schema;
  }

  /** The place in the host's schema, as a JSON pointer. */
  placeOf(schema: SchemaObject): string {
    return this.#places.get(schema) ?? '';
  }

  /** Takes a keyword out of a schema, when it is in, and notes why. */
  leaveOut(schema: MutableSchema, keyword: string, reason: string, pointer = keyword): void {
    delete schema[keyword];
    if (keyword === '$ref') this.targets.delete(schema);
    this.weakened.add(schema);
    if (EVALUATING.has(keyword)) this.opened.add(schema);
    const at = `${this.placeOf(schema)}/${pointer}`;
    this.unchecked.push({ keyword, pointer: at, path: pointerPath(at), reason });
  }

  /** Writes every `$ref` as a pointer to where its target stands now; what stands nowhere is put under `$defs`. */
  link(): void {
    const { root } = this;
    if (typeof root === 'boolean') return;
    const pointers = new Map<unknown, string>();
    const visit = (schema: unknown, pointer: string) => {
      if (!isRecord(schema)) return;
      pointers.set(schema, pointer);
      for (const child of children(schema)) visit(child.schema, pointer + child.path);
    };
    visit(root, '');
    for (const target of this.targets.values()) {
      if (!pointers.has(target)) visit(target, this.#define(root, target));
    }
    for (const [schema, target] of this.targets) {
      (schema as MutableSchema).$ref = `#${pointers.get(target)?.replaceAll('%', '%25')}`;
    }
  }

  #define(root: MutableSchema, schema: MutableSchema): string {
    root.$defs ??= {};
    const definitions = root.$defs as MutableSchema;
    const wanted = this.placeOf(schema).split('/').at(-1) ?? '';
    let name = wanted;
    for (let i = 2; Object.hasOwn(definitions, name); i++) name = `${wanted}_${i}`;
    put(definitions, pointerPath(`/${name}`)[0] ?? name, schema);
    return `/$defs/${name}`;
  }
}
