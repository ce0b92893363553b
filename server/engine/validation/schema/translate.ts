import { patternProblem } from '../patterns/pattern.ts';
import { put } from '../walk.ts';
import { type MutableSchema, SchemaDraft } from './draft.ts';
import { checkKeywords } from './gate-keywords.ts';
import { References, type Target } from './references.ts';
import {
  isRecord,
  type JsonSchema,
  pointerToken,
  SCHEMA_LISTS,
  SCHEMA_MAPS,
  SCHEMA_SINGLES,
  type SchemaObject,
} from './schema.ts';
import { SchemaError } from './schema-error.ts';
import { acceptNull, isNameList, namesRequiredInside, useModernBounds } from './spellings.ts';

/** `true` and `false` as objects, which a reference can lead to. */
const ANYTHING = {};
const NOTHING = { not: {} };
const DYNAMIC = new Set(['$dynamicRef', '$recursiveRef']);
/** Keywords that only name a schema or its dialect, and those that are read on their own. */
const SKIPPED = new Set([
  ...['$id', 'id', '$schema', '$anchor', '$dynamicAnchor', '$recursiveAnchor', '$vocabulary'],
  ...['nullable', 'required', 'patternProperties'],
]);

/**
 * Makes the schema that values are checked against of a normalised one: spellings of draft 4 and of OpenAPI are
 * rewritten, every `$ref` that stays is a JSON pointer into the result, and what cannot be checked is left out.
 *
 * Errors: {@link SchemaError} for a keyword whose value has the wrong type.
 */
export function translateSchema(given: JsonSchema): SchemaDraft {
  return new Translation(given).draft;
}

class Translation {
  readonly draft = new SchemaDraft();
  readonly #references: References;
  readonly #translated = new Map<unknown, MutableSchema>();
  readonly #targets = new Map<MutableSchema, Target>();

  constructor(given: JsonSchema) {
    this.#references = new References(given);
    this.draft.root = this.#schema(given, '');
    // Grows while it is read: what only a reference leads to may refer to more.
    for (const { schema, pointer } of this.#targets.values()) {
      if (!this.#translated.has(schema)) this.#schema(schema, pointer);
    }
    for (const [from, { schema }] of this.#targets) {
      const target = this.#translated.get(schema);
      if (target) this.draft.targets.set(from, target);
    }
    this.draft.link();
  }

  #schema(given: unknown, place: string, isProperty = false): JsonSchema | MutableSchema {
    if (typeof given === 'boolean') return given;
    if (!isRecord(given)) throw new SchemaError(place, 'a schema must be an object or a boolean');
    const out = this.draft.schemaAt(place);
    this.#translated.set(given, out);
    for (const keyword of Object.keys(given)) this.#keyword(out, keyword, given, place);
    if (given.patternProperties !== undefined) this.#patternProperties(out, given.patternProperties, place);
    this.#required(out, given, isProperty);
    useModernBounds(out);
    checkKeywords(out, place);
    if (given.nullable === true) this.#acceptNull(out, place);
    return out;
  }

  #keyword(out: MutableSchema, keyword: string, given: SchemaObject, place: string): void {
    const value = given[keyword];
    const at = `${place}/${pointerToken(keyword)}`;
    if (SKIPPED.has(keyword)) return;
    if (DYNAMIC.has(keyword)) this.draft.leaveOut(out, keyword, 'is not supported');
    else if (keyword === '$ref') this.#reference(out, value, given, at);
    else if (keyword === 'pattern') this.#pattern(out, value, at);
    else if (SCHEMA_MAPS.has(keyword) || keyword === 'dependencies') out[keyword] = this.#map(keyword, value, at);
    else if (SCHEMA_LISTS.has(keyword)) out[keyword] = this.#list(value, at);
    else if (SCHEMA_SINGLES.has(keyword)) out[keyword] = this.#schema(value, at);
    // A bound such as the largest integer of 64 bits.
    else
      out[keyword] = typeof value === 'bigint' && keyword !== 'const' && keyword !== 'default' ? Number(value) : value;
  }

  #map(keyword: string, value: unknown, place: string): MutableSchema {
    if (!isRecord(value)) throw new SchemaError(place, 'must be an object');
    const out: MutableSchema = {};
    for (const name of Object.keys(value)) {
      const item = value[name];
      if (keyword === 'properties' && name === 'required' && isNameList(item)) continue;
      const isNames = keyword === 'dependencies' && Array.isArray(item);
      const at = `${place}/${pointerToken(name)}`;
      put(out, name, isNames ? item : this.#schema(item, at, keyword === 'properties'));
    }
    return out;
  }

  #list(value: unknown, place: string): unknown[] {
    if (!Array.isArray(value)) throw new SchemaError(place, 'must be a list of schemas');
    return value.map((item, index) => this.#schema(item, `${place}/${index}`));
  }

  #required(out: MutableSchema, { required, properties }: SchemaObject, isProperty: boolean): void {
    const inside = namesRequiredInside(properties);
    if (required === true && !isProperty) this.draft.leaveOut(out, 'required', 'is a boolean outside of a property');
    const own = typeof required === 'boolean' ? undefined : required;
    if (own !== undefined && !Array.isArray(own))
      out.required = own; // refused with the other keywords
    else if (own !== undefined || inside.length > 0) out.required = [...(own ?? []), ...inside];
  }

  #pattern(out: MutableSchema, value: unknown, place: string): void {
    if (typeof value !== 'string') throw new SchemaError(place, 'must be a string');
    const problem = patternProblem(value);
    if (problem === undefined) out.pattern = value;
    else this.draft.leaveOut(out, 'pattern', problem);
  }

  /** Which keys a pattern that cannot be checked is about is not known, so then every other key is accepted, too. */
  #patternProperties(out: MutableSchema, value: unknown, place: string): void {
    const at = `${place}/patternProperties`;
    if (!isRecord(value)) throw new SchemaError(at, 'must be an object');
    const kept: MutableSchema = {};
    let isOpen = false;
    for (const source of Object.keys(value)) {
      const token = pointerToken(source);
      const problem = patternProblem(source);
      if (problem === undefined) put(kept, source, this.#schema(value[source], `${at}/${token}`));
      else {
        isOpen = true;
        this.draft.leaveOut(out, 'patternProperties', problem, `patternProperties/${token}`);
      }
    }
    out.patternProperties = kept;
    if (!isOpen) return;
    if (out.additionalProperties !== undefined && out.additionalProperties !== true) {
      this.draft.leaveOut(out, 'additionalProperties', 'depends on a pattern that is not checked');
    }
    out.additionalProperties = true;
  }

  #reference(out: MutableSchema, ref: unknown, from: SchemaObject, place: string): void {
    if (typeof ref !== 'string') throw new SchemaError(place, 'must be a string');
    const target = this.#references.resolve(ref, from);
    const schema = typeof target?.schema === 'boolean' ? (target.schema ? ANYTHING : NOTHING) : target?.schema;
    if (target && isRecord(schema)) {
      out.$ref = ref;
      this.#targets.set(out, { ...target, schema });
    } else {
      const why = ref.startsWith('#') ? 'does not resolve' : 'is not local, and nothing is fetched';
      this.draft.leaveOut(out, '$ref', `${JSON.stringify(ref)} ${why}`);
    }
  }

  #acceptNull(out: MutableSchema, place: string): void {
    const inner = acceptNull(out, () => this.draft.schemaAt(place));
    const target = this.#targets.get(out);
    if (!inner || !target) return;
    this.#targets.delete(out);
    this.#targets.set(inner, target);
  }
}
