import type { Framing } from '../support/raw-daemon.ts';

/** Id of the first callback of a connection. */
export const first = 1_000_000_000;

/** Something that comes in place of an answer. */
export interface Case {
  readonly name: string;
  readonly answer: string | Buffer;
  /** Why the call fails; without it the call is answered with null. */
  readonly reason?: string;
  /** Ids and codes of errors that are answered beside that. */
  readonly refused?: [id: unknown, code: number][];
  readonly framing?: Framing;
  readonly limits?: Record<string, number>;
}

const json = (fault: string) => `it is not valid JSON (${fault})`;
const alone = '; it names no call, and this one alone is open';
export const parseError: Case['refused'] = [[null, -32700]];
export const invalid: Case['refused'] = [[null, -32600]];
const noVersion = '`jsonrpc` must be "2.0"';
const small = { messageBytes: 4000 };
const filler = 'x'.repeat(5000);
const deep = `${'['.repeat(300)}${']'.repeat(300)}`;

/** Everything that may come in place of the answer to the call that is open. */
export const cases: Case[] = [
  // Not JSON, with an id that can be read.
  {
    name: 'NaN',
    answer: `{"jsonrpc":"2.0","id":${first},"result":{"mean":NaN}}`,
    reason: json('NaN at position 50 is not a JSON number'),
    refused: parseError,
  },
  {
    name: 'Infinity, the id at the end',
    answer: `{"jsonrpc": "2.0", "result": {"id": 5, "content": -Infinity}, "id": ${first}}`,
    reason: json('-Infinity at position 50 is not a JSON number'),
    refused: parseError,
  },
  {
    name: 'the repr of Python',
    answer: `{'jsonrpc': '2.0', 'id': ${first}, 'result': None}`,
    reason: json('the text at position 1 is not in quotes'),
    refused: parseError,
  },
  {
    name: 'a raw line break in a string',
    answer: `{"jsonrpc":"2.0","id":${first},"result":"a\nb"}`,
    reason: json('the line break at position 44 is inside a string and must be escaped'),
    refused: parseError,
    framing: 'contentLength',
  },
  {
    name: 'a raw line break in a string, on lines',
    answer: `{"jsonrpc":"2.0","id":${first},"result":"a\nb"}`,
    reason: json('it breaks off inside a string, at position 44'),
    refused: [
      [null, -32700],
      [null, -32700],
    ],
    framing: 'lines',
  },
  {
    name: 'a control character in a string',
    answer: `{"jsonrpc":"2.0","id":${first},"result":"\u001b[1m"}`,
    reason: json('the control character at position 43 is inside a string and must be escaped'),
    refused: parseError,
  },
  {
    name: 'a quote in a string that is not escaped',
    answer: `{"jsonrpc":"2.0","result":"say "hi", now","id":${first}}`,
    reason: json('the text at position 32 is not in quotes'),
    refused: parseError,
  },
  {
    name: 'bytes that are not UTF-8',
    answer: Buffer.from(`{"jsonrpc":"2.0","id":${first},"result":"\xe9"}`, 'latin1'),
    reason: 'it is not valid UTF-8',
    refused: parseError,
  },
  {
    name: 'an answer that breaks off',
    answer: `{"jsonrpc":"2.0","id":${first},"result":{"a":[1,`,
    reason: json('it breaks off at position 50'),
    refused: parseError,
  },
  {
    name: 'text after the answer',
    answer: `{"jsonrpc":"2.0","id":${first},"result":1} done`,
    reason: json('more follows its end at position 45'),
    refused: parseError,
  },
  {
    name: 'text before the answer',
    answer: `DEBUG {"jsonrpc":"2.0","id":${first},"result":1}`,
    reason: json('the text at position 0 is not in quotes'),
    refused: parseError,
  },
  {
    name: 'an id as a text, and no JSON',
    answer: `{"jsonrpc":"2.0","id":"${first}","result":NaN}`,
    reason: json('NaN at position 44 is not a JSON number'),
    refused: parseError,
  },
  {
    name: 'another charset',
    answer: `{"jsonrpc":"2.0","id":${first},"result":1}`,
    reason: "the charset 'latin1' is not served",
    refused: parseError,
    framing: 'contentLength',
  },
  // JSON, but no answer.
  { name: 'no version', answer: `{"id":${first},"result":"x"}`, reason: noVersion },
  { name: 'a version that is a number', answer: `{"jsonrpc":2.0,"id":${first},"result":"x"}`, reason: noVersion },
  { name: 'version 1.0', answer: `{"jsonrpc":"1.0","id":${first},"result":"x","error":null}`, reason: noVersion },
  { name: 'no version and an error', answer: `{"id":"${first}","error":{"code":1,"message":"x"}}`, reason: noVersion },
  {
    name: 'a method beside the result',
    answer: `{"jsonrpc":"2.0","id":${first},"method":"tool/call","result":"x"}`,
    reason: 'it has a `method`, as only a request has',
  },
  {
    name: 'a method beside the error',
    answer: `{"jsonrpc":"2.0","id":${first},"method":"tool/call","params":{},"error":{"code":1,"message":"x"}}`,
    reason: 'it has a `method`, as only a request has',
  },
  {
    name: 'a method that is no string',
    answer: `{"jsonrpc":"2.0","id":${first},"method":5}`,
    reason: '`method` must be a string',
  },
  {
    name: 'a batch',
    answer: `[{"jsonrpc":"2.0","id":${first},"result":"x"}]`,
    reason: 'batches are not served; send each message on its own',
  },
  {
    name: '300 levels',
    answer: `{"jsonrpc":"2.0","id":${first},"result":${deep}}`,
    reason: 'it is nested deeper than 200 levels',
  },
  {
    name: '300 levels and no JSON',
    answer: `{"jsonrpc":"2.0","id":${first},"result":[${deep},NaN]}`,
    reason: json('NaN at position 644 is not a JSON number'),
    refused: parseError,
  },
  {
    name: '300 levels and no version',
    answer: `{"id":${first},"result":${deep}}`,
    reason: noVersion,
  },
  // Too large.
  {
    name: 'too large, the id in front',
    answer: `{"jsonrpc":"2.0","id":${first},"result":"${filler}"}`,
    reason: 'it has 5045 bytes; 4000 is the limit of a message',
    limits: small,
  },
  {
    name: 'too large, the id at the end',
    answer: `{"result":"${filler}","jsonrpc":"2.0","id":${first}}`,
    reason: 'it has 5045 bytes; 4000 is the limit of a message',
    limits: small,
  },
  {
    name: 'too large, and no JSON',
    answer: `{"result":NaN,"x":"${filler}","id":${first}}`,
    reason: 'it has 5037 bytes; 4000 is the limit of a message',
    limits: small,
  },
  // No id that can be read: the only call that is open is meant.
  {
    name: 'text',
    answer: 'hello',
    reason: json('the text at position 0 is not in quotes') + alone,
    refused: parseError,
  },
  {
    name: 'an answer that breaks off in its id',
    answer: '{"jsonrpc":"2.0","id":10000',
    reason: json('it breaks off at position 27') + alone,
    refused: parseError,
  },
  { name: 'a bare result', answer: '"x"', reason: `a message is an object${alone}`, refused: invalid },
  { name: 'an empty object', answer: '{}', reason: noVersion + alone, refused: invalid },
  {
    name: 'a result without an id',
    answer: '{"jsonrpc":"2.0","result":"x"}',
    reason: `it has neither a method nor an id that is ours${alone}`,
    refused: invalid,
  },
  {
    name: 'an error of a client that could not read the request',
    answer: '{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"Parse error"}}',
    reason: `its \`id\` is null (error -32700)${alone}`,
  },
  { name: 'a result to null', answer: '{"jsonrpc":"2.0","id":null,"result":1}', reason: `its \`id\` is null${alone}` },
  {
    name: 'a fractional id',
    answer: `{"jsonrpc":"2.0","id":${first}.5,"result":1}`,
    reason: `it has neither a method nor an id that is ours${alone}`,
    refused: invalid,
  },
  {
    name: 'too large, no id',
    answer: filler,
    reason: `it has 5000 bytes; 4000 is the limit of a message${alone}`,
    refused: [[null, 1003]],
    limits: small,
  },
  // Answers that are taken as they are meant.
  { name: 'no result', answer: `{"jsonrpc":"2.0","id":${first}}` },
  { name: 'result and error null', answer: `{"jsonrpc":"2.0","id":${first},"result":null,"error":null}` },
  { name: 'an id as a text', answer: `{"jsonrpc":"2.0","id":"${first}","result":null}` },
  { name: 'an id as a fraction of none', answer: `{"jsonrpc":"2.0","id":${first}.0,"result":null}` },
  { name: 'method null', answer: `{"jsonrpc":"2.0","id":${first},"method":null,"result":null}` },
];
