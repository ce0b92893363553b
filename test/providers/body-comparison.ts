import { stringifyExact } from '../../server/engine/json/exact-json.ts';
import { type Difference, differencesBetween } from '../goldens/differences.ts';
import { captured } from './body-capture.ts';
import type { Case } from './body-cases.ts';
import { type Reason, reasons } from './body-reasons.ts';
import { type Outcome, vectorOf } from './body-vectors.ts';

/** What came of one case. */
export interface Cell {
  /** The kind and the name of the case, and the model where it is not the first one of its row. */
  readonly name: string;
  /** The reasons that explain differences. */
  readonly reasons: readonly Reason[];
  /** Differences that no reason explains. */
  readonly differences: readonly Difference[];
}

/** Sends a case as we do and compares with what the reference engine sent. */
export async function compared(one: Case): Promise<Cell> {
  let expected = vectorOf(one);
  let actual = await captured(one);
  let differences = between(expected, actual);
  const met: Reason[] = [];
  for (const reason of reasons) {
    if (differences.length === 0) break;
    expected = reason.rewrite(expected, one);
    actual = reason.rewrite(actual, one);
    const left = between(expected, actual);
    if (left.length < differences.length) met.push(reason);
    differences = left;
  }
  return { name: `${one.kind}: ${one.name}${one.sender.slice(one.row.length)}`, reasons: met, differences };
}

/** Why a request is refused is said in words of one's own. */
function between(expected: Outcome, actual: Outcome): Difference[] {
  if ('refused' in expected && 'refused' in actual) return [];
  if ('refused' in expected) return [{ path: 'refused', expected: expected.refused, actual: '(sent)' }];
  if ('refused' in actual) return [{ path: 'refused', expected: '(sent)', actual: actual.refused }];
  return differencesBetween({ ...expected, headers: betasOf(expected.headers) }, actual, '');
}

/** Keys and versions are no part of the comparison: `test/models/ai-sdk/providers.test.ts` sees to them. */
const betasOf = (headers: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => name.endsWith('-beta')));

/** A cell with all that differs in it, to be read: what was expected above what was sent. */
export function formatted({ name, differences }: Cell): string {
  const lines = differences.map(
    ({ path, expected, actual }) => `  ${path}\n    ${short(expected)}\n    ${short(actual)}`,
  );
  return [name, ...lines].join('\n');
}

const short = (value: unknown) => stringifyExact(value)?.slice(0, 600);
