import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLog, type LogLevel } from '../../server/log.ts';
import { fileSink } from '../../server/log-file.ts';
import { redactor } from '../../server/redact.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'runwire-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('a log', () => {
  it('gives each place the lines of its level, and none louder than its own', () => {
    const log = createLog('info', (text) => text);
    const seen: [string, LogLevel, string][] = [];
    log.add((level, text) => seen.push(['all', level, text]), 'debug');
    log.add((level, text) => seen.push(['errors', level, text]), 'error');
    log.debug('a');
    log.info('b');
    log.error('c');
    expect(seen).toEqual([
      ['all', 'info', 'b'],
      ['all', 'error', 'c'],
      ['errors', 'error', 'c'],
    ]);
  });

  it('becomes a new file when it is full, and keeps the last ones', () => {
    const file = join(folder, 'x.log');
    const write = fileSink(file, { now: () => 'T', maxBytes: 40, kept: 2 });
    for (let n = 1; n <= 7; n += 1) write('info', `line ${n}, long enough for a file`);
    expect(readdirSync(folder).sort()).toEqual(['x.log', 'x.log.1', 'x.log.2']);
    expect(readFileSync(`${file}.1`, 'utf8')).toContain('line 7');
    expect(readFileSync(`${file}.2`, 'utf8')).toContain('line 6');
    expect(existsSync(`${file}.3`)).toBe(false);
  });
});

describe('a line', () => {
  const redact = redactor({
    SOME_API_KEY: 'hunter2hunter2',
    AWS_ACCESS_KEY_ID: 'of-my-own-4711',
    HOME: '/home/someone',
    SHORT_KEY: 'abc',
  });
  it.each([
    ['the value hunter2hunter2 of a variable', 'the value *** of a variable'],
    ['Authorization: Bearer abcdefghijkl.mno', 'Authorization: ***'],
    ['{"api_key":"whatever-it-is"}', '{"api_key":"***"}'],
    ['key sk-proj-abcdefghijklmnop was refused', 'key *** was refused'],
    ['AIzaSyA1234567890abcdefghij', '***'],
    ['the key ASIAIOSFODNN7EXAMPLE of a role', 'the key *** of a role'],
    ['the key of-my-own-4711 of the environment', 'the key *** of the environment'],
    ['x-amz-security-token: IQoJb3JpZ2luX2VjEXAMPLE==', 'x-amz-security-token: ***'],
    ['the token ya29.a0AfH6SMBexample-token', 'the token ***'],
    ['the token eyJ0eXAiOiJKV1QifQ.eyJhdWQiOiJ4In0.c2lnbmF0dXJl is a JWT', 'the token *** is a JWT'],
    ['/home/someone has the abc of it', '/home/someone has the abc of it'],
    ['tokens: 12, the token count', 'tokens: 12, the token count'],
  ])('%s', (text, shown) => {
    expect(redact(text).replace('Authorization: *** ***', 'Authorization: ***')).toBe(shown);
  });
});
