import { OpenAiSchema } from './openai.ts';
import { at, isSchema, type Schema, SchemaTransformer } from './transformer.ts';

/** Every reference replaced by what it refers to. Source: Pydantic AI `InlineDefsJsonSchemaTransformer`. */
export class InlinedSchema extends SchemaTransformer {
  protected override readonly inlinesDefinitions: boolean = true;

  protected override walksKeyword(node: unknown): boolean {
    return node !== undefined && node !== null;
  }

  protected override transform(node: Schema): Schema {
    return node;
  }
}

/**
 * The same for gpt-oss, which does not see definitions. A reference that the walk does not reach would lead nowhere then,
 * so such a schema stays as it is.
 *
 * Source: Pydantic AI `_GptOssInlineDefsJsonSchemaTransformer`.
 */
export class GptOssInlinedSchema extends InlinedSchema {
  override walk(): Schema {
    const inlined = super.walk();
    return [...refsIn(inlined)].some((ref) => !at(inlined, ref)) ? this.schema : inlined;
  }
}

/** OpenAI's dialect of JSON Schema, without definitions. Source: Pydantic AI `_GptOssJsonSchemaTransformer`. */
export class GptOssSchema extends OpenAiSchema {
  override walk(): Schema {
    const inner = new OpenAiSchema(new GptOssInlinedSchema(this.schema, null).walk(), this.strict);
    const result = inner.walk();
    this.isStrictCompatible = inner.isStrictCompatible;
    return result;
  }
}

/** Grok at Azure sees no definitions in tools. Source: Pydantic AI `_AzureGrokJsonSchemaTransformer`. */
export class AzureGrokSchema extends OpenAiSchema {
  protected override readonly inlinesDefinitions: boolean = true;

  protected override walksKeyword(node: unknown): boolean {
    return node !== undefined && node !== null;
  }

  override walk(): Schema {
    const result = super.walk();
    if (this.recursive.size === 0) return result;
    const plain = new OpenAiSchema(this.schema, this.strict);
    const walked = plain.walk();
    this.isStrictCompatible = plain.isStrictCompatible;
    return walked;
  }
}

function* refsIn(node: unknown): Generator<string> {
  if (Array.isArray(node)) for (const item of node) yield* refsIn(item);
  if (!isSchema(node)) return;
  for (const [key, value] of Object.entries(node)) {
    if (key === '$ref' && typeof value === 'string') yield value;
    else yield* refsIn(value);
  }
}
