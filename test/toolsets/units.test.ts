import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Deadline } from '../../server/toolsets/calls/deadline.ts';
import { headersOf, paramHeadersOf } from '../../server/toolsets/mcp/param-headers.ts';
import { serverEnvironment } from '../../server/toolsets/processes/environment.ts';
import { LineReader } from '../../server/toolsets/processes/line-reader.ts';
import { StderrTail } from '../../server/toolsets/processes/stderr-tail.ts';
import { inputSchemaOf } from '../../server/toolsets/tools/input-schema.ts';
import { toolName } from '../../server/toolsets/tools/tool-names.ts';

describe('the name of a tool', () => {
  it('suits every provider, whatever the server and the tool are called', () => {
    fc.assert(
      fc.property(
        fc.option(fc.string({ unit: 'grapheme' })),
        fc.string({ unit: 'grapheme', minLength: 1, maxLength: 200 }),
        (prefix, name) => {
          expect(toolName(prefix, name)).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
        },
      ),
    );
  });

  it.each([
    ['git', 'log', 'git_log'],
    [null, 'log', 'log'],
    ['my server', 'read/file', 'my_server_read_file'],
    ['a', 'x'.repeat(62), `a_${'x'.repeat(62)}`],
  ])('of %s and %s is %s', (prefix, name, expected) => {
    expect(toolName(prefix, name)).toBe(expected);
  });

  it('that is too long keeps its beginning and differs from others that begin so', () => {
    const [one, other] = ['1', '2'].map((end) => toolName('a', 'x'.repeat(70) + end));
    expect(one).toMatch(/^a_x{53}_[0-9a-f]{8}$/);
    expect(one).not.toBe(other);
  });
});

describe('a reader of lines', () => {
  const read = (chunks: Buffer[], maxBytes = 1000) => {
    const lines: string[] = [];
    let tooLong = 0;
    const reader = new LineReader({ maxBytes, onLine: (line) => lines.push(line), onTooLong: () => (tooLong += 1) });
    for (const chunk of chunks) reader.push(chunk);
    return { lines, tooLong };
  };

  it('gives the same lines for every chunking of the bytes', () => {
    const line = fc.string({ unit: 'grapheme', maxLength: 20 }).filter((text) => !text.includes('\n'));
    fc.assert(
      fc.property(fc.array(line), fc.array(fc.nat(40)), (lines, cuts) => {
        const bytes = Buffer.from(lines.map((one) => `${one}\n`).join(''));
        const at = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
        const chunks = [0, ...at].map((from, n) => bytes.subarray(from, at[n] ?? bytes.length));
        expect(read(chunks).lines).toEqual(lines.filter((one) => one !== ''));
      }),
    );
  });

  it('reads nothing after a line that is too long', () => {
    const chunks = ['ok\n', 'x'.repeat(600), 'x'.repeat(600), '\nlater\n'].map((text) => Buffer.from(text));
    expect(read(chunks)).toEqual({ lines: ['ok'], tooLong: 1 });
  });
});

describe('the schema of the arguments', () => {
  it.each([
    [undefined, 'not an object'],
    [[], 'not an object'],
    [{ type: 'string' }, 'of type "string"'],
    [{ type: ['object', 'null'] }, 'of type'],
    [{ type: 'object', properties: { a: { $ref: 'other.json#/A' } } }, "refers to 'other.json#/A'"],
  ])('%j is refused', (schema, said) => {
    expect(inputSchemaOf(schema)).toEqual({ fault: expect.stringContaining(said) });
  });

  it.each([
    [{}, { type: 'object' }],
    [
      {
        $schema: 'https://json-schema.org/draft/2020-12/schema',
        $defs: { A: {} },
        properties: { a: { $ref: '#/$defs/A' } },
      },
    ],
    [{ type: 'object', properties: { $ref: { type: 'string' } }, unevaluatedProperties: false, $anchor: 'x' }],
  ] as [object, object?][])('%j keeps every keyword', (schema, expected = schema) => {
    expect(inputSchemaOf(schema)).toEqual({ schema: { ...expected, type: 'object' } });
  });
});

describe('headers of parameters', () => {
  const of = (properties: object) => paramHeadersOf({ type: 'object', properties });
  const header = (type: string, name: unknown = 'X') => ({ type, 'x-mcp-header': name });

  it.each([
    ['a number', { a: header('number') }],
    ['an empty name', { a: header('string', '') }],
    ['a name with a blank', { a: header('string', 'a b') }],
    ['two of one name', { a: header('string', 'x'), b: header('string', 'X') }],
    ['one in a list', { a: { type: 'array', items: header('string') } }],
  ])('refuse %s', (_what, properties) => {
    expect(of(properties)).toHaveProperty('fault');
  });

  it('carry what is there, in base64 where a header cannot', () => {
    const declared = of({
      a: header('string', 'A'),
      b: header('integer', 'B'),
      c: header('boolean', 'C'),
      d: header('string', 'D'),
    });
    if (!('headers' in declared)) throw new Error(declared.fault);
    expect(headersOf(declared.headers, { a: ' x', b: 7, c: false, d: null })).toEqual({
      'Mcp-Param-A': `=?base64?${btoa(' x')}?=`,
      'Mcp-Param-B': '7',
      'Mcp-Param-C': 'false',
    });
  });
});

it('the environment of a server is a few variables of ours and its own', () => {
  const own = { PATH: '/bin', HOME: '/me', OPENAI_API_KEY: 'sk-1', TERM: '() { :; }' };
  expect(serverEnvironment(own, { LEVEL: '1' }, 'linux')).toEqual({ PATH: '/bin', HOME: '/me', LEVEL: '1' });
  expect(serverEnvironment({ ...own, APPDATA: 'C:' }, {}, 'win32')).toEqual({ PATH: '/bin', APPDATA: 'C:' });
});

it('the end of stderr is kept, however much comes', () => {
  const tail = new StderrTail(10);
  for (const text of ['abc', 'x'.repeat(100), 'the end']) tail.push(Buffer.from(text));
  expect(tail.text).toBe('xxxthe end');
});

it('a deadline that has ended does not come back', async () => {
  const deadline = new Deadline(20);
  await deadline.during(new Promise((resolve) => setTimeout(resolve, 60)));
  expect(deadline.signal.aborted).toBe(false);
  await new Promise((resolve) => deadline.signal.addEventListener('abort', resolve));
  deadline.move();
  deadline.end();
  expect(deadline.signal.aborted).toBe(true);
});
