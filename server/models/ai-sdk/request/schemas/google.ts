import { pythonText } from './python-text.ts';
import { isSchema, type Schema, SchemaTransformer } from './transformer.ts';

/** Gemini's dialect of JSON Schema. Source: Pydantic AI `GoogleJsonSchemaTransformer`. */
export class GoogleSchema extends SchemaTransformer {
  override walk(): Schema {
    const schema = super.walk();
    this.isStrictCompatible = true;
    return schema;
  }

  protected override transform(node: Schema): Schema {
    const { $schema: _s, const: constant, discriminator: _d, examples: _e, ...kept } = node;
    const folded = withFoldedOptions(constant === undefined || constant === null ? kept : withConstant(kept, constant));
    const { title: _t, exclusiveMinimum: _min, exclusiveMaximum: _max, ...rest } = folded;
    return withFormatInWords(rest);
  }
}

/** The same for Gemini at OpenRouter. Source: Pydantic AI `_OpenRouterGoogleJsonSchemaTransformer`. */
export class OpenRouterGoogleSchema extends SchemaTransformer {
  protected override readonly inlinesDefinitions: boolean = true;
  protected override readonly simplifiesNullables: boolean = true;

  protected override transform(node: Schema): Schema {
    const { $schema: _s, title: _t, discriminator: _d, examples: _e, ...rest } = node;
    const { exclusiveMaximum: _max, exclusiveMinimum: _min, const: constant, ...kept } = rest;
    const done: Schema = constant === undefined || constant === null ? kept : { ...kept, enum: [constant] };
    if (Array.isArray(done.enum) && done.enum.length > 0) {
      done.type = 'string';
      done.enum = done.enum.map(pythonText);
    }
    if ('oneOf' in done && !('type' in done)) {
      done.anyOf = done.oneOf;
      delete done.oneOf;
    }
    return withFormatInWords(done);
  }
}

function withConstant(node: Schema, constant: unknown): Schema {
  const type = constantType(constant);
  return { ...node, enum: [constant], ...('type' in node || !type ? {} : { type }) };
}

function constantType(constant: unknown): string | undefined {
  if (typeof constant === 'string' || typeof constant === 'boolean') return typeof constant;
  if (typeof constant === 'bigint') return 'integer';
  return typeof constant === 'number' ? (Number.isInteger(constant) ? 'integer' : 'number') : undefined;
}

function withFormatInWords(node: Schema): Schema {
  const { format, ...rest } = node;
  if (node.type !== 'string' || !format) return node;
  return { ...rest, description: node.description ? `${node.description} (format: ${format})` : `Format: ${format}` };
}

const isOption = (node: unknown): node is Schema & { enum: [unknown] } =>
  isSchema(node) &&
  Array.isArray(node.enum) &&
  node.enum.length === 1 &&
  Object.keys(node).every((key) => ['enum', 'type', 'description'].includes(key));

/** A union of described constants is one enumeration: Gemini keeps to that, and does not to the union. */
function withFoldedOptions(node: Schema): Schema {
  const { anyOf, ...rest } = node;
  if (!Array.isArray(anyOf) || anyOf.length === 0 || !anyOf.every(isOption) || 'enum' in node) return node;
  const [type, ...others] = new Set(anyOf.map((option) => option.type));
  if (others.length > 0 || ('type' in node && node.type !== type)) return node;
  const described = anyOf.flatMap((option) => (option.description ? [`${option.enum[0]}: ${option.description}`] : []));
  return {
    ...rest,
    enum: anyOf.map((option) => option.enum[0]),
    ...(type === undefined ? {} : { type }),
    ...(described.length > 0
      ? { description: [...(node.description ? [node.description] : []), ...described].join('\n') }
      : {}),
  };
}
