import type { AssertionSource } from './assertions/assertion-type.ts';
import type { JsonSchema } from './schema/schema.ts';
import type { Check } from './walk.ts';

/**
 * What an object schema without `additionalProperties` does with keys outside its `properties`.
 */
export type ExtrasPolicy = 'forbid' | 'drop' | 'keep';

/** What the compilation of one schema shares between its nodes. */
export type CompileContext = {
  readonly root: JsonSchema;
  readonly extras: ExtrasPolicy;
  /** Compiles a schema, reusing the result where `$ref` leads to it again. */
  compile(schema: unknown): Check;
  /** Like `compile`, but later: what a recursive `$ref` needs. */
  defer(schema: unknown): Check;
  /** Whether a schema stands directly under the root's `$defs`, as Pydantic's classes and enums do. */
  isDefinition(schema: unknown): boolean;
  /** Schemas that a value fits or does not fit, and no more. */
  readonly assertions: AssertionSource;
};
