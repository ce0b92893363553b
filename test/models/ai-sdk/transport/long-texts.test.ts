import { describe, expect, it } from 'vitest';
import { LongTexts } from '../../../../server/models/ai-sdk/transport/long-texts.ts';
import { Redaction } from '../../../../server/redaction/redaction.ts';

const secret = 'a-secret-of-some-length';
const long = 'é"\\x'.repeat(40_000);
const nothing = new Redaction([], { byShape: false });
const known = new Redaction([secret], { byShape: false });

describe('the long texts of a response', () => {
  it('are kept from its package, and put back where they were', async () => {
    const texts = new LongTexts();
    const body = { choices: [{ message: { content: long, role: 'assistant' } }], list: [long, 'short'] };
    const taken = texts.taken(body);
    expect(JSON.stringify(taken).length).toBeLessThan(500);
    expect(await texts.restored(taken, nothing)).toEqual(body);
  });

  it('are put back as JSON where an object became text', async () => {
    const texts = new LongTexts();
    const taken = texts.taken({ input: { a: long } }) as { input: object };
    const restored = await texts.restored({ input: JSON.stringify(taken.input) }, nothing);
    expect(restored).toEqual({ input: JSON.stringify({ a: long }) });
  });

  it('are put back as they are where a package put several together', async () => {
    const texts = new LongTexts();
    const other = 'z\n'.repeat(40_000);
    const [first, second] = texts.taken([long, other]) as [string, string];
    expect(await texts.restored([`${first}1 ${second}`], nothing)).toEqual([`${long}1 ${other}`]);
  });

  it('are put back without secrets, wherever in them these are', async () => {
    for (const before of [0, 65_530, 131_000]) {
      const texts = new LongTexts();
      const taken = texts.taken([`${'x'.repeat(before)} ${secret} ${'y'.repeat(131_072)}`]);
      const [text] = await texts.restored(taken as string[], known);
      expect(text).not.toContain(secret);
      expect(text).toBe(`${'x'.repeat(before)} [redacted] ${'y'.repeat(131_072)}`);
    }
  });

  it('leave a value alone that has none', async () => {
    const body = { content: 'x'.repeat(65_536) };
    expect(new LongTexts().taken(body)).toBe(body);
    expect(await new LongTexts().restored(body, known)).toBe(body);
  });
});
