import type { JsonSchema } from './schema.ts';
import type { Check } from './walk.ts';

/**
 * What an object schema without `additionalProperties` does with keys outside its `properties`.
 * @since 0.1.0
 */
export type ExtrasPolicy = 'forbid' | 'drop' | 'keep';

/** A problem found by the general validator. @since 0.1.0 */
export type RestIssue = { readonly loc: (string | number)[]; readonly type: string; readonly msg: string };

/** Checks a value against the keywords the walk does not treat; an empty list means valid. @since 0.1.0 */
export type RestCheck = (value: unknown) => readonly RestIssue[];

/** The general validator, bound to one schema document. */
export type RestCompiler = (root: JsonSchema) => (node: JsonSchema) => RestCheck;

/** What the compilation of one schema shares between its nodes. @since 0.1.0 */
export type CompileContext = {
  readonly root: JsonSchema;
  readonly extras: ExtrasPolicy;
  /** Compiles a schema, reusing the result where `$ref` leads to it again. */
  compile(schema: unknown): Check;
  /** Like `compile`, but later: what a recursive `$ref` needs. */
  defer(schema: unknown): Check;
  /** Whether a schema stands directly under the root's `$defs`, as Pydantic's classes and enums do. */
  isDefinition(schema: unknown): boolean;
  /** Compiles the keywords left to the general validator, when it can; present when the schema has any. */
  readonly rest: ((schema: JsonSchema) => RestCheck | undefined) | undefined;
};
