import type { ErrorDetails } from './error-details.ts';

/** How well a union branch matched; higher is better. Source: pydantic-core `Exactness`. @since 0.1.0 */
export const Exactness = { lax: 0, strict: 1, exact: 2 } as const;

/**
 * The state of one validation. The compiled checks share it instead of passing results around, so that a valid
 * value costs no allocation beyond the value itself.
 * @since 0.1.0
 */
export type Walk = {
  /** Whether the value came as JSON text: Pydantic words some messages differently and rates strings lower. */
  readonly json: boolean;
  readonly errors: ErrorDetails[];
  /** The worst {@link Exactness} since the innermost union began. */
  exact: number;
  /** Declared properties that were given since the innermost union began; -1 when no object was seen. */
  fields: number;
  /** Steps that are left before the value counts as too expensive. */
  budget: number;
  /** {@link spend} for those who know nothing of the walk. */
  readonly pay: (steps: number) => void;
};

/** A compiled schema: returns the converted value, or {@link FAIL} after adding to `walk.errors`. @since 0.1.0 */
export type Check = (value: unknown, walk: Walk) => unknown;

/** What a check returns when the value is not valid. @since 0.1.0 */
export const FAIL: unique symbol = Symbol('fail');

/** Thrown out of a validation whose work exceeds its budget; caught where the validation began. @since 0.1.0 */
export class BudgetExceeded extends Error {}

/** Adds an error for the value itself and returns {@link FAIL}. @since 0.1.0 */
export function fail(walk: Walk, type: string, msg: string, input: unknown): typeof FAIL {
  walk.errors.push({ type, loc: [], msg, input });
  return FAIL;
}

/** Puts the errors added since `start` under a name or an index. @since 0.1.0 */
export function locate(walk: Walk, start: number, at: string | number): void {
  const { errors } = walk;
  for (let i = start; i < errors.length; i++) errors[i]?.loc.unshift(at);
}

/** Notes that the value was converted or matched less than exactly. @since 0.1.0 */
export function floor(walk: Walk, exactness: number): void {
  if (walk.exact > exactness) walk.exact = exactness;
}

/** Takes steps from the budget. Errors: {@link BudgetExceeded}. @since 0.1.0 */
export function spend(walk: Walk, steps: number): void {
  walk.budget -= steps;
  if (walk.budget < 0) throw new BudgetExceeded();
}

/** Sets an own property even for `__proto__`, which a plain assignment would take as the prototype. @since 0.1.0 */
export function put(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  } else target[key] = value;
}

/** A deep copy of JSON data, own properties only. @since 0.1.0 */
export function copyData(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(copyData);
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(value)) put(copy, key, copyData((value as Record<string, unknown>)[key]));
  return copy;
}
