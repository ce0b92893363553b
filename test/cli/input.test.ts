import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { readAttachments } from '../../server/cli/attachment.ts';
import { readHistory } from '../../server/cli/history.ts';
import { decodeText, readJsonFile, readStream } from '../../server/cli/input.ts';
import { UsageError } from '../../server/cli/options.ts';
import { type Input, readPrompt } from '../../server/cli/prompt.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'runwire-cli-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const json = (name: string, value: unknown) => file(name, JSON.stringify(value));
const bytes = Uint8Array.of(0xfb, 0xff, 0x00, 0x89);

describe('attachments', () => {
  it.each([
    ['photo.PNG', 'image/png'],
    ['voice.mp3', 'audio/mpeg'],
    ['film.mp4', 'video/mp4'],
    ['bill.pdf', 'application/pdf'],
    ['a#b.jpeg', 'image/jpeg'],
  ])('%s is %s', async (name, mediaType) => {
    expect(await readAttachments([file(name, bytes)])).toEqual([
      { data: '-_8AiQ==', media_type: mediaType, vendor_metadata: null, kind: 'binary' },
    ]);
  });

  it.each([
    ['notes.md', 'text/markdown', 'Grüße'],
    ['drawing.svg', 'image/svg+xml', '<svg/>'],
    ['data.json', 'application/json', '{}'],
    ['main.rs', 'text/plain', 'fn main() {}'],
    ['Makefile', 'text/plain', 'all:'],
    ['with "quotes".txt', 'text/plain', 'x'],
  ])('%s is text', async (name, mediaType, content) => {
    const id = JSON.stringify(name);
    expect(await readAttachments([file(name, content)])).toEqual([
      `-----BEGIN FILE id=${id} type="${mediaType}"-----\n${content}\n-----END FILE id=${id}-----`,
    ]);
  });

  it.each([
    ['unknown.bin', bytes, 'is neither text in UTF-8 nor of an extension that tells'],
    ['latin1.txt', Uint8Array.of(0xe4), 'is not text in UTF-8'],
    ['empty.png', '', 'is empty'],
  ])('%s is refused', async (name, content, message) => {
    await expect(readAttachments([file(name, content)])).rejects.toThrow(new RegExp(`${name}' ${message}`));
  });

  it.each([
    ['nowhere.png', 'there is no such file'],
    ['.', 'it is a folder, not a regular file'],
  ])('%s cannot be read', async (name, reason) => {
    const path = join(folder, name);
    const error = new UsageError(`--attach '${path}' cannot be read: ${reason}`);
    await expect(readAttachments([path])).rejects.toThrow(error);
  });

  it('have one limit together', async () => {
    const limit = 1024 * 1024;
    const half = file('half.png', new Uint8Array(limit / 2));
    expect(await readAttachments([half, half], limit)).toHaveLength(2);
    await expect(readAttachments([half, half, half], limit)).rejects.toThrow(
      `--attach '${half}' together with those before it is too large; the limit is 1 MiB`,
    );
  });
});

describe('a prompt', () => {
  const warn = () => undefined;
  function input(kind: Input['kind'], text: string | Uint8Array = ''): Input {
    const stream = new PassThrough();
    stream.end(text);
    return { kind, stream };
  }
  const options = { attach: [], history: [] };

  it.each([
    ['an argument on a terminal', { prompt: 'hi' }, input('terminal', 'not read'), 'hi'],
    ['an argument and nothing behind stdin', { prompt: 'hi' }, input('none', 'not read'), 'hi'],
    ['an argument and an empty pipe', { prompt: 'hi' }, input('piped'), 'hi'],
    ['an argument before what is piped', { prompt: 'hi' }, input('piped', 'text\n'), ['hi', 'text']],
    ['a pipe', {}, input('piped', 'a\n\nb\r\n\n'), 'a\n\nb'],
    ['a pipe that is asked for', { prompt: '-' }, input('piped', 'a'), 'a'],
    ['a terminal that is asked for', { prompt: '-' }, input('terminal', 'a\n'), 'a'],
    ['UTF-16 of a Windows shell', {}, input('piped', Uint8Array.of(0xff, 0xfe, 0x68, 0, 0x69, 0)), 'hi'],
    ['history alone', { history: ['h'] }, input('piped'), undefined],
    ['history that stdin holds', { history: ['-'] }, input('piped', 'not read'), undefined],
    ['an argument beside history that stdin holds', { prompt: 'hi', history: ['-'] }, input('piped', 'not read'), 'hi'],
  ])('is %s', async (_name, given, from, expected) => {
    expect(await readPrompt({ ...options, ...given }, from, warn)).toEqual(expected);
  });

  it('ends with the attached files', async () => {
    const attach = [file('last.txt', 'x')];
    const prompt = await readPrompt({ ...options, prompt: 'hi', attach }, input('piped', 'text'), warn);
    expect(prompt).toEqual(['hi', 'text', expect.stringContaining('BEGIN FILE')]);
  });

  it.each([
    ['nothing on a terminal', {}, input('terminal'), 'there is no prompt'],
    ['an empty pipe', {}, input('piped'), 'there is no prompt'],
    ['an empty pipe that is asked for', { prompt: '-', history: ['h'] }, input('piped'), 'there is no prompt'],
    ['bytes', {}, input('piped', bytes), 'stdin is not text in UTF-8'],
  ])('is not %s', async (_name, given, from, message) => {
    await expect(readPrompt({ ...options, ...given }, from, warn)).rejects.toThrow(message);
  });
});

