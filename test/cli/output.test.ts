import { describe, expect, it } from 'vitest';
import { TextOutput, Voice, writeJson } from '../../server/cli/output.ts';
import { PiecewiseText, withoutControls } from '../../server/cli/terminal-text.ts';

const hostile = [
  '\u001b[31mred\u001b[0m',
  '\u009b2Jclear',
  '\u001b]52;c;c2VjcmV0\u0007clipboard',
  '\u001b]8;;http://x\u001b\\link\u001b]8;;\u001b\\',
  '\u001bPq#0\u001b\\dcs',
  '\u001b(Bset\u001bcreset\u001b7',
  'a\rb\bc\u0000d\u007f\u0085',
  '\u202eright to left\u2069',
  'tab\tand\nline stay: ä漢🙂',
].join(' ');
const harmless = 'red clear clipboard link dcs setreset abcd right to left tab\tand\nline stay: ä漢🙂';

function emitter(isTerminal: boolean) {
  return {
    isTerminal,
    ...(isTerminal ? { columns: 80 } : {}),
    text: '',
    write(text: string) {
      this.text += text;
    },
  };
}

describe('text on a terminal', () => {
  it('has no control sequences', () => {
    expect(withoutControls(hostile)).toBe(harmless);
  });

  it('is the same however it is cut into pieces', () => {
    for (let at = 0; at < hostile.length; at += 1) {
      for (const width of [1, 2, 7]) {
        const cleaned = new PiecewiseText();
        const pieces = [hostile.slice(0, at), hostile.slice(at, at + width), hostile.slice(at + width)];
        expect(pieces.map((piece) => cleaned.push(piece)).join('') + cleaned.end()).toBe(harmless);
      }
    }
  });

  it('loses nothing to a sequence that does not end', () => {
    const long = 'x'.repeat(2000);
    expect(withoutControls(`\u001b]${long}`)).toBe(`]${long}`);
    const cleaned = new PiecewiseText();
    expect(cleaned.push('a\u001b]0;title') + cleaned.end()).toBe('a]0;title');
  });
});

describe('the output', () => {
  it.each([
    ['at once', [], 'all of it', 'all of it\n'],
    ['piece by piece', ['all ', 'of it'], 'all of it', 'all of it\n'],
    ['with the rest', ['all '], 'all of it', 'all of it\n'],
    ['behind text that is no part of it', ['let me see. ', 'all of it'], 'all of it', 'let me see. all of it\n'],
    ['when it is another', ['some of it'], 'all of it', 'some of it\nall of it\n'],
    ['with a line end of its own', [], 'a\n', 'a\n'],
    ['unchanged', [], hostile, `${hostile}\n`],
  ])('is shown %s', (_name, pieces, output, expected) => {
    const out = emitter(false);
    const text = new TextOutput(out);
    for (const piece of pieces) text.push(piece);
    text.end(output);
    expect(out.text).toBe(expected);
  });

  it('shows a piece before the next one comes', () => {
    const out = emitter(true);
    const text = new TextOutput(out);
    text.push('a\u001b[3');
    expect(out.text).toBe('a');
    text.push('1mb');
    text.close();
    expect(out.text).toBe('ab\n');
  });

  it('of nothing is nothing', () => {
    const out = emitter(false);
    new TextOutput(out).close();
    expect(out.text).toBe('');
  });

  it.each([{ a: '\u009b2J\u202e\u001b[2J' }, null, undefined, 'x', [1]])('is JSON: %j', (value) => {
    const [pipe, terminal] = [emitter(false), emitter(true)];
    writeJson(pipe, value);
    writeJson(terminal, value);
    expect(pipe.text).toBe(`${JSON.stringify(value ?? null)}\n`);
    expect(JSON.parse(terminal.text)).toEqual(value ?? null);
    expect(withoutControls(terminal.text)).toBe(terminal.text);
  });
});

describe('the report on stderr', () => {
  it('is a line', () => {
    const [pipe, terminal] = [emitter(false), emitter(true)];
    for (const out of [pipe, terminal]) new Voice(out).warn('mind \u001b[1mthis');
    expect(pipe.text).toBe('runwire: warning: mind \u001b[1mthis\n');
    expect(terminal.text).toBe('runwire: warning: mind this\n');
  });

  it('has a status on a terminal only, which makes room', () => {
    const [pipe, terminal] = [emitter(false), emitter(true)];
    for (const out of [pipe, terminal]) {
      const voice = new Voice(out);
      voice.status('waiting');
      voice.say('done');
      voice.clear();
    }
    expect(pipe.text).toBe('runwire: done\n');
    expect(terminal.text).toBe('waiting\r\u001b[Krunwire: done\n');
  });
});
