import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { answering, type ChatCase, chatAnswer, families, type Json, responseOf, shownParts } from './shapes.ts';

type Parts = readonly Json[] | { readonly error: string };

interface Vectors {
  readonly cases: Readonly<Record<string, ChatCase>>;
  readonly rows: Readonly<
    Record<string, Readonly<Record<string, { readonly whole?: Parts; readonly streamed?: Parts }>>>
  >;
}

const { cases, rows }: Vectors = JSON.parse(
  readFileSync(new URL('../../../vectors/answers/thinking.json', import.meta.url), 'utf8'),
);

/** The reference engine drops the fields of thinking where its own class for the host reads none; they are kept here. */
const isKept = (row: string, name: string) =>
  /^(huggingface|mistral)$/.test(row)
    ? /field|details|thinking/.test(name)
    : row === 'groq' && name === 'the other field';

let cells = 0;
afterAll(() => void process.stdout.write(`thinking: ${Object.keys(rows).length} rows, ${cells} cells\n`));

it('covers every row that speaks chat completions', () => {
  expect(Object.keys(rows).sort()).toEqual(
    Object.entries(families)
      .flatMap(([row, family]) => (family === 'chat' ? [row] : []))
      .sort(),
  );
});

describe.each(Object.keys(rows))('thinking of %s becomes the parts of the reference engine', (row) => {
  const all = Object.entries(rows[row] ?? {}).flatMap(([name, kinds]) =>
    (['whole', 'streamed'] as const).flatMap((kind) => {
      const expected = kinds[kind];
      return expected === undefined || isKept(row, name) ? [] : [{ name, kind, expected }];
    }),
  );

  it.each(all)('$name, $kind', async ({ name, kind, expected }) => {
    cells++;
    const { parts } = await responseOf(row, kind === 'streamed', () =>
      answering('chat', chatAnswer(cases[name], kind)),
    );
    expect(shownParts(parts)).toEqual(expected);
  });
});
