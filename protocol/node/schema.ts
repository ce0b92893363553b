import type { StandardJSONSchemaV1, StandardSchemaV1 } from '@standard-schema/spec';

/**
 * A schema of any library that validates by Standard Schema and describes itself as JSON Schema: zod 4.2 and later,
 * ArkType, Valibot with `toStandardJsonSchema`; or `jsonSchema(…)`. Source: https://standardschema.dev.
 *
 * @since 0.1.0
 */
export interface Schema<Input = unknown, Output = Input> {
  readonly '~standard': StandardSchemaV1.Props<Input, Output> & StandardJSONSchemaV1.Props<Input, Output>;
}

/** The type of the values that a schema gives. @since 0.1.0 */
export type OutputOf<S extends Schema> = StandardSchemaV1.InferOutput<S>;

/** The result of validating a value: the value as the schema gives it, or what is wrong with it. */
export type Validated<T> = { readonly value: T } | { readonly problem: string };

/**
 * Makes a schema of a JSON Schema. The daemon validates; the type is the caller's word.
 *
 * @since 0.1.0
 */
export function jsonSchema<T = Record<string, unknown>>(document: Record<string, unknown>): Schema<T> {
  const converter = { input: () => document, output: () => document };
  const validate = (value: unknown) => ({ value: value as T });
  return { '~standard': { version: 1, vendor: 'runwire', validate, jsonSchema: converter } };
}

/**
 * The JSON Schema of what a schema accepts.
 *
 * Errors: `TypeError` for a schema that does not describe itself as JSON Schema.
 */
export function documentOf(schema: Schema, what: string): Record<string, unknown> {
  const { jsonSchema: converter, vendor } = schema['~standard'];
  if (converter) return converter.input({ target: 'draft-2020-12' });
  throw new TypeError(
    `The schema of ${what} (made with ${vendor}) does not describe itself as JSON Schema. Use zod 4.2 or later, ArkType 2.1.28 or later, Valibot with toStandardJsonSchema(), or jsonSchema({…}).`,
  );
}

/** Validates a value; defaults and transformations of the schema apply. */
export async function validated<S extends Schema>(schema: S, value: unknown): Promise<Validated<OutputOf<S>>> {
  const result = await schema['~standard'].validate(value);
  return result.issues ? { problem: result.issues.map(described).join('; ') } : { value: result.value as OutputOf<S> };
}

function described({ message, path = [] }: StandardSchemaV1.Issue): string {
  const keys = path.map((segment) => String(typeof segment === 'object' ? segment.key : segment));
  return keys.length > 0 ? `${keys.join('.')}: ${message}` : message;
}
