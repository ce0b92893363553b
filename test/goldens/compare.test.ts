import { describe, expect, it } from 'vitest';
import { loadGolden } from '../support/golden-files.ts';
import { comparePlayed } from './compare.ts';
import { differencesBetween } from './differences.ts';
import { play } from './play.ts';
import type { Scenario } from './scenario.ts';

describe('differences between JSON values', () => {
  it.each([
    ['equal values have none', { a: [1, { b: null }] }, { a: [1, { b: null }] }, []],
    ['an undefined field is an absent one', { a: undefined }, {}, []],
    ['a field that is null is not absent', { a: null }, {}, [{ path: 'a', expected: null, actual: '(absent)' }]],
    ['a field too many is one', {}, { a: 1 }, [{ path: 'a', expected: '(absent)', actual: 1 }]],
    ['a number is not its text', { a: 1 }, { a: '1' }, [{ path: 'a', expected: 1, actual: '1' }]],
    [
      'an item is found under its index and kind',
      { a: [{ part_kind: 'text', content: 'x' }] },
      { a: [{ part_kind: 'text', content: 'y' }] },
      [{ path: 'a[0:text].content', expected: 'x', actual: 'y' }],
    ],
    [
      'a longer list names what it has more',
      [1, 2],
      [3],
      [
        { path: '[0]', expected: 1, actual: 3 },
        { path: '.length', expected: { length: 2, rest: [2] }, actual: { length: 1 } },
      ],
    ],
  ])('%s', (_title, expected, actual, differences) => {
    expect(differencesBetween(expected, actual, '')).toEqual(differences);
  });
});

/**
 * What a wire does not show, or an engine says in its own words. The third read of f03 edits the memory of the engine, and
 * the type of an error while an agent is built is that of all such errors.
 */
const isShown = (path: readonly (string | number)[]) =>
  !path.some((key) => unseen.has(String(key))) &&
  !/output_return_calls,(\d,new_messages|2)|construction_error,type/.test(path.join());
const unseen = new Set([
  ...['output_python_type', 'nodes', 'given_history_mutated', 'output_retries_used', 'original_untouched'],
  ...['timestamp', 'model_id', 'duration'],
]);

const names = [
  ...['a09_parallel_order', 'b12_args_invalid_exceeded', 'c05_invalid_then_ok', 'c29_duplicate_tool'],
  ...['f03_output_return_content', 'g02_resume', 'i10_run_stream_events'],
];

describe('a field of a golden that is changed', () => {
  it.each(names)('is found by the comparison: %s', async (name) => {
    const golden = loadGolden<Scenario>(name);
    const played = await play(golden);
    const found = (scenario: Scenario) => comparePlayed(scenario, played, { estimates: true });
    expect(found(golden)).toEqual([]);
    const overlooked = leavesOf(golden.expected.v2)
      .filter(isShown)
      .filter((path) => found({ ...golden, expected: changedAt(golden.expected, ['v2', ...path]) }).length === 0);
    expect(overlooked).toEqual([]);
  });
});

it('a model request that a golden does not have is found by the comparison', async () => {
  const golden = loadGolden<Scenario>('a09_parallel_order');
  const played = await play(golden);
  const runs = (golden.expected.v2?.runs ?? []).map(({ model_requests: _, ...run }) => run);
  const paths = comparePlayed({ ...golden, expected: { v2: { runs } } }, played, { estimates: true }).map(
    ({ path }) => path,
  );
  expect(paths).toContain('runs[0].model_requests.length');
});

type Path = readonly (string | number)[];

/** The paths of all that is neither a list nor an object, but for what is said of events that only upstream has. */
function leavesOf(value: unknown, path: Path = []): Path[] {
  if (value === null || typeof value !== 'object') return [path];
  if ((value as { event_kind?: string }).event_kind === 'agent_run_result') return [];
  return Object.entries(value).flatMap(([key, item]) => leavesOf(item, [...path, key]));
}

function changedAt<T>(value: T, path: Path): T {
  const [key, ...rest] = path;
  if (key === undefined) return changed(value) as T;
  if (Array.isArray(value)) {
    return value.map((item, index) => (index === Number(key) ? changedAt(item, rest) : item)) as T;
  }
  return { ...value, [key]: changedAt((value as Record<string, unknown>)[key], rest) };
}

function changed(leaf: unknown): unknown {
  if (typeof leaf === 'number') return leaf + 1;
  if (typeof leaf === 'boolean') return !leaf;
  return `changed ${leaf}`;
}
