import { expect, it } from 'vitest';
import { protocolDocument } from '../../protocol/document/document.ts';
import { errorAdvice } from './error-advice.ts';
import { errorPage } from './error-page.ts';

// After a change of the catalogue: `npm run check -- -u` writes the page anew.
it('docs/errors.md is what the catalogue of errors says', async () => {
  await expect(errorPage()).toMatchFileSnapshot('../../docs/errors.md');
});

it('every kind has sentences about what it means and what to do', () => {
  const sentences = /^[A-Z“`].*\.$/;
  const wanting = Object.entries(errorAdvice).filter(
    ([, { meaning, advice }]) => !sentences.test(meaning) || !/^\S.*\.$/.test(advice),
  );
  expect(wanting.map(([kind]) => kind)).toEqual([]);
});

it('the details of errors that end runs are fields of a run error', () => {
  const fields = Object.keys((protocolDocument().$defs.RunErrorData as { properties: object }).properties);
  const known = new Set([...fields, 'attempts']);
  const named = Object.entries(errorAdvice).filter(([kind]) => kind.startsWith('model.') || kind.startsWith('usage.'));
  for (const [kind, { details = [] }] of named)
    expect({ kind, unknown: details.filter((one) => !known.has(one)) }).toEqual({ kind, unknown: [] });
});
