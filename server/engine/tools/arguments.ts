import type { ErrorDetails } from '../../../protocol/messages/messages.ts';
import { EngineError } from '../errors.ts';
import { isTurnDue, nextTurn } from '../loop-turns.ts';
import {
  anyObject,
  anything,
  type Validator as SchemaValidator,
  shownSchema,
  type Validated,
} from '../validation/compile.ts';
import { compiledSchema } from '../validation/compiled-schemas.ts';
import { measureSchema } from '../validation/schema/gate.ts';
import { SchemaError } from '../validation/schema/schema-error.ts';
import { cutText } from '../validation/text/excerpt.ts';

export type { Validated };

/** Checks arguments as the model gave them: JSON text, an object, or null. */
export interface Validator {
  validate(args: string | Record<string, unknown> | null): Validated;
  /** Checks a value other than JSON text. */
  validateValue(value: unknown): Validated;
}

/** How a schema is compiled. */
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
  /** How long one validation may take, in milliseconds. */
  readonly validationMs?: number | undefined;
}

/** A keyword that values are not checked against. */
export interface UncheckedKeyword {
  /** Its path in the parameters. */
  readonly path: readonly (string | number)[];
  readonly keyword: string;
  readonly reason: string;
}

/** A compiled schema, its form for the model, and the parts that values are not checked against. */
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
 */
export async function compileArguments(
  schema: Record<string, unknown>,
  options: CompileOptions,
): Promise<CompiledArguments> {
  const at = (path: readonly string[]) => [...options.path, ...path];
  if (isTurnDue()) await nextTurn();
  try {
    if (!options.validate) {
      measureSchema(schema);
      return {
        schema: shownSchema(schema),
        validator: argumentsValidator(options.isAnything ? anything : anyObject),
        unchecked: [],
      };
    }
    const compiled = await compiledSchema(schema, options);
    const unchecked = compiled.unchecked.map(({ path, keyword, reason }) => ({ path: at(path), keyword, reason }));
    return { schema: compiled.schema, validator: argumentsValidator(compiled), unchecked };
  } catch (error) {
    if (!(error instanceof SchemaError)) throw error;
    throw invalidSchema({ path: at(error.path), reason: error.reason });
  }
}

/** The error of a schema that is refused. */
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

/** Accepts any object, where somebody else checks it. */
export const anyArguments: Validator = argumentsValidator(anyObject);

/** What an error may say of its cause. */
const MAX_CAUSE = 4096;

/** How upstream's `ValidationError` reads as the cause of an error. */
export function describeErrors(errors: readonly ErrorDetails[]): string {
  const lines = errors.map(({ loc, msg, type }) => `${loc.join('.') || '(root)'}: ${msg} [type=${type}]`);
  const count = `${errors.length} validation error${errors.length === 1 ? '' : 's'}`;
  return cutText(`${count}: ${lines.join('; ')}`, MAX_CAUSE);
}
