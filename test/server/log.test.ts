import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLog, type LogLevel } from '../../server/log.ts';
import { fileSink } from '../../server/log-file.ts';

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

  it.each([
    ['a\nb', 'a\\nb'],
    ['a\r\n\tb', 'a\\r\\n\\tb'],
    ['a\u0000\u001b[2J\u007f\u009b', 'a\\u0000\\u001b[2J\\u007f\\u009b'],
    ['a\u2028b\u2029c\u0085d', 'a\\u2028b\\u2029c\\u0085d'],
    ['a\u202eb\u2066c', 'a\\u202eb\\u2066c'],
    ['é 😀 is kept', 'é 😀 is kept'],
    ['x'.repeat(20_000), `${'x'.repeat(16_384)}…`],
  ])('writes %j as one line', (text, line) => {
    const log = createLog('info', (given) => given);
    const seen: string[] = [];
    log.add((_level, shown) => seen.push(shown));
    log.info(text);
    expect(seen).toEqual([line]);
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
