import type { Walk } from '../walk.ts';
import type { Evaluated } from './evaluated.ts';

/**
 * Whether a value is valid as it stands, without conversions. Notes in `evaluated`, when it is given, which parts of the
 * value were spoken about.
 */
export type Assertion = (value: unknown, walk: Walk, evaluated: Evaluated | undefined) => boolean;

/** Where the assertions of one document come from. */
export interface AssertionSource {
  /** The assertion of a schema; schemas may refer to each other. */
  of(schema: unknown): Assertion;
  /** The assertion of what a `$ref` of the document leads to. */
  ofReference(ref: string): Assertion;
}
