import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fileName, newRef, parseName, type Tag } from '../../server/store/names.ts';

const tags: Tag[] = ['live-0123456789abcdef', 'park', 'ok', 'def', 'can', 'err'];
/** Ids as hosts choose them: any text, paths, names of devices, lone surrogates. */
const id = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    'CON',
    'con',
    'nul.txt',
    'COM1',
    '..',
    '../..',
    'a/b',
    'a\\b',
    'a.',
    'a ',
    'ä',
    'a\u0308',
    '\ud800',
    '',
  ),
);
const nameOf = (runId: string, conversationId: string, tag: Tag, startedAtMs: number) => {
  const ref = newRef({ runId, conversationId, startedAtMs }, tag);
  return { ref, path: `${ref.day}/${fileName(ref)}` };
};
/** Two texts that a file system may take for the same: it may ignore case, or how letters are composed. */
const variants = (text: string) => [
  text.toLowerCase(),
  text.toUpperCase(),
  text.normalize('NFD'),
  text.normalize('NFC'),
];
const folded = (name: string) =>
  name
    .normalize('NFKD')
    .toLowerCase()
    .toUpperCase()
    .normalize('NFKC')
    .replace(/[. ]+$/, '');

const time = fc.integer({ min: 0, max: Date.UTC(9999, 11, 31) });

describe('the name of a file', () => {
  it('says what it stands for, and nothing that any file system keeps for itself', () => {
    fc.assert(
      fc.property(id, id, fc.constantFrom(...tags), time, (runId, conversationId, tag, startedAtMs) => {
        const { ref, path } = nameOf(runId, conversationId, tag, startedAtMs);
        expect(path).toMatch(/^\d{4}-\d\d-\d\d\/[0-9a-f]{12}-[0-9a-f]{32}-[0-9a-f]{16}\.[0-9a-z-]+\.jsonl$/);
        expect(parseName(ref.day, fileName(ref))).toEqual(ref);
      }),
    );
  });

  it('differs for any two ids, also where case and composition are ignored', () => {
    fc.assert(
      fc.property(id, id, time, (one, two, startedAtMs) => {
        for (const other of [two, ...variants(one)].filter((text) => text !== one)) {
          const names = [
            nameOf(one, 'c', 'park', startedAtMs),
            nameOf(other, 'c', 'park', startedAtMs),
            nameOf('r', one, 'park', startedAtMs),
            nameOf('r', other, 'park', startedAtMs),
          ].map(({ path }) => folded(path));
          expect(new Set(names).size).toBe(names.length);
        }
      }),
    );
  });
});
