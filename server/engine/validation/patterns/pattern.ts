import { BoundedCache } from './bounded-cache.ts';
import { ecmaPattern } from './pattern-dialect.ts';
import { PatternMatcher } from './pattern-matcher.ts';
import { atomsOf, buildProgram, checkSize } from './pattern-program.ts';
import { type PatternNode, parsePattern } from './pattern-syntax.ts';
import type { Pay } from './pay.ts';
import { UnsupportedPattern } from './unsupported-pattern.ts';

const MAX_PATTERN = 512;
/** What it takes to make one atom ready, in steps. */
const STEPS_PER_ATOM = 100;
const PROPERTY = /\\p\{/iu;

/** A `pattern` of a schema whose test always ends soon. */
export interface Pattern {
  readonly source: string;
  /** Whether the pattern is found in the text. Errors: whatever `pay` throws. */
  test(text: string, pay: Pay): boolean;
}

const problems = new BoundedCache<{ problem: string | undefined }>(1024);
const matchers = new BoundedCache<PatternMatcher>(64);

/** Why values cannot be matched against a pattern, or undefined when they can. Judges each text once. */
export function patternProblem(source: string): string | undefined {
  if (source.length > MAX_PATTERN) return `is longer than ${MAX_PATTERN} characters`;
  return problems.get(source, () => ({ problem: findProblem(source) })).problem;
}

/** The pattern that a text stands for. The automata are made when they are first used, and made again after a while. */
export function patternOf(source: string): Pattern {
  return {
    source,
    test: (text, pay) => matchers.get(source, () => compile(source, pay)).test(text, pay),
  };
}

function findProblem(source: string): string | undefined {
  try {
    const node = parsePattern(ecmaPattern(source));
    checkSize(node);
    checkAtoms(node);
    return undefined;
  } catch (error) {
    if (error instanceof UnsupportedPattern) return error.message;
    if (error instanceof SyntaxError) return 'is not a regular expression of JavaScript';
    throw error;
  }
}

/** Errors: `SyntaxError` for a property of characters that this version of JavaScript does not know. */
function checkAtoms(node: PatternNode): void {
  for (const atom of atomsOf(node)) if (PROPERTY.test(atom)) new RegExp(atom, 'u');
}

function compile(source: string, pay: Pay): PatternMatcher {
  const program = buildProgram(parsePattern(ecmaPattern(source)));
  pay(program.main.states.length + program.atoms.length * STEPS_PER_ATOM);
  return new PatternMatcher(program);
}
