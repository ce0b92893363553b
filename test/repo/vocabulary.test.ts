import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = new URL('../..', import.meta.url).pathname;

/** Words that the code does not use, each with the one that it does. */
const retired: Readonly<Record<string, string>> = {
  ask: 'request',
  asks: 'requests',
  asked: 'requested',
  asking: 'requesting',
  asker: 'requester',
  question: 'request',
  questions: 'requests',
  tell: 'emit, return, report, send',
  tells: 'emits, returns, reports, sends',
  told: 'emitted, reported, sent',
  telling: 'emitting',
  people: 'humans',
  behind: 'after',
  nudge: 'wake-up',
  pace: 'scheduler',
  outlet: 'emitter',
  lane: 'queue',
  inbox: 'queue',
  patience: 'timeout',
  quirk: 'profile',
  quirks: 'profile',
};

/** Where a retired word is wire format, and the folder that is still to be gone through. */
const allowed = [
  'server/handlers/service.ts: asked',
  'server/runs/secrets.ts: ask',
  'server/models/',
  'server/engine/steps/',
  // Generated: its comments are texts of the catalogue, which are strings there.
  'protocol/types/wire-types.ts',
];

const token =
  /(?<comment>\/\/[^\n]*|\/\*[\s\S]*?\*\/)|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`|(?<identifier>[A-Za-z_$][\w$]*)/g;

const wordsOf = (identifier: string) => identifier.replace(/([a-z\d])([A-Z])/g, '$1 $2').split(/[\s_$\d]+/);

/** The words of identifiers and comments. Strings, and code in comments, are left alone: many of them are wire format. */
function wordsIn(file: string): { word: string; line: number }[] {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(token)].flatMap(({ index, groups }) => {
    const { comment, identifier } = groups ?? {};
    const words = comment ? (comment.replace(/`[^`]*`/g, ' ').match(/[A-Za-z]+/g) ?? []) : wordsOf(identifier ?? '');
    const line = text.slice(0, index).split('\n').length;
    return words.map((word) => ({ word: word.toLowerCase(), line }));
  });
}

const sources = (folder: string) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(c|m)?tsx?$/.test(file))
    .map((file) => join(folder, file));

it.each(['protocol', 'server', 'client-sample'])('%s uses none of the retired words', (folder) => {
  const faults = sources(folder).flatMap((file) =>
    wordsIn(file).flatMap(({ word, line }) =>
      Object.hasOwn(retired, word) && !allowed.some((one) => `${file}: ${word}`.startsWith(one))
        ? [`${file}:${line} ${word}: ${retired[word]}`]
        : [],
    ),
  );
  expect(faults).toEqual([]);
});
