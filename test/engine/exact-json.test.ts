import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasUnsafeInteger, parseExact, parseJson, stringifyExact } from '../../server/engine/json/exact-json.ts';
import { describeOverflow, overflowIn, parseMessage } from '../../server/errors/json-overflow.ts';

describe('an integer that a double would round', () => {
  it.each([
    ['{"a": 9007199254740993}', true],
    ['{"a": -9007199254740993}', true],
    ['[12345678901234567890]', true],
    ['12345678901234567890', true],
    [`{"a": 1${'0'.repeat(400)}}`, true],
    ['{"a": 9007199254740992}', false],
    // As JavaScript writes it, though the double is another number.
    ['{"a": 1234567890123456800}', false],
    ['{"a": 9007199254740991}', false],
    ['{"a": "9007199254740993"}', false],
    ['{"a": "\\"9007199254740993"}', false],
    ['{"a": "\\\\", "b": 9007199254740993}', true],
    ['{"9007199254740993": 1}', false],
    ['{"a": 9007199254740993.0}', false],
    ['{"a": 0.9007199254740993}', false],
    ['{"a": 1e30}', false],
    ['{"a": "x", "b": [1, 9007199254740993]}', true],
    ['{"a": "see:9007199254740993, 1"}', false],
    ['', false],
  ])('is found: %s: %s', (text, expected) => {
    expect(hasUnsafeInteger(text)).toBe(expected);
  });

  it('is read and written with its digits, and nothing else changes', () => {
    const text =
      '{"id":1234567890123456789,"n":-9007199254740993,"f":0.1,"big":1e+30,"s":"1234567890123456789","l":[12345678901234567890]}';
    expect(parseExact(text)).toEqual({
      id: 1234567890123456789n,
      n: -9007199254740993n,
      f: 0.1,
      big: 1e30,
      s: '1234567890123456789',
      l: [12345678901234567890n],
    });
    expect(stringifyExact(parseExact(text))).toBe(text);
  });

  it('is rounded by code that knows nothing of it, or written whole, but never thrown at', () => {
    expect(['{"a":9007199254740992}', '{"a":9007199254740993}']).toContain(JSON.stringify({ a: 9007199254740993n }));
  });
});

const { value: data } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.string(),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.constantFrom(true, false, null),
    // Beyond what a double holds, half of them.
    fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }),
    fc.bigInt({ min: 2n ** 53n - 5n, max: 2n ** 53n + 50n }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.oneof(fc.string(), fc.constantFrom('__proto__', 'id')), tie('value'), { maxKeys: 4 }),
  ),
}));

/** JSON text as somebody else writes it. */
function written(value: unknown): string {
  if (typeof value === 'bigint') return String(value);
  if (Array.isArray(value)) return `[${value.map(written).join(', ')}]`;
  if (value === null || typeof value !== 'object') return Object.is(value, -0) ? '0' : JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([key, item]) => `${JSON.stringify(key)} : ${written(item)}`)
    .join(',')}}`;
}

const seed = 20_261_201;

it('every text is read to values that are written as the same values, digit by digit', () => {
  fc.assert(
    fc.property(data, (value) => {
      const text = written(value);
      const back = stringifyExact(parseExact(text));
      // Apart from integers, the numbers are those of JavaScript.
      expect(back).toBe(stringifyExact(value));
      expect(back.match(/\d{16,}/g)).toEqual(stringifyExact(value).match(/\d{16,}/g));
    }),
    { seed, numRuns: 3000 },
  );
});

it('values without large integers are read and written as JSON.parse and JSON.stringify do', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = JSON.stringify(value);
      expect(parseExact(text)).toEqual(JSON.parse(text));
      expect(stringifyExact(value)).toBe(text);
      expect(stringifyExact(value, 2)).toBe(JSON.stringify(value, null, 2));
    }),
    { seed, numRuns: 1000 },
  );
});

describe('a number that no double can hold', () => {
  it.each<[string, (string | number)[], string]>([
    ['1e400', [], '1e400'],
    ['{"a": [1, {"b": -1e999}]}', ['a', 1, 'b'], '-1e999'],
    ['{"a": 1e308, "b": 1E+400}', ['b'], '1E+400'],
    [`{"a": ${'9'.repeat(400)}.5}`, ['a'], '9'.repeat(40)],
    [`{"a": ${'9'.repeat(5000)}}`, ['a'], '9'.repeat(40)],
  ])('is told with its path: %s', (text, path, number) => {
    expect(parseJson(text).overflow).toEqual({ path, text: number });
  });

  it.each(['{"a": 1e308}', '{"a": "1e400"}', '{"a": 1e-400}', `{"a": ${'9'.repeat(400)}}`])('is none: %s', (text) => {
    expect(parseJson(text).overflow).toBeUndefined();
  });
});

describe('a message', () => {
  const answer = (result: string) =>
    parseMessage(`{"jsonrpc": "2.0", "id": 1, "result": ${result}}`) as { result: unknown };
  const start = (params: string) =>
    parseMessage(`{"id": 1, "method": "run/start", "params": ${params}}`) as { params: unknown };

  it('keeps the digits of an answer, and of the data of a request', () => {
    expect(answer('1234567890123456789').result).toBe(1234567890123456789n);
    expect(answer('{"content": {"id": 1234567890123456789}}').result).toEqual({
      content: { id: 1234567890123456789n },
    });
    expect(start('{"deps": {"id": 1234567890123456789}, "timeoutMs": 18446744073709551615}').params).toEqual({
      deps: { id: 1234567890123456789n },
      timeoutMs: 2 ** 64,
    });
  });

  it('remembers a number that no double can hold', () => {
    const messageOf = (value: unknown) => {
      const overflow = overflowIn(value);
      return overflow && describeOverflow(overflow);
    };
    const end = 'is beyond the largest number, 1.8e308; give it as a string';
    expect(messageOf(answer('1e400').result)).toBe(`Infinity ${end}`);
    expect(messageOf(answer('{"content": [1, 1e400]}').result)).toBe(`1e400 at content.1 ${end}`);
    expect(messageOf(answer('[1e400]').result)).toBe(`1e400 at 0 ${end}`);
    expect(messageOf(start('{"deps": -1e999}').params)).toBe(`-1e999 at deps ${end}`);
    expect(messageOf(answer('{"content": 1e300}').result)).toBeUndefined();
  });

  it('that is nested deeply is read as it was', () => {
    const depth = 100_000;
    const text = `{"id":1,"result":${'['.repeat(depth)}1234567890123456789${']'.repeat(depth)}}`;
    expect(() => parseMessage(text)).not.toThrow();
  });
});
