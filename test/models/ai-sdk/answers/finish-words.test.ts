import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { providers } from '../../../../server/models/providers.ts';
import { answering, families, playedRows, responseOf, smallest } from './shapes.ts';

interface Outcome {
  readonly finish_reason?: string | null;
  readonly word?: string | null;
  /** The reference engine refuses the whole answer for a word that its schema does not have. */
  readonly error?: string;
}

interface Vectors {
  readonly engine: string;
  readonly rows: Readonly<Record<string, Readonly<Record<'whole' | 'streamed', Record<string, Outcome>>>>>;
}

const vectors: Vectors = JSON.parse(
  readFileSync(new URL('../../../vectors/answers/finish-words.json', import.meta.url), 'utf8'),
);

/**
 * Where the reference engine refuses an answer for its word, or fails on it, the answer is read here: an unknown word
 * has no reason, and an empty or absent one has that of an answer without a word.
 */
function expectedOf(row: string, word: string, outcome: Outcome) {
  const isWord = word !== '' && word !== 'None';
  if (!outcome.error) return { reason: outcome.finish_reason, word: outcome.word || undefined };
  const absent = vectors.rows[row]?.streamed.None?.finish_reason ?? null;
  return { reason: isWord ? null : absent, word: isWord ? word : undefined };
}

/** A stream of Google has no other mark of its end: without the word it broke off. */
const isCut = (row: string, kind: string, word: string) =>
  families[row] === 'google' && kind === 'streamed' && (word === 'None' || word === '');

let cells = 0;
afterAll(() => void process.stdout.write(`finish words: ${playedRows.length} rows, ${cells} cells\n`));

it('covers every row of the table of providers', () => {
  expect(Object.keys(vectors.rows).sort()).toEqual(providers.map(({ name }) => name).sort());
});

describe.each(playedRows)('the finish words of %s', (row) => {
  it.each(['whole', 'streamed'] as const)('are those of the reference engine, %s', async (kind) => {
    const expected: Record<string, unknown> = {};
    const actual: Record<string, unknown> = {};
    for (const [word, outcome] of Object.entries(vectors.rows[row]?.[kind] ?? {})) {
      if (isCut(row, kind, word)) continue;
      cells++;
      const family = families[row] ?? 'chat';
      const given = smallest[family](word === 'None' ? null : word, kind === 'streamed');
      expected[word] = expectedOf(row, word, outcome);
      actual[word] = await responseOf(row, kind === 'streamed', () => answering(family, given)).then(
        ({ finish_reason, provider_details, parts }) => {
          expect(parts).toMatchObject([{ part_kind: 'text', content: 'hi' }]);
          return { reason: finish_reason, word: provider_details?.finish_reason };
        },
        (error: { kind?: string; message: string }) => `${error.kind ?? 'bug'}: ${error.message}`,
      );
    }
    expect(actual).toEqual(expected);
  });
});
