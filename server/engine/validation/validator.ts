import { type Overflow, parseJson } from '../json/exact-json.ts';
import { defaultValidationMs } from '../limits/bounds.ts';
import { countWork } from '../loop-turns.ts';
import { boundErrors } from './error-bounds.ts';
import type { ErrorDetails } from './error-details.ts';
import { jsonProblem } from './text/json-text.ts';
import { MAX_VALUES, valuesIn, valuesInText } from './text/value-count.ts';
import { BudgetExceeded, type Check, FAIL, startWalk } from './walk.ts';

/** How much of a text is parsed in one step. */
const CHARS_PER_STEP = 8;
const MAX_DATA_DEPTH = 200;
/** A model says a quarter of it in its longest answer. */
const MAX_TEXT = 2 * 1024 * 1024;
/** Texts that are not JSON are looked at more slowly than those that are. */
const MAX_FAULTY_TEXT = 512 * 1024;
/** Some 40 ms: the loop of events waits for a validation. Legitimate ones take some hundred. */
const MAX_STEPS = 600_000;
/** A surrogate that is escaped, where its other half is not beside it; says yes too often. */
const LONE_SURROGATE =
  /\\u[dD][89abAB][\da-fA-F]{2}(?!\\u[dD][c-fC-F])|(?<!\\u[dD][89abAB][\da-fA-F]{2})\\u[dD][c-fC-F]/;

/** The outcome of a validation. */
export type Validated = { ok: true; value: unknown } | { ok: false; errors: ErrorDetails[] };

/** Checks arguments and converts them the way Pydantic's lax mode does. Never throws, never changes its input. */
export type Validator = {
  /** Validates JSON text; the empty text means `{}`. */
  validateJson(text: string): Validated;
  /** Validates data; null means `{}`. Values under schemas without rules are shared with the input, not copied. */
  validateData(value: unknown): Validated;
};

/** A validator that runs a check, for no longer than a time, and bounds what it has to say. */
export function validatorOf(check: Check, ms = defaultValidationMs): Validator {
  return {
    validateJson: (text) => fromText(check, text === '' ? '{}' : text, ms),
    validateData: (value) => run(check, { value: value ?? {}, json: false, ms }),
  };
}

function fromText(check: Check, text: string, ms: number): Validated {
  countWork(text.length / CHARS_PER_STEP);
  if (text.length > MAX_TEXT) return tooLarge(`${text.length} characters`, `${MAX_TEXT}`, text);
  if (valuesInText(text) > MAX_VALUES) return tooManyValues(text);
  let parsed: ReturnType<typeof parseJson>;
  try {
    parsed = parseJson(text);
  } catch {
    return invalid(problemOf(text) ?? 'expected value at line 1 column 1', text);
  }
  if (parsed.overflow) return infinite(parsed.overflow);
  // JavaScript takes half a surrogate pair, which no UTF-8 text can hold.
  const problem = LONE_SURROGATE.test(text) ? problemOf(text) : undefined;
  if (problem !== undefined) return invalid(problem, text);
  return run(check, { value: parsed.value, json: true, ms, text });
}

function problemOf(text: string): string | undefined {
  if (text.length <= MAX_FAULTY_TEXT) return jsonProblem(text);
  const problem = jsonProblem(text.slice(0, MAX_FAULTY_TEXT));
  const isFound = problem !== undefined && !problem.startsWith('EOF');
  return isFound ? problem : `a problem after the first ${MAX_FAULTY_TEXT} characters`;
}

function run(check: Check, given: { value: unknown; json: boolean; ms: number; text?: string }): Validated {
  const { value, json, ms, text } = given;
  const count = valuesIn(value, MAX_DATA_DEPTH);
  if (count === undefined) {
    const problem = text === undefined ? undefined : problemOf(text);
    return text === undefined || problem === undefined ? tooDeep(value) : invalid(problem, text);
  }
  if (count > MAX_VALUES) return tooManyValues(value);
  const walk = startWalk({ json, steps: MAX_STEPS, ms });
  try {
    const result = check(value, walk);
    return result === FAIL ? { ok: false, errors: boundErrors(walk) } : { ok: true, value: result };
  } catch (error) {
    if (error instanceof BudgetExceeded) return tooCostly(value, ms);
    if (error instanceof RangeError) return tooDeep(value);
    throw error;
  } finally {
    countWork(MAX_STEPS - walk.steps);
  }
}

function refused(type: string, msg: string, input: unknown, loc: (string | number)[] = []): Validated {
  return { ok: false, errors: boundErrors({ errors: [{ type, loc, msg, input }], failures: 1 }) };
}

function invalid(problem: string, text: string): Validated {
  return refused('json_invalid', `Invalid JSON: ${problem}`, text);
}

function infinite({ path, text }: Overflow): Validated {
  return refused('finite_number', 'Input should be a finite number', text, path);
}

function tooDeep(value: unknown): Validated {
  return refused('recursion_loop', `Input should not be nested deeper than ${MAX_DATA_DEPTH} levels`, value);
}

function tooLarge(size: string, limit: string, input: unknown): Validated {
  return refused('value_error', `Value error, Input has ${size}; the limit is ${limit}. Give a smaller value`, input);
}

function tooManyValues(input: unknown): Validated {
  return tooLarge('too many values', `${MAX_VALUES} (items, properties and what is in them)`, input);
}

function tooCostly(value: unknown, ms: number): Validated {
  const msg = `Input takes too long to check against the schema (limits: ${MAX_STEPS} steps, ${ms} ms). Give a smaller value`;
  return refused('value_error', `Value error, ${msg}`, value);
}
