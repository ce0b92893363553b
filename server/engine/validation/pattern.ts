import { createContext, Script } from 'node:vm';
import { matchCost } from './regexp-cost.ts';
import { ecmaPattern } from './regexp-dialect.ts';
import { spend, type Walk } from './walk.ts';

const FREE_STEPS = 100_000;
const DIRECT_STEPS = 5_000_000;
const TIME_LIMIT_MS = 100;
const BUDGET_PER_MS = 200;

/** A compiled `pattern` whose test always ends. @since 0.1.0 */
export type GuardedPattern = {
  readonly source: string;
  /** Whether the pattern is found in the text; `timeout` when the test was stopped. Errors: `BudgetExceeded`. */
  test(text: string, walk: Walk): boolean | 'timeout';
};

/**
 * Compiles a pattern as JSON Schema means it (Unicode mode), or without Unicode mode when only that accepts it. Spellings
 * of other languages are rewritten before.
 *
 * Errors: `SyntaxError`, `ForeignPattern`.
 * @since 0.1.0
 */
export function compilePattern(source: string): RegExp {
  const pattern = ecmaPattern(source);
  try {
    return new RegExp(pattern, 'u');
  } catch {
    return new RegExp(pattern); // e.g. `[\w-.]`, common in schemas written for other languages
  }
}

/**
 * Compiles a pattern that the gate let through. Where the cost bound for the text is small the test just runs; above
 * that its time is taken from the budget of the validation, and where the bound is large it also runs under a time
 * limit, because several repetitions in a row (`a*a*a*b`) are slow on long texts.
 * @since 0.1.0
 */
export function guardPattern(source: string): GuardedPattern {
  const regexp = compilePattern(source);
  const costOf = matchCost(ecmaPattern(source));
  let freeLength = 0; // the longest text seen whose cost is small
  return {
    source,
    test(text, walk) {
      if (text.length <= freeLength) return regexp.test(text);
      const cost = costOf(text.length);
      if (cost <= FREE_STEPS) {
        freeLength = text.length;
        return regexp.test(text);
      }
      const startMs = performance.now();
      const found = cost <= DIRECT_STEPS ? regexp.test(text) : withTimeLimit(() => regexp.test(text));
      spend(walk, (performance.now() - startMs) * BUDGET_PER_MS);
      return found ?? 'timeout';
    },
  };
}

const sandbox: { work: (() => unknown) | undefined } = { work: undefined };
let script: Script | undefined;

/**
 * Runs a function and stops it after 100 ms; undefined when it was stopped. An interrupt in the engine is the only
 * way to stop a regular expression inside the process.
 * @since 0.1.0
 */
export function withTimeLimit<T>(work: () => T): T | undefined {
  if (script === undefined) {
    createContext(sandbox);
    script = new Script('work()');
  }
  sandbox.work = work;
  try {
    return script.runInContext(sandbox, { timeout: TIME_LIMIT_MS }) as T;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return undefined;
    throw error;
  } finally {
    sandbox.work = undefined;
  }
}
