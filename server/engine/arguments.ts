import type { ErrorDetails } from '../../protocol/messages.ts';
import { EngineError } from './errors.ts';
import { anyObject, compileValidator, type Validated } from './validation/compile.ts';
import { SchemaError } from './validation/schema-error.ts';

export type { Validated };

/** Checks arguments as the model gave them: JSON text, an object, or null. @since 0.1.0 */
export interface Validator {
  validate(args: string | Record<string, unknown> | null): Validated;
  /** Checks a value that is no JSON text, whatever it is. */
  validateValue(value: unknown): Validated;
}

/** How a schema is compiled. @since 0.1.0 */
export interface CompileOptions {
  /** Where the schema stands in the parameters, for the error. */
  readonly path: readonly (string | number)[];
  /** False: any object is accepted. */
  readonly validate: boolean;
  /** What happens to keys outside `properties` when the schema says nothing about them. */
  readonly extras: 'keep' | 'drop';
}

/**
 * Compiles a JSON Schema of the host, after it passed the gate for schemas of strangers.
 *
 * Errors: `schema.invalid {path}`.
 * @since 0.1.0
 */
export async function compileArguments(
  schema: Record<string, unknown>,
  options: CompileOptions,
): Promise<{ schema: Record<string, unknown>; validator: Validator }> {
  try {
    const compiled = await compileValidator(schema, { extras: options.extras });
    const inner = options.validate ? compiled : anyObject;
    const validator: Validator = {
      validate: (args) =>
        typeof args === 'string' ? inner.validateJson(args === '' ? '{}' : args) : inner.validateData(args ?? {}),
      validateValue: (value) => inner.validateData(value),
    };
    return { schema: compiled.schema, validator };
  } catch (error) {
    if (!(error instanceof SchemaError)) throw error;
    const path = [...options.path, ...error.path];
    throw new EngineError('schema.invalid', `Invalid schema at ${path.join('.')}: ${error.reason}`, { path });
  }
}

/** How upstream's `ValidationError` reads as the cause of an error. @since 0.1.0 */
export function describeErrors(errors: readonly ErrorDetails[]): string {
  const lines = errors.map(({ loc, msg, type }) => `${loc.join('.') || '(root)'}: ${msg} [type=${type}]`);
  return `${errors.length} validation error${errors.length === 1 ? '' : 's'}: ${lines.join('; ')}`;
}
