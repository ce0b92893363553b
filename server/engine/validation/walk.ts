import type { ErrorDetails } from './error-details.ts';

/** How well a union branch matched; higher is better. Source: pydantic-core `Exactness`. */
export const Exactness = { lax: 0, strict: 1, exact: 2 } as const;

/**
 * The state of one validation. The compiled checks share it instead of passing results around, so that a valid
 * value costs no allocation beyond the value itself.
 */
export type Walk = {
  /** Whether the value came as JSON text: Pydantic words some messages differently and rates strings lower. */
  readonly json: boolean;
  /** The first {@link MAX_ERRORS} errors. */
  readonly errors: ErrorDetails[];
  /** How many errors there were, those included that are not kept. */
  failures: number;
  /** The worst {@link Exactness} since the innermost union began. */
  exact: number;
  /** Declared properties that were given since the innermost union began; -1 when no object was seen. */
  fields: number;
  /** Steps that are left before the value counts as too expensive. */
  steps: number;
  /** Where the steps will be when the time is looked at next. */
  nextLook: number;
  readonly deadlineMs: number;
  /** {@link spend} for those who know nothing of the walk. */
  readonly pay: (steps: number) => void;
};

/** A compiled schema: returns the converted value, or {@link FAIL} after reporting why. */
export type Check = (value: unknown, walk: Walk) => unknown;

/** What a check returns when the value is not valid. */
export const FAIL: unique symbol = Symbol('fail');

/** How many errors of one value are kept; the others are counted. */
export const MAX_ERRORS = 100;

const STEPS_PER_ERROR = 4;
const STEPS_PER_LOOK = 5000;
/** How many characters of a text one step handles, where they are only read. */
const CHARS_PER_STEP = 64;

/** Thrown out of a validation whose work exceeds its budget; caught where the validation began. */
export class BudgetExceeded extends Error {}

/** Begins a validation that may take a number of steps, and no more time than that. */
export function startWalk({ json, steps, ms }: { json: boolean; steps: number; ms: number }): Walk {
  const walk: Walk = {
    json,
    errors: [],
    failures: 0,
    exact: Exactness.exact,
    fields: -1,
    steps,
    nextLook: steps - STEPS_PER_LOOK,
    // The steps decide, so that a run that is rebuilt comes to the same verdict; time is for a machine in trouble.
    deadlineMs: performance.now() + ms,
    pay: (count) => spend(walk, count),
  };
  return walk;
}

/** Takes steps from the budget. Errors: {@link BudgetExceeded}. */
export function spend(walk: Walk, steps: number): void {
  walk.steps -= steps;
  if (walk.steps >= walk.nextLook) return;
  if (walk.steps < 0 || performance.now() > walk.deadlineMs) throw new BudgetExceeded();
  walk.nextLook = walk.steps - STEPS_PER_LOOK;
}

/** Takes steps for one more look at a value, which is longer for a long text. Errors: {@link BudgetExceeded}. */
export function spendOn(walk: Walk, value: unknown): void {
  spend(walk, typeof value === 'string' ? 1 + value.length / CHARS_PER_STEP : 1);
}

/** Adds an error. */
export function report(walk: Walk, error: ErrorDetails): void {
  walk.failures++;
  spend(walk, STEPS_PER_ERROR);
  if (walk.errors.length < MAX_ERRORS) walk.errors.push(error);
}

/** Adds an error for the value itself and returns {@link FAIL}. */
export function fail(walk: Walk, type: string, msg: string, input: unknown): typeof FAIL {
  report(walk, { type, loc: [], msg, input });
  return FAIL;
}

/** Puts the errors added since `start` under a name or an index. */
export function locate(walk: Walk, start: number, at: string | number): void {
  const { errors } = walk;
  for (let i = start; i < errors.length; i++) errors[i]?.loc.unshift(at);
}

/** Takes errors back: a value that fits one branch of a union has none of the others. */
export function forget(walk: Walk, { errors, failures }: { errors: number; failures: number }): void {
  walk.errors.length = errors;
  walk.failures = failures;
}

/** Notes that the value was converted or matched less than exactly. */
export function floor(walk: Walk, exactness: number): void {
  if (walk.exact > exactness) walk.exact = exactness;
}

/** Sets an own property even for `__proto__`, which a plain assignment would take as the prototype. */
export function put(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  } else target[key] = value;
}

/** A deep copy of JSON data, own properties only. */
export function copyData(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(copyData);
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(value)) put(copy, key, copyData((value as Record<string, unknown>)[key]));
  return copy;
}
