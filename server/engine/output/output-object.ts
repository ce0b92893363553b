import type { OutputSpec } from '../../../protocol/spec.ts';
import { parseExact } from '../json/exact-json.ts';
import { compileArguments, type UncheckedKeyword, type Validated, type Validator } from '../tools/arguments.ts';
import type { ErrorDetails } from '../validation/error-details.ts';
import { branchLabel } from '../validation/schema/labels.ts';
import { jsonProblem } from '../validation/text/json-text.ts';

/** One structured output. Source: Pydantic AI `ObjectOutputProcessor`. */
export interface ObjectOutput {
  readonly name: string | null;
  readonly description: string | null;
  /** The schema the model sees: an object. */
  readonly schema: Record<string, unknown>;
  /** True when the model gives `{response: value}`, because the value is not an object. */
  readonly wrapped: boolean;
  /** The host function that makes the output of the value. */
  readonly function: string | null;
  /** The parts of the schema that the value is not checked against. */
  readonly unchecked: readonly UncheckedKeyword[];
  /** Checks what the model gave and unwraps the value. */
  validate(args: string | Record<string, unknown> | null): Validated;
}

/**
 * Compiles one alternative with a schema.
 *
 * Errors: `schema.invalid`.
 */
export async function compileObject(spec: Omit<OutputSpec, 'anyOf'>, validationMs?: number): Promise<ObjectOutput> {
  const given = spec.schema ?? {};
  const wrapped = !isObjectSchema(given);
  const { description, ...plain } = given;
  const options = {
    path: ['output', 'schema'],
    validate: spec.validate ?? true,
    extras: 'drop' as const,
    validationMs,
  };
  const outer = await compileArguments(wrapped ? wrap(given) : plain, options);
  const value = wrapped ? await compileArguments(given, options) : null;
  const inner = value?.validator;
  const title = typeof given.title === 'string' ? given.title : null;
  return {
    name: spec.name ?? title ?? spec.function ?? null,
    description: joinDescriptions(spec.description, description),
    schema: outer.schema,
    wrapped,
    function: spec.function ?? null,
    unchecked: (value ?? outer).unchecked,
    validate(args) {
      const text = typeof args === 'string' ? stripFences(args) : args;
      const result = outer.validator.validate(text);
      if (!inner) return result;
      if (result.ok) return { ok: true, value: unwrap(result.value) };
      return result.errors.some(isInside) ? orJsonText(text, { given, inner, errors: result.errors }) : result;
    },
  };
}

const FENCE = /```\w*\r?\n\{/;
const FENCE_END = /\}\s*(?:\r?\n?```|$(?![\s\S]))/;

/** A JSON object in a Markdown fence is taken out of it. Source: `strip_markdown_fences`. */
export function stripFences(text: string): string {
  if (text.startsWith('{')) return text;
  const start = FENCE.exec(text);
  if (!start) return text;
  // What no fence ends after the first start, none ends after a later one: looking from each would take for ever.
  const object = text.slice(start.index + start[0].length - 1);
  const end = FENCE_END.exec(object);
  return end ? object.slice(0, end.index + 1) : text;
}

function joinDescriptions(own: string | null | undefined, schema: unknown): string | null {
  const fromSchema = typeof schema === 'string' && schema !== '' ? schema : null;
  if (!own) return fromSchema;
  return fromSchema ? `${own}. ${fromSchema}` : own;
}

function isObjectSchema(schema: Record<string, unknown>, root = schema, depth = 0): boolean {
  if (schema.type === 'object') return true;
  if (schema.type !== undefined) return false;
  if (typeof schema.$ref === 'string' && depth < 8) {
    const target = schema.$ref
      .replace(/^#\/?/, '')
      .split('/')
      .filter(Boolean)
      .reduce<unknown>((node, key) => (node as Record<string, unknown> | undefined)?.[key], root);
    return target !== null && typeof target === 'object' && isObjectSchema(target as typeof schema, root, depth + 1);
  }
  return schema.properties !== undefined && schema.properties !== null;
}

/** Definitions move to the top, where their references point. */
function wrap(schema: Record<string, unknown>): Record<string, unknown> {
  const { $defs, definitions, ...value } = schema;
  return {
    properties: { response: value },
    required: ['response'],
    type: 'object',
    ...($defs === undefined ? {} : { $defs }),
    ...(definitions === undefined ? {} : { definitions }),
  };
}

const unwrap = (value: unknown) => (value as Record<string, unknown>).response;

const isInside = ({ type, loc }: ErrorDetails) => loc[0] === 'response' && !(type === 'missing' && loc.length === 1);

/**
 * Some models give a value that is not an object as JSON text inside the wrapping: it may be the value or its text, and
 * anything else gets the errors of both.
 *
 * Source: Pydantic AI `response_validation_typed_dict`, `T | Json[T]`.
 */
function orJsonText(
  args: string | Record<string, unknown> | null,
  { given, inner, errors }: { given: Record<string, unknown>; inner: Validator; errors: readonly ErrorDetails[] },
): Validated {
  const outer = typeof args === 'string' ? parseExact(args) : args;
  const input = unwrap(outer);
  const asText = typeof input === 'string' ? parsed(input, inner, typeof args === 'string') : noText(input);
  if (asText.ok) return asText;
  const label = branchLabel(given, given);
  const under = (branch: string) => (error: ErrorDetails) => ({
    ...error,
    loc: ['response', branch, ...error.loc.filter((_, index) => index > 0 || error.loc[0] !== 'response')],
  });
  return { ok: false, errors: [...errors.map(under(label)), ...asText.errors.map(under(`json[${label}]`))] };
}

/** The words of the errors follow how the arguments came: as JSON text or as data. */
function parsed(text: string, inner: Validator, isJson: boolean): Validated {
  const problem = jsonProblem(text);
  if (problem === undefined) return isJson ? inner.validate(text) : inner.validateValue(parseExact(text));
  return { ok: false, errors: [{ type: 'json_invalid', loc: [], msg: `Invalid JSON: ${problem}`, input: text }] };
}

const noText = (input: unknown): Validated => ({
  ok: false,
  errors: [{ type: 'json_type', loc: [], msg: 'JSON input should be string, bytes or bytearray', input }],
});
