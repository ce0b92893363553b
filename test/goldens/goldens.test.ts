import { describe, expect, it } from 'vitest';
import { furtherDir, goldenText, scenarioNames } from '../support/golden-files.ts';
import { compareText } from './compare.ts';
import { exceptionOf } from './exceptions.ts';

describe('the goldens of the reference engine', () => {
  for (const name of scenarioNames()) {
    const reason = exceptionOf(name);
    if (reason) it.skip(`${name} (${reason})`, () => undefined);
    else it(name, async () => expect(await compareText(goldenText(name))).toEqual([]), 15_000);
  }
});

describe.skipIf(!furtherDir)('further scenarios, played with the reference engine', () => {
  for (const name of furtherDir ? scenarioNames(furtherDir) : []) {
    it(name, async () => expect(await compareText(goldenText(name, furtherDir))).toEqual([]), 15_000);
  }
});
