import type { ErrorDetails } from '../../protocol/messages.ts';
import { EngineError } from './errors.ts';
import {
  anyObject,
  anything,
  compileValidator,
  type Validator as SchemaValidator,
  shownSchema,
  type Validated,
} from './validation/compile.ts';
import { measureSchema } from './validation/gate.ts';
import { SchemaError } from './validation/schema-error.ts';

export type { Validated };

/** Checks arguments as the model gave them: JSON text, an object, or null. @since 0.1.0 */
export interface Validator {
  validate(args: string | Record<string, unknown> | null): Validated;
  /** Checks a value other than JSON text. */
  validateValue(value: unknown): Validated;
}

/** How a schema is compiled. @since 0.1.0 */
export interface CompileOptions {
  /** The path of the schema in the parameters, for errors. */
  readonly path: readonly (string | number)[];
  /** False: any object is accepted. */
  readonly validate: boolean;
  /** With `validate` false: any JSON is accepted. */
  readonly isAnything?: boolean;
  /** True when the value is an object whatever the schema is; default false. */
  readonly isObject?: boolean;
  /** How keys outside `properties` are treated when the schema does not define that. */
  readonly extras: 'keep' | 'drop';
}

/** A keyword that values are not checked against. @since 0.2.0 */
export interface UncheckedKeyword {
  /** Its path in the parameters. */
  readonly path: readonly (string | number)[];
  readonly keyword: string;
  readonly reason: string;
}

/** A compiled schema, its form for the model, and the parts that values are not checked against. @since 0.2.0 */
export interface CompiledArguments {
  readonly schema: Record<string, unknown>;
  readonly validator: Validator;
  readonly unchecked: readonly UncheckedKeyword[];
}

/**
 * Compiles a JSON Schema of the host, after it passed the gate for schemas of strangers; without `validate` nothing but
 * its size matters.
 *
 * Errors: `schema.invalid {path}`.
 * @since 0.1.0
 */
export async function compileArguments(
  schema: Record<string, unknown>,
  options: CompileOptions,
): Promise<CompiledArguments> {
  const at = (path: readonly string[]) => [...options.path, ...path];
  try {
    if (!options.validate) {
      measureSchema(schema);
      return {
        schema: shownSchema(schema),
        validator: argumentsValidator(options.isAnything ? anything : anyObject),
        unchecked: [],
      };
    }
    const compiled = await compileValidator(schema, options);
    const unchecked = compiled.unchecked.map(({ path, keyword, reason }) => ({ path: at(path), keyword, reason }));
    return { schema: compiled.schema, validator: argumentsValidator(compiled), unchecked };
  } catch (error) {
    if (!(error instanceof SchemaError)) throw error;
    throw invalidSchema({ path: at(error.path), reason: error.reason });
  }
}

/** The error of a schema that is refused. @since 0.2.0 */
export function invalidSchema({ path, reason }: Pick<UncheckedKeyword, 'path' | 'reason'>): EngineError {
  return new EngineError('schema.invalid', `Invalid schema at ${path.join('.')}: ${reason}`, { path });
}

function argumentsValidator(inner: SchemaValidator): Validator {
  return {
    validate: (args) =>
      typeof args === 'string' ? inner.validateJson(args === '' ? '{}' : args) : inner.validateData(args ?? {}),
    validateValue: (value) => inner.validateData(value),
  };
}

/** How upstream's `ValidationError` reads as the cause of an error. @since 0.1.0 */
export function describeErrors(errors: readonly ErrorDetails[]): string {
  const lines = errors.map(({ loc, msg, type }) => `${loc.join('.') || '(root)'}: ${msg} [type=${type}]`);
  return `${errors.length} validation error${errors.length === 1 ? '' : 's'}: ${lines.join('; ')}`;
}
