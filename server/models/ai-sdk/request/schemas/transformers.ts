import { AnthropicSchema } from './anthropic.ts';
import { BedrockAnthropicSchema, BedrockSchema, BedrockSchemaWithoutContains } from './bedrock.ts';
import { GoogleSchema, OpenRouterGoogleSchema } from './google.ts';
import { AzureGrokSchema, GptOssInlinedSchema, GptOssSchema, InlinedSchema } from './inlined.ts';
import { OpenAiSchema } from './openai.ts';
import { OpenAiDirectSchema } from './openai-direct.ts';
import type { Schema, SchemaTransformer } from './transformer.ts';

/** The transformers by the names that profiles use, which are upstream's. */
const transformers = {
  OpenAIJsonSchemaTransformer: OpenAiSchema,
  _OpenAIJsonSchemaTransformer: OpenAiDirectSchema,
  _GptOssJsonSchemaTransformer: GptOssSchema,
  _GptOssInlineDefsJsonSchemaTransformer: GptOssInlinedSchema,
  _AzureGrokJsonSchemaTransformer: AzureGrokSchema,
  InlineDefsJsonSchemaTransformer: InlinedSchema,
  GoogleJsonSchemaTransformer: GoogleSchema,
  _OpenRouterGoogleJsonSchemaTransformer: OpenRouterGoogleSchema,
  AnthropicJsonSchemaTransformer: AnthropicSchema,
  BedrockJsonSchemaTransformer: BedrockSchema,
  _BedrockJsonSchemaTransformerWithoutContains: BedrockSchemaWithoutContains,
  _BedrockAnthropicJsonSchemaTransformer: BedrockAnthropicSchema,
} satisfies Record<string, new (schema: Schema, strict: boolean | null) => SchemaTransformer>;

/** The name of a schema transformer. */
export type TransformerName = keyof typeof transformers;

/** A schema as a model is sent it, and whether it is sent as strict. */
export interface SentSchema {
  readonly schema: Schema;
  readonly strict: boolean | null;
}

/**
 * The schema as its provider takes it. Strictness that was left open is decided by the schema.
 *
 * Errors: `run.invalid` for a schema that cannot be made what was requested.
 * Source: Pydantic AI `_customize_tool_def`, `_customize_output_object`.
 */
export function transformed(name: TransformerName | null, schema: Schema, strict: boolean | null): SentSchema {
  if (name === null) return { schema, strict };
  const transformer = new transformers[name](schema, strict);
  const walked = transformer.walk();
  return { schema: walked, strict: strict ?? transformer.isStrictCompatible };
}

/** The transformer of output schemas: Grok at Azure sees definitions in those. */
export const outputTransformer = (name: TransformerName | null): TransformerName | null =>
  name === '_AzureGrokJsonSchemaTransformer' ? 'OpenAIJsonSchemaTransformer' : name;
