import { crc32 } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  AwsEventFraming,
  EventFraming,
  type Framing,
  WholeFraming,
} from '../../../../server/models/ai-sdk/transport/framing.ts';

const bounds = { bytes: 400, depth: 4, calls: 2, parts: 3 };
const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
const tooDeep = { fault: 'is nested deeper than 4 levels' };
const tooLong = (value: number) => ({ limit: 'responseBytes', value });
const tooManyCalls = { limit: 'callsPerResponse', value: 3 };
const tooManyParts = { limit: 'partsPerResponse', value: 4 };
const tooMany = { fault: 'holds more than 250000 values' };

/** A message of the binary event stream with a payload; the checksum of its end is left to the decoder. */
function awsMessage(payload: string, length?: number): Uint8Array {
  const body = Buffer.from(payload);
  const message = Buffer.alloc(12 + body.length + 4);
  message.writeUInt32BE(length ?? message.length, 0);
  message.writeUInt32BE(crc32(message.subarray(0, 8)), 8);
  body.copy(message, 12);
  return message;
}

function read(framing: Framing, bytes: Uint8Array, size: number) {
  const passed: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += size) {
    const { pass, refusal } = framing.take(bytes.subarray(at, at + size));
    passed.push(...pass);
    if (refusal) return { passed: Buffer.concat(passed), refusal };
  }
  passed.push(...framing.rest());
  return { passed: Buffer.concat(passed), refusal: undefined };
}

const framings = {
  'a whole body': () => new WholeFraming(bounds),
  'server-sent events': () => new EventFraming(bounds),
  'an AWS event stream': () => new AwsEventFraming(bounds),
};

type Kind = keyof typeof framings;
const wide = { bytes: 1e6, depth: 4, calls: 256, parts: 4096 };

const texts: [name: string, kind: Kind, given: string | Uint8Array, refusal: object | undefined][] = [
  ['JSON as deep as allowed', 'a whole body', nested(4), undefined],
  ['JSON that is deeper', 'a whole body', nested(5), tooDeep],
  ['brackets inside strings', 'a whole body', `["\\"[[[[[[", "\\\\", "[[[[["]`, undefined],
  ['a string that ends after an escaped backslash', 'a whole body', `["\\\\", ${nested(4)}]`, tooDeep],
  ['too many bytes', 'a whole body', 'x'.repeat(401), tooLong(401)],
  ['deep JSON after shallow', 'server-sent events', `data: ${nested(4)}\n\ndata: ${nested(5)}\n\n`, tooDeep],
  ['depth that is never closed, in separate events', 'server-sent events', 'data: [[[\n\n'.repeat(9), undefined],
  ['depth over several lines of data', 'server-sent events', 'data: [[[\ndata: [[\n\n', tooDeep],
  ['carriage returns', 'server-sent events', `data: [[[\r\rdata: [[[\r\n\r\ndata: ${nested(5)}\r\n\r\n`, tooDeep],
  ['brackets in comments and other fields', 'server-sent events', `: ${nested(9)}\nid: ${nested(9)}\n\n`, undefined],
  ['many events that are small', 'server-sent events', 'data: 1\n\n'.repeat(100), undefined],
  ['one event that is large', 'server-sent events', `data: ${'x'.repeat(401)}`, tooLong(expect.any(Number))],
  ['messages', 'an AWS event stream', Buffer.concat([awsMessage('[[[['), awsMessage('[[[[')]), undefined],
  ['a deep message', 'an AWS event stream', Buffer.concat([awsMessage('[]'), awsMessage(nested(5))]), tooDeep],
  ['an announced length that is too large', 'an AWS event stream', awsMessage('', 0xffff_ffff), tooLong(0xffff_ffff)],
  [
    'as many calls as allowed',
    'server-sent events',
    'data: {"tool_calls": [{"a": [1, 2]}, {}], "b": [1, 2, 3]}\n\n',
    undefined,
  ],
  [
    'as many calls in each of two events',
    'server-sent events',
    'data: {"tool_calls": [1, 2]}\n\n'.repeat(2),
    undefined,
  ],
  [
    'calls too many in one event',
    'server-sent events',
    'data: {"tool_calls": [{}, {"b": 1, "c": 2}, {}]}\n\n',
    tooManyCalls,
  ],
  ['calls too many in a whole body', 'a whole body', '{"a": "tool_calls", "tool_calls" : [1, 2, 3]}', tooManyCalls],
  [
    'parts too many in one event',
    'server-sent events',
    'data: {"parts": [1, {"parts": [1, 2]}, 3, 4]}\n\n',
    tooManyParts,
  ],
  ['parts too many in a message', 'an AWS event stream', awsMessage('{"parts": [1, 2, 3, 4]}'), tooManyParts],
  ['arguments that are named like a list', 'a whole body', '{"content": [{"parts": [1, 2, 3, 4]}]}', undefined],
  ['arguments within parts', 'server-sent events', 'data: {"parts": [{"tool_calls": [1, 2, 3]}]}\n\n', undefined],
  ['calls after other content', 'a whole body', '{"content": [1, 2], "tool_calls": [1, 2, 3]}', tooManyCalls],
  ['a text that is the name of calls', 'a whole body', '["tool_calls", [1, 2, 3, 4], "parts"]', undefined],
  [
    'a name that only begins like that of calls',
    'a whole body',
    '{"tool_calls_": [1, 2, 3, 4], "tool_call": [1, 2, 3]}',
    undefined,
  ],
  ['a length that cannot be', 'an AWS event stream', awsMessage('[[[[[', 0), undefined],
];

describe.each([1, 2, 3, 7, 1000])('a body in pieces of %i bytes', (size) => {
  it.each(texts)('is judged by its text: %s in %s', (_name, kind, given, refusal) => {
    const { refusal: found } = read(framings[kind](), Buffer.from(given), size);
    expect(found).toEqual(refusal);
  });
});

it('values are counted for each text', () => {
  const values = (count: number) => `[${'0,'.repeat(count - 2)}0]`;
  const judged = (text: string) => read(new EventFraming(wide), Buffer.from(text), 8192).refusal;
  expect(judged(`data: ${values(250_000)}\n\n`.repeat(3))).toBeUndefined();
  expect(judged(`data: ${values(250_001)}\n\n`)).toBeUndefined();
  expect(judged(`data: ${values(250_002)}\n\n`)).toEqual(tooMany);
});

it('passes what is not refused unchanged, whatever the bytes and however they are cut', () => {
  const bytes = fc.uint8Array({ maxLength: 300 });
  const kinds = fc.constantFrom<Kind>('server-sent events', 'a whole body', 'an AWS event stream');
  fc.assert(
    fc.property(kinds, bytes, fc.integer({ min: 1, max: 300 }), (kind, given, size) => {
      const { passed, refusal } = read(framings[kind](), given, size);
      if (!refusal) expect(passed).toEqual(Buffer.from(given));
      else expect(Buffer.from(given).subarray(0, passed.length)).toEqual(passed);
    }),
  );
});

it('keeps the events before one that is refused', () => {
  const { passed } = read(new EventFraming(bounds), Buffer.from(`data: 1\n\ndata: 2\n\ndata: ${nested(5)}`), 1000);
  expect(passed.toString()).toBe('data: 1\n\ndata: 2\n\n');
});

it('an AWS event stream passes in whole messages, which its package would join again and again', () => {
  const message = awsMessage('x'.repeat(50));
  const framing = new AwsEventFraming(bounds);
  const passes = [...message].map((byte) => framing.take(Uint8Array.of(byte)).pass.length);
  expect(passes.filter((count) => count > 0)).toEqual([1]);
});
