import { isRecord, type SchemaDocument } from './schema-walk.ts';

type Types = Readonly<Record<string, SchemaDocument>>;

const prefix = '#/$defs/';

/**
 * Gives every object within a type, and every member of a union, a type of its own: generators of code number what has no
 * name (`DurableEvent7`). An object is named after its path (`RunResultTiming`), a member of a tagged union after its tag
 * (`RunFinishedEvent`), any other member after the field that the others lack (`ModelDeltaParamsDeltaText`). A union whose
 * members all have one tag says so (`discriminator`).
 *
 * Errors: an `Error` for two types of one name, which the catalogue has to resolve.
 * @since 0.1.0
 */
export function withNamedTypes(types: Types): Types {
  const namer = new TypeNamer(types);
  for (const [name, type] of Object.entries(types)) namer.addType(name, type);
  return namer.sorted();
}

/** Where a schema is found: the words of its path, and what is said of it. */
interface Place {
  readonly name: string;
  readonly io: '' | 'Input';
  readonly path: string;
  /** What the type is, when it is a member of a union. */
  readonly sentence?: string;
}

class TypeNamer {
  readonly #given: Types;
  readonly #named = new Map<string, SchemaDocument>();

  constructor(given: Types) {
    this.#given = given;
  }

  addType(name: string, type: SchemaDocument): void {
    const io = name.endsWith('Input') ? 'Input' : '';
    this.#add(name, this.#within(type, { name: name.slice(0, name.length - io.length), io, path: name }));
  }

  sorted(): Types {
    return Object.fromEntries([...this.#named].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  #add(name: string, { title: _, ...type }: SchemaDocument): void {
    const known = this.#named.get(name);
    const titled = { title: name, ...type };
    if (known && JSON.stringify(known) !== JSON.stringify(titled)) throw new Error(`Two types are named '${name}'.`);
    this.#named.set(name, titled);
  }

  /** A schema with its objects and the members of its unions replaced by references. */
  #within(schema: SchemaDocument, place: Place): SchemaDocument {
    const { properties, items, additionalProperties } = schema;
    const changed = { ...schema };
    if (isRecord(properties)) {
      changed.properties = Object.fromEntries(
        Object.entries(properties).map(([key, field]) => [key, this.#field(field, inside(place, key))]),
      );
    }
    if (isRecord(items)) changed.items = this.#reference(items, inside(place, 'item', '[]'));
    if (isRecord(additionalProperties)) {
      changed.additionalProperties = this.#reference(additionalProperties, inside(place, 'value', '{}'));
    }
    return this.#union(changed, place);
  }

  #field(field: unknown, place: Place): unknown {
    return isRecord(field) ? this.#reference(field, place) : field;
  }

  /** A reference to the type that an object becomes; anything else with what is within it. */
  #reference(schema: SchemaDocument, place: Place): SchemaDocument {
    const changed = this.#within(schema, place);
    if (!isRecord(changed.properties) || Object.keys(changed.properties).length === 0) return changed;
    const { description, default: fallback, ...type } = changed;
    const name = `${place.name}${place.io}`;
    const sentence = place.sentence ?? `\`${place.path}\`: ${description ?? 'an object.'}`;
    this.#add(name, { description: sentence, ...type });
    return {
      $ref: `${prefix}${name}`,
      ...(description === undefined ? {} : { description }),
      ...(fallback === undefined ? {} : { default: fallback }),
    };
  }

  #union(schema: SchemaDocument, place: Place): SchemaDocument {
    const keyword = Array.isArray(schema.oneOf) ? 'oneOf' : 'anyOf';
    const members = schema[keyword];
    if (!Array.isArray(members)) return schema;
    const objects = members.filter((member) => isRecord(member) && isRecord(member.properties));
    const named = members.map((member: unknown) =>
      isRecord(member) ? this.#reference(member, memberPlace(member, objects, place)) : member,
    );
    const { [keyword]: _, ...rest } = schema;
    const tag = this.#commonTag(named);
    return tag ? { ...rest, oneOf: named, discriminator: { propertyName: tag } } : { ...rest, [keyword]: named };
  }

  /** The required field that is a different text in each of the members, when all of them are types. */
  #commonTag(members: readonly unknown[]): string | undefined {
    const types = members.map((member) => this.#typeOf(member));
    const [first] = types;
    if (!first || types.length < 2 || types.includes(undefined)) return undefined;
    return Object.keys(first).find((key) => {
      const tags = types.map((fields) => (fields?.[key] as SchemaDocument | undefined)?.const);
      return tags.every((tag) => typeof tag === 'string') && new Set(tags).size === tags.length;
    });
  }

  #typeOf(member: unknown): SchemaDocument | undefined {
    if (!isRecord(member) || typeof member.$ref !== 'string') return undefined;
    const name = member.$ref.slice(prefix.length);
    const { properties, required } = this.#named.get(name) ?? this.#given[name] ?? {};
    if (!isRecord(properties)) return undefined;
    // A tag that may be left out decides nothing.
    const isRequired = (key: string) => Array.isArray(required) && required.includes(key);
    return Object.fromEntries(Object.entries(properties).filter(([key]) => isRequired(key)));
  }
}

const inside = ({ name, io, path }: Place, key: string, shown = `.${key}`): Place => ({
  name: `${name}${pascal(key)}`,
  io,
  path: `${path}${shown}`,
});

/** The one object of a union, beside null for example, is the field itself. */
function memberPlace(member: SchemaDocument, objects: readonly unknown[], place: Place): Place {
  if (!isRecord(member.properties)) return place;
  const isWholeType = !/[^\w]/.test(place.path);
  const asObject = { ...place, name: `${place.name}Object`, sentence: `The \`${place.path}\` that is an object.` };
  if (objects.length < 2) return isWholeType ? asObject : place;
  const tag = Object.entries(member.properties).find(([, field]) => isRecord(field) && typeof field.const === 'string');
  if (tag) {
    const [key, { const: value }] = tag as [string, { const: string }];
    const kind = /(Event|Delta)$/.exec(place.name)?.[1];
    const name = kind ? `${pascal(value)}${kind}` : `${place.name}${pascal(value)}`;
    return { ...place, name, sentence: `The \`${place.path}\` whose \`${key}\` is \`"${value}"\`.` };
  }
  const others = objects.filter((other) => other !== member);
  const own = Object.keys(member.properties).find((key) => others.every((other) => !hasField(other, key)));
  const difference = own ?? valueOfTag(member);
  const sentence = `The \`${place.path}\` with \`${difference}\`.`;
  return { ...place, name: `${place.name}${pascal(difference)}`, sentence };
}

const hasField = (schema: unknown, key: string) =>
  isRecord(schema) && isRecord(schema.properties) && Object.hasOwn(schema.properties, key);

/** Members that have the same fields differ by a constant: `approved` is true or false. */
function valueOfTag({ properties }: SchemaDocument): string {
  const [key = '', field] =
    Object.entries(properties as SchemaDocument).find(([, value]) => isRecord(value) && 'const' in value) ?? [];
  return isRecord(field) ? `${field.const === false ? 'not_' : ''}${key}` : 'other';
}

const pascal = (words: string) =>
  words
    .split(/[^a-zA-Z0-9]+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