describe('stdin that is neither written to nor closed', () => {
  beforeAll(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
  afterAll(() => void vi.useRealTimers());

  it.each([
    ['is explained after a while', '', ['waiting for the end of stdin; add </dev/null to run without it']],
    ['is not explained to who has seen some of it', 'some', []],
  ])('%s', async (_name, written, expected) => {
    const stream = new PassThrough();
    const warnings: string[] = [];
    const warn = (text: string) => warnings.push(text);
    const prompt = readPrompt({ prompt: 'hi', attach: [], history: [] }, { kind: 'piped', stream }, warn);
    await new Promise<void>((resolve) => setImmediate(() => stream.write(written, () => setImmediate(resolve))));
    vi.advanceTimersByTime(60_000);
    expect(warnings).toEqual(expected);
    stream.end();
    expect(await prompt).toEqual(written ? ['hi', written] : 'hi');
  });
});

describe('a history', () => {
  const stdin = (text: string): Input => {
    const stream = new PassThrough();
    stream.end(text);
    return { kind: 'piped', stream };
  };
  const none = stdin('not read');
  const [a, b, c] = [{ kind: 'request' }, { kind: 'response' }, { kind: 'request' }];

  it.each([
    ['a list', [a, b]],
    ['messages of a document', { messages: [a, b], newMessages: [b] }],
    ['new messages of a result', { newMessages: [a, b], newMessageIndex: 0 }],
  ])('is %s', async (_name, document) => {
    const warnings: string[] = [];
    expect(await readHistory([json('h.json', document)], none, (text) => warnings.push(text))).toEqual([a, b]);
    expect(warnings).toEqual([]);
  });

  it('may come in several files, and says what is missing before', async () => {
    const warnings: string[] = [];
    const warn = (text: string) => warnings.push(text);
    const first = json('first.json', { newMessages: [a, b], newMessageIndex: 0 });
    const second = json('second.json', { newMessages: [c], newMessageIndex: 2 });
    expect(await readHistory([first, second], none, warn)).toEqual([a, b, c]);
    expect(warnings).toEqual([]);
    expect(await readHistory([second], none, warn)).toEqual([c]);
    expect(warnings).toEqual([expect.stringContaining('the 2 before them are not in the history')]);
  });

  it('is read from stdin, in its place among the files', async () => {
    const first = json('first.json', [a, b]);
    expect(await readHistory([first, '-'], stdin(JSON.stringify([c])), () => undefined)).toEqual([a, b, c]);
    await expect(readHistory(['-'], stdin('['), () => undefined)).rejects.toThrow(/^--history - is not valid JSON: /);
    await expect(readHistory(['-'], stdin(''), () => undefined)).rejects.toThrow(/^--history - is not valid JSON$/);
  });

  it('keeps the digits of integers, and refuses what is no number any more', async () => {
    const text = (number: string) => stdin(`[{"kind":"request","parts":[],"metadata":{"id":${number}}}]`);
    expect(await readHistory(['-'], text('1234567890123456789'), () => undefined)).toEqual([
      { kind: 'request', parts: [], metadata: { id: 1234567890123456789n } },
    ]);
    await expect(readHistory(['-'], text('1e400'), () => undefined)).rejects.toThrow(
      '--history - cannot be used: 1e400 at 0.metadata.id is beyond the largest number',
    );
  });

  it.each([
    [
      [{ role: 'user', content: 'hi' }],
      "message 0 has a 'role', as messages of OpenAI and others have, but no 'kind'; give",
    ],
    [{ messages: [a, { role: 'assistant', parts: [] }] }, "message 1 has a 'role'"],
    [[{ parts: [] }], "message 0 has no 'kind'; give messages as --json and Pydantic AI write them"],
    [[a, 'hi'], "message 1 has no 'kind'"],
    [[null], "message 0 has no 'kind'"],
    [[{ kind: 5 }], "message 0 has no 'kind'"],
  ])('of messages in another shape is refused in words: %j', async (document, words) => {
    await expect(readHistory([json('h.json', document)], none, () => undefined)).rejects.toThrow(words);
  });

  it.each([null, 7, {}, { messages: 'x' }])('is not %j', async (document) => {
    await expect(readHistory([json('h.json', document)], none, () => undefined)).rejects.toThrow('holds no messages');
  });
});

it('a JSON file that is none is refused with its name', async () => {
  const allowance = { name: '--schema', limit: 100 };
  await expect(readJsonFile(file('x.json', '{'), allowance)).rejects.toThrow(/^--schema is not valid JSON: /);
  await expect(readJsonFile(file('x.json', bytes), allowance)).rejects.toThrow(/^--schema is not valid JSON$/);
  expect(await readJsonFile(file('x.json', '\ufeff{"a":1}'), allowance)).toEqual({ a: 1 });
});

it('a stream is read no further than its limit', async () => {
  const mebibyte = new Uint8Array(1024 * 1024);
  async function* endless() {
    for (;;) yield mebibyte;
  }
  const read = readStream(endless(), { name: 'stdin', limit: 2 * mebibyte.length });
  await expect(read).rejects.toThrow('stdin is too large; the limit is 2 MiB');
});

it('text with NUL is not text', () => {
  expect([decodeText(Buffer.from('a\0b')), decodeText(Buffer.from('ab'))]).toEqual([null, 'ab']);
});
