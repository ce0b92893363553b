import { userError } from '../../../../engine/errors.ts';
import { pythonText } from './python-text.ts';
import { isSchema, mapValues, type Schema, SchemaTransformer } from './transformer.ts';

/**
 * Claude's dialect of JSON Schema; a schema is strict only when that is requested. Source: Pydantic AI
 * `AnthropicJsonSchemaTransformer`.
 */
export class AnthropicSchema extends SchemaTransformer {
  override walk(): Schema {
    const schema = super.walk();
    this.isStrictCompatible = this.strict === true;
    return this.strict ? strictSchema(schema) : schema;
  }

  protected override transform({ title: _t, $schema: _s, ...node }: Schema): Schema {
    return this.strict ? withConstant(node) : node;
  }
}

function withConstant(node: Schema): Schema {
  const { const: constant, ...rest } = node;
  if (!isPrimitive(constant) || constant === null) return node;
  const type = typeof constant === 'number' ? (Number.isInteger(constant) ? 'integer' : 'number') : typeof constant;
  return { ...rest, type: rest.type ?? (typeof constant === 'bigint' ? 'integer' : type), enum: [constant] };
}

const isPrimitive = (value: unknown) =>
  value === null || ['string', 'number', 'boolean', 'bigint'].includes(typeof value);

const formats = ['date-time', 'time', 'date', 'duration', 'email', 'hostname', 'uri', 'ipv4', 'ipv6', 'uuid'];

/** Keywords that become structure, the rest is described in words. */
type Split = { done: Schema; rest: Schema };

/** Source: the Anthropic SDK's `transform_schema`. */
function strictSchema(schema: unknown): Schema {
  if (!isSchema(schema)) return {};
  const { $defs, $ref, ...node } = schema;
  const definitions = $defs === undefined ? {} : { $defs: mapValues($defs, strictSchema) };
  if ($ref !== undefined && $ref !== null) return { ...definitions, $ref };
  const { done, rest } = withType(withCases(withLiterals({ done: definitions, rest: node })));
  if (Object.keys(rest).length === 0) return done;
  const words = Object.entries(rest).map(([key, value]) => `${key}: ${pythonText(value)}`);
  const description = done.description === undefined ? '' : `${done.description}\n\n`;
  return { ...done, description: `${description}{${words.join(', ')}}` };
}

function withLiterals({ done, rest }: Split): Split {
  const { enum: values, const: constant, ...kept } = rest;
  const hasValues = Array.isArray(values) && values.length > 0 && values.every(isPrimitive);
  const hasConstant = 'const' in rest && isPrimitive(constant);
  return {
    done: { ...done, ...(hasValues ? { enum: values } : {}), ...(hasConstant ? { const: constant } : {}) },
    rest: {
      ...kept,
      ...(values === undefined || hasValues ? {} : { enum: values }),
      ...('const' in rest && !hasConstant ? { const: constant } : {}),
    },
  };
}

function withCases({ done, rest }: Split): Split & { type: unknown } {
  const { type, anyOf, oneOf, allOf, description, title, ...kept } = rest;
  const hasLiterals = 'enum' in done || 'const' in done;
  const words = { ...(description == null ? {} : { description }), ...(title == null ? {} : { title }) };
  const cases = Array.isArray(anyOf) ? anyOf : oneOf;
  if (Array.isArray(cases)) return { done: { ...done, anyOf: cases.map(strictSchema), ...words }, rest: kept, type };
  if (Array.isArray(allOf)) return { done: { ...done, allOf: allOf.map(strictSchema), ...words }, rest: kept, type };
  if (hasLiterals) return { done: { ...done, ...words }, rest: kept, type: undefined };
  if (type == null)
    throw userError(
      'A strict schema requires `type`, a union or `enum` in every subschema: add it, or set `strict` to false.',
    );
  return { done: { ...done, type, ...words }, rest: kept, type };
}

function withType({ done, rest, type }: Split & { type: unknown }): Split {
  switch (type) {
    case 'object': {
      const { properties = {}, additionalProperties: _, required, ...kept } = rest;
      const closed = { ...done, properties: mapValues(properties, strictSchema), additionalProperties: false };
      return { done: required == null ? closed : { ...closed, required }, rest: kept };
    }
    case 'string': {
      const { format, ...kept } = rest;
      if (!format) return { done, rest: kept };
      return formats.includes(String(format))
        ? { done: { ...done, format }, rest: kept }
        : { done, rest: { ...kept, format } };
    }
    case 'array': {
      const { items, minItems, ...kept } = rest;
      const listed = items == null ? done : { ...done, items: strictSchema(items) };
      if (minItems == null) return { done: listed, rest: kept };
      const isKnown = minItems === 0 || minItems === 1;
      return isKnown ? { done: { ...listed, minItems }, rest: kept } : { done: listed, rest: { ...kept, minItems } };
    }
    default:
      return { done, rest };
  }
}
