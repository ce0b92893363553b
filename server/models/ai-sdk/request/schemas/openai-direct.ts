import { userError } from '../../../../engine/errors.ts';
import { OpenAiSchema } from './openai.ts';
import { isSchema, type Schema } from './transformer.ts';

/** The nesting of objects and the number of properties that strict mode takes in one schema. */
const maxDepth = 10;
const maxProperties = 5_000;

/** The same for OpenAI itself, which wants a type for the items of every array, and knows the length of strings. */
class GuardedSchema extends OpenAiSchema {
  protected override readonly takesLengths: boolean = false;

  protected override transform(node: Schema): Schema {
    const done = super.transform(node);
    if (done.type !== 'array' || !Array.isArray(done.prefixItems) || done.prefixItems.length === 0) return done;
    if (this.strict) {
      throw userError(
        'Strict mode does not support tuples (`prefixItems`): use a list of bounded length, or set `strict` to false.',
      );
    }
    this.unfit();
    return done;
  }
}

/** The restrictions of strict mode on OpenAI's own API. Source: Pydantic AI `_OpenAIJsonSchemaTransformer`. */
export class OpenAiDirectSchema extends GuardedSchema {
  protected override readonly takesLengths: boolean = true;
  #hasOtherRefs = false;
  #wroteTuple = false;

  override walk(): Schema {
    const result = super.walk();
    if (this.#wroteTuple && this.#hasOtherRefs) return this.#guarded();
    if (this.strict === null && this.isStrictCompatible && exceedsLimits(result)) this.isStrictCompatible = false;
    return result;
  }

  /** A reference that leads into the schema may lead into a tuple that was written as a list. */
  #guarded(): Schema {
    const guarded = new GuardedSchema(this.schema, this.strict);
    const result = guarded.walk();
    this.isStrictCompatible = guarded.isStrictCompatible;
    return result;
  }

  /** A tuple of one is a list of one. */
  protected override handleArray(node: Schema): Schema {
    const { prefixItems, ...rest } = node;
    const isSingle = Array.isArray(prefixItems) && prefixItems.length === 1 && node.maxItems === 1;
    if (this.strict === false || !isSingle) return super.handleArray(node);
    this.#wroteTuple = true;
    return super.handleArray({ ...rest, items: prefixItems[0] });
  }

  protected override transform(node: Schema): Schema {
    const { $ref } = node;
    const isOther = typeof $ref === 'string' && $ref !== '#' && $ref !== this.schema.$ref;
    if ('$dynamicRef' in node || (isOther && !/^#\/(\$defs|definitions)\/[^/]+$/.test($ref))) this.#hasOtherRefs = true;
    return super.transform(node);
  }
}

/** The schema and each of its definitions count on their own. */
function exceedsLimits({ $defs, definitions, ...root }: Schema): boolean {
  const parts = [
    root,
    ...Object.values(isSchema($defs) ? $defs : {}),
    ...Object.values(isSchema(definitions) ? definitions : {}),
  ];
  return parts.some((part) => {
    const objects = [...objectsIn(part, 1)];
    const properties = objects.reduce((sum, { count }) => sum + count, 0);
    return objects.some(({ depth }) => depth > maxDepth) || properties > maxProperties;
  });
}

function* objectsIn(node: unknown, depth: number): Generator<{ depth: number; count: number }> {
  if (!isSchema(node)) return;
  const { properties, items, anyOf } = node;
  const children: unknown[] = [items, ...(Array.isArray(anyOf) ? anyOf : [])];
  if (isSchema(properties)) {
    const inner = Object.values(properties);
    yield { depth, count: inner.length };
    children.push(...inner);
  }
  for (const child of children) yield* objectsIn(child, isSchema(properties) ? depth + 1 : depth);
}
