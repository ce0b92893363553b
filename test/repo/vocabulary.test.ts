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

/** Wire format: the types of `user/ask`, a key of the details of `protocol.unsupported`, and a mode of sessions of ACP. */
const wireNames = /\bUserAsk(Params|Result(Input)?)\b|(?<=[{,]\s*)asked(?=:)|(?<=\{\s*)ask(?=: \{ name: 'Ask')/g;

const token =
  /(?<comment>\/\/[^\n]*|\/\*[\s\S]*?\*\/)|(?<=[(,=:[!&|?{};]\s*)\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n])+\/|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`|(?<identifier>[A-Za-z_$][\w$]*)/g;

const wordsOf = (identifier: string) => identifier.replace(/([a-z\d])([A-Z])/g, '$1 $2').split(/[\s_$\d./-]+/);

/**
 * The words of identifiers and comments of a file. Strings, patterns, and code in comments are left alone: many of them
 * are wire format.
 */
function wordsIn(source: string): { word: string; line: number }[] {
  const text = source.replace(wireNames, (name) => ' '.repeat(name.length));
  return [...text.matchAll(token)].flatMap(({ 0: matched, index, groups }) => {
    const { comment, identifier } = groups ?? {};
    const words = comment ? (comment.replace(/`[^`]*`/g, ' ').match(/[A-Za-z]+/g) ?? []) : wordsOf(identifier ?? '');
    const found = words.map((word) => word.toLowerCase()).filter((word) => Object.hasOwn(retired, word));
    const line = found.length > 0 ? text.slice(0, index + matched.length).split('\n').length : 0;
    return found.map((word) => ({ word, line }));
  });
}

const faultsIn = (file: string, source: string) =>
  wordsIn(source).map(({ word, line }) => `${file}:${line} ${word}: ${retired[word]}`);

/** A file name is an identifier as well. */
const faultsOfName = (file: string) =>
  wordsOf(file)
    .filter((word) => Object.hasOwn(retired, word.toLowerCase()))
    .map((word) => `${file} ${word}: ${retired[word.toLowerCase()]}`);

const sources = (folder: string) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.[cm]?[jt]sx?$/.test(file) && !file.includes('node_modules'))
    .map((file) => join(folder, file))
    // This file lists the words.
    .filter((file) => file !== 'test/repo/vocabulary.test.ts');

it.each(['protocol', 'server', 'client-sample', 'test'])('%s uses none of the retired words', (folder) => {
  const faults = sources(folder).flatMap((file) => [
    ...faultsOfName(file),
    ...faultsIn(file, readFileSync(join(root, file), 'utf8')),
  ]);
  expect(faults).toEqual([]);
});

it.each([
  ['an identifier', 'const wasAsked = 1;', ['asked']],
  ['a comment', '// tells the host', ['tells']],
  ['a comment of several lines', '/**\n * for people\n */', ['people']],
  ['a string', "const method = 'user/ask';", []],
  ['a pattern', 'const calls = /^calls ask_user/;', []],
  ['code in a comment', '/** Serves `user/ask`. */', []],
  ['a type of the wire', 'type Params = UserAskParams;', []],
  ['a key of the wire', 'const details = { asked: [2] };', []],
])('a retired word in %s', (_, source, words) => {
  expect(wordsIn(source).map(({ word }) => word)).toEqual(words);
});

it('a retired word in the name of a file is found', () => {
  expect(faultsOfName('server/rpc/asked-requests.ts')).toEqual(['server/rpc/asked-requests.ts asked: requested']);
});
