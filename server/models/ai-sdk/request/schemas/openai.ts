import { userError } from '../../../../engine/errors.ts';
import { pythonText } from './python-text.ts';
import { definitionKey, isSchema, mapValues, type Schema, SchemaTransformer } from './transformer.ts';

const topLevelDefinition = /^#\/(\$defs|definitions)\/[^/]+$/;

/** Keywords that strict mode does not support. */
const incompatibleKeys = [
  'minLength',
  'maxLength',
  'patternProperties',
  'unevaluatedProperties',
  'propertyNames',
  'minProperties',
  'maxProperties',
  'unevaluatedItems',
  'contains',
  'minContains',
  'maxContains',
  'uniqueItems',
];

const lengthKeys = new Set(['minLength', 'maxLength']);

const compatibleFormats = new Set([
  'date-time',
  'time',
  'date',
  'duration',
  'email',
  'hostname',
  'ipv4',
  'ipv6',
  'uuid',
]);

const typeKeys = ['type', '$ref', 'anyOf', 'oneOf', 'allOf', 'enum', 'const'];

/**
 * A schema for APIs that follow OpenAI's: for strict mode every object is closed and all of its properties are required;
 * without it, what strict mode would refuse only makes the schema unfit for it.
 *
 * Errors: `run.invalid` when strictness was requested and no schema of the strict subset says the same.
 * Source: Pydantic AI `OpenAIJsonSchemaTransformer`.
 */
export class OpenAiSchema extends SchemaTransformer {
  /** True if strict mode knows the length of strings. */
  protected readonly takesLengths: boolean = false;
  readonly #root: string | undefined;

  constructor(schema: Schema, strict: boolean | null) {
    super(schema, strict);
    this.#root = typeof schema.$ref === 'string' ? schema.$ref : undefined;
  }

  override walk(): Schema {
    const result = super.walk();
    if (result.definitions) result.definitions = mapValues(result.definitions, (node) => this.handle(node));
    if (this.#root === undefined) return result;
    // References to the root became `#`, so the definition takes its place.
    const { $ref: _, ...rest } = result;
    const root = this.definitions[definitionKey(this.#root)];
    return isSchema(root) ? { ...rest, ...(this.handle(structuredClone(root)) as Schema) } : rest;
  }

  protected override transform(node: Schema): Schema {
    const { title: _t, $schema: _s, discriminator: _d, ...kept } = node;
    if ('default' in kept) {
      if (this.strict) delete kept.default;
      else this.unfit();
    }
    const done = this.#withoutIncompatible(this.#withRef(kept));
    if ('oneOf' in done) {
      if (!this.strict) this.unfit();
      else {
        done.anyOf = done.oneOf;
        delete done.oneOf;
      }
    }
    if (done.type === 'object') return this.#closedObject(done);
    if (done.type === 'array') this.checkItems(done);
    return done;
  }

  /** Only counts when strictness is left to the schema. */
  protected unfit(): void {
    if (this.strict === null) this.isStrictCompatible = false;
  }

  /** Strict mode takes nothing beside a reference, but does beside `anyOf`. */
  #withRef(node: Schema): Schema {
    const { $ref, ...rest } = node;
    if (typeof $ref !== 'string') return node;
    const ref = $ref === this.#root ? '#' : $ref;
    if (ref !== '#' && ref.startsWith('#/') && !topLevelDefinition.test(ref)) this.unfit();
    return Object.keys(rest).length > 0 ? { ...rest, anyOf: [{ $ref: ref }] } : { $ref: ref };
  }

  #withoutIncompatible(node: Schema): Schema {
    const found = Object.entries(this.#incompatible(node));
    if (found.length === 0) return node;
    this.unfit();
    if (!this.strict) return node;
    const kept = Object.fromEntries(Object.entries(node).filter(([key]) => !found.some(([name]) => name === key)));
    const notes = found.map(([key, value]) => `${key}=${pythonText(value)}`).join(', ');
    return { ...kept, description: node.description ? `${node.description} (${notes})` : notes };
  }

  #incompatible(node: Schema): Schema {
    const found: Schema = {};
    for (const key of incompatibleKeys) {
      if (key in node && !(this.takesLengths && lengthKeys.has(key))) found[key] = node[key];
    }
    const { format, pattern } = node;
    if (format && !compatibleFormats.has(String(format))) found.format = format;
    if (typeof pattern === 'string' && looksAround(pattern)) found.pattern = pattern;
    return found;
  }

  #closedObject(node: Schema): Schema {
    // An object without the key is dropped by the API.
    const properties = isSchema(node.properties) ? node.properties : {};
    const done = { ...node, properties };
    if (this.strict) return { ...done, additionalProperties: false, required: Object.keys(properties) };
    if (this.strict === false) return done;
    const isOpen = ![undefined, null, false].includes(node.additionalProperties as undefined);
    const { required } = node;
    const isComplete = Array.isArray(required) && Object.keys(properties).every((key) => required.includes(key));
    if (isOpen || !isComplete) this.unfit();
    return isOpen ? done : { ...done, additionalProperties: false };
  }

  protected checkItems({ items, prefixItems }: Schema): void {
    const isTyped = isSchema(items) && typeKeys.some((key) => key in items);
    if (isTyped || (Array.isArray(prefixItems) && prefixItems.length > 0)) return;
    if (this.strict) {
      throw userError('Strict mode requires `items` in every array schema: add it, or set `strict` to false.');
    }
    this.unfit();
  }
}

/** Returns whether a pattern has a lookaround, which strict mode refuses. */
function looksAround(pattern: string): boolean {
  return /\(\?(=|!|<=|<!)/.test(pattern.replace(/\\./gs, '__'));
}
