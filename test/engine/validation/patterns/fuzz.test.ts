import { createContext, Script } from 'node:vm';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { patternOf, patternProblem } from '../../../../server/engine/validation/patterns/pattern.ts';
import { byEffort } from '../../../support/effort.ts';

const seed = 20_261_128;
const numRuns = byEffort({ quick: 300, ci: 1000, thorough: 50_000 });
const MAX_STEPS = 2_000_000;
/** What `RegExp` gets; it is interrupted then. */
const TIME_LIMIT_MS = 30;

const sandbox: { regexp?: RegExp; text?: string } = {};
createContext(sandbox);
const script = new Script('regexp.exec(text)?.index');

/**
 * What `RegExp` says of a text, or undefined when it says nothing in time. V8 also looks for matches in the middle of a
 * surrogate pair, where the specification has none begin: what it finds there is nothing to compare with.
 */
function reference(pattern: string, text: string): boolean | undefined {
  // A name that is given twice is an error in some versions of Node only.
  sandbox.regexp = new RegExp(pattern.replaceAll('(?<n>', '('), 'u');
  sandbox.text = text;
  try {
    const index = script.runInContext(sandbox, { timeout: TIME_LIMIT_MS }) as number | undefined;
    return index !== undefined && isInsidePair(text, index) ? undefined : index !== undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return undefined;
    throw error;
  }
}

const isInsidePair = (text: string, index: number) => (text.codePointAt(index - 1) ?? 0) > 0xffff;

const atom = fc.constantFrom(
  ...['a', 'b', 'A', '-', '1', ' ', '.', 'é', '😀', '\ud83d', '\ude00'],
  ...['\\d', '\\D', '\\w', '\\W', '\\s', '\\S', '\\n', '\\t', '\\0', '\\cA', '\\x61', '\\u0061', '\\u{1F600}'],
  ...['\\ud83d\\ude00', '\\ud83d', '\\/', '\\.', '\\p{L}', '\\P{L}', '\\p{Script=Greek}', '\\p{scx=Greek}'],
  ...['[ab]', '[^ab]', '[a-z]', '[^\\w]', '[\\d-]', '[-a]', '[\\b]', '[]', '[^]', '[😀-😂]', '[\\s\\S]', '[^\\P{L}a]'],
);
const count = fc.constantFrom('*', '+', '?', '{2}', '{0}', '{1,}', '{0,2}', '{2,3}', '*?', '+?', '??', '{1,2}?');

const assertion = fc.constantFrom('^', '$', '\\b', '\\B');

/** Patterns, and some that are none. */
const pattern = fc.letrec<{ choice: string; term: string; sequence: string }>((tie) => {
  const group = (...open: string[]) =>
    fc.tuple(fc.constantFrom(...open), tie('choice')).map(([start, body]) => `${start}${body})`);
  return {
    term: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      atom,
      assertion,
      fc.tuple(atom, count).map(([one, times]) => one + times),
      fc.tuple(group('(', '(?:', '(?<n>'), count).map(([one, times]) => one + times),
      group('(', '(?:', '(?=', '(?!', '(?<=', '(?<!'),
    ),
    sequence: fc.array(tie('term'), { maxLength: 4 }).map((terms) => terms.join('')),
    choice: fc.array(tie('sequence'), { minLength: 1, maxLength: 3 }).map((items) => items.join('|')),
  };
}).choice;

const unit = fc.constantFrom(
  ...['a', 'b', 'A', '1', '-', '_', ' ', '.', '\n', '\t', '\0', '\u2028', '\u00a0', '/', '\b'],
  ...['é', 'α', '😀', '😁', '\ud83d', '\ude00'],
);
const subject = fc.oneof(
  fc.string({ unit, maxLength: 12 }),
  fc.tuple(unit, fc.integer({ min: 10, max: 60 }), unit).map(([one, times, last]) => one.repeat(times) + last),
);

it('a pattern that is accepted means what RegExp means by it, and never takes long', () => {
  let compared = 0;
  fc.assert(
    fc.property(pattern, subject, (source, text) => {
      if (patternProblem(source) !== undefined) return;
      let steps = 0;
      const isFound = patternOf(source).test(text, (more) => (steps += more));
      expect(steps).toBeLessThan(MAX_STEPS);
      const expected = reference(source, text);
      if (expected === undefined) return;
      compared++;
      expect([source, text, isFound]).toEqual([source, text, expected]);
    }),
    { seed, numRuns },
  );
  // Else the patterns are not those that matter.
  expect(compared).toBeGreaterThan(numRuns / 2);
}, 900_000);

it('a pattern that RegExp accepts in Unicode mode is refused for a stated limit only', () => {
  fc.assert(
    fc.property(pattern, (source) => {
      const problem = patternProblem(source);
      if (problem === undefined) return;
      const isLimit = /states|lookarounds|512/.test(problem);
      if (!isLimit) expect(() => new RegExp(source, 'u'), `${source}: ${problem}`).toThrow(SyntaxError);
    }),
    { seed, numRuns },
  );
}, 300_000);
