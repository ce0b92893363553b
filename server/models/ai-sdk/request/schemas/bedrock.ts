import { pythonText } from './python-text.ts';
import { isSchema, type Schema, SchemaTransformer } from './transformer.ts';

const bounds = ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'];

/**
 * The JSON Schema dialect of the Converse API; a schema is strict only when that is requested. Source: Pydantic AI
 * `BedrockJsonSchemaTransformer`.
 */
export class BedrockSchema extends SchemaTransformer {
  /** Array keywords that strict mode does not support. */
  protected readonly arrayKeys: readonly string[] = ['maxItems'];

  override walk(): Schema {
    const schema = super.walk();
    this.isStrictCompatible = this.strict === true;
    return schema;
  }

  protected override transform({ title: _t, $schema: _s, ...node }: Schema): Schema {
    if (!this.strict) return node;
    const closed = node.type === 'object' ? { ...node, additionalProperties: false } : node;
    return withNotes(closed, this.#incompatible(closed));
  }

  #incompatible(node: Schema): Schema {
    const { type, pattern } = node;
    const keys = type === 'array' ? this.arrayKeys : type === 'number' || type === 'integer' ? bounds : [];
    const found: Schema = {};
    for (const key of keys) if (key in node) found[key] = node[key];
    if (type === 'array' && Number(node.minItems ?? 0) > 1) found.minItems = node.minItems;
    if (typeof pattern === 'string' && hasUnsupportedSyntax(pattern)) found.pattern = pattern;
    return found;
  }
}

/** The same where arrays cannot say what they contain. */
export class BedrockSchemaWithoutContains extends BedrockSchema {
  protected override readonly arrayKeys: readonly string[] = ['maxItems', 'contains'];
}

/** The same for Claude. Source: Pydantic AI `_BedrockAnthropicJsonSchemaTransformer`. */
export class BedrockAnthropicSchema extends BedrockSchemaWithoutContains {
  protected override transform(node: Schema): Schema {
    const done = super.transform(node);
    const { type, contains } = done;
    const isList = this.strict && Array.isArray(type) && type.includes('array') && 'contains' in done;
    return isList ? withNotes(done, { contains }) : done;
  }
}

function withNotes(node: Schema, found: Schema): Schema {
  const keys = Object.keys(found);
  if (keys.length === 0) return node;
  const kept = Object.fromEntries(Object.entries(node).filter(([key]) => !keys.includes(key)));
  const notes = Object.entries(found)
    .map(([key, value]) => `${key}=${pythonText(value)}`)
    .join(', ');
  return { ...kept, description: isSchema(node) && node.description ? `${node.description} (${notes})` : notes };
}

/** Looking around and references to groups, outside of classes of characters. */
function hasUnsupportedSyntax(pattern: string): boolean {
  const bare = pattern.replace(/\[(?:\\.|[^\]\\])*\]/gs, '[]');
  return /\\\d/.test(bare) || /\(\?(=|!|<=|<!|P=)/.test(bare.replace(/\\./gs, '__'));
}
