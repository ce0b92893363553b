import { expect, it } from 'vitest';
import { type Plan, replayPlan } from '../support/replay.ts';

/** What is decided where only these files exist; a folder exists when something is in it. */
function planWith(files: readonly string[], named?: string, isCi = false): Plan {
  return replayPlan({ named, isCi, exists: (path) => files.some((file) => `/${file}`.startsWith(path)) });
}

const skipped = (plan: Plan) => 'skipped' in plan;
const missing = (plan: Plan) => ('skipped' in plan ? [] : plan.missing);

it('recordings are skipped without a word only where there are none, outside of CI', () => {
  expect(skipped(planWith([]))).toBe(true);
  expect(skipped(planWith([], undefined, true))).toBe(false);
  expect(missing(planWith([], undefined, true))).toEqual([expect.stringMatching(/cassettes/)]);
});

it('`none` goes without recordings, in CI too', () => {
  expect(skipped(planWith(['r/expected/facts.json'], 'none', true))).toBe(true);
});

it('a folder that is named must be there', () => {
  expect(missing(planWith([], '/r'))).toEqual([expect.stringMatching(/\/r/)]);
});

it('a folder without the replay server or the facts is an error, not a reason to skip', () => {
  expect(missing(planWith(['r/expected/facts.json'], '/r'))).toEqual([expect.stringMatching(/replay server/)]);
  expect(missing(planWith(['r/replay-server.mjs'], '/r'))).toEqual([expect.stringMatching(/facts/)]);
  expect(planWith(['r/replay-server.mjs', 'r/expected/facts.json'], '/r')).toEqual({
    server: '/r/replay-server.mjs',
    missing: [],
  });
});
