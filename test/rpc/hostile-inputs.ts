import { type Framing, framed } from '../support/raw-daemon.ts';

/** An input, and everything that is answered to it; `exit` is the code the daemon ends with, absent when it goes on. */
export interface Case {
  readonly name: string;
  readonly input: Buffer;
  readonly answers: readonly unknown[];
  readonly exit?: number;
  /** The input ends after it. */
  readonly ends?: boolean;
  readonly limits?: Record<string, number>;
  /** Answers to different requests may overtake each other, as they do when the machine is busy. */
  readonly inAnyOrder?: boolean;
}

type Id = string | number | null;

const error = (id: Id, code: number, kind: string, message: string, details = {}) => ({
  jsonrpc: '2.0',
  id,
  error: { code, message, data: { ...details, kind } },
});
const refused = (id: Id, reason: string) => error(id, -32600, 'request.invalid', `Invalid request: ${reason}.`);
const unread = (reason: string, id: Id = null) =>
  error(id, -32700, 'parse.error', `A message could not be read: ${reason}.`);
const notJson = (fault: string, id: Id = null) => unread(`it is not valid JSON (${fault})`, id);
const notUtf8 = unread('it is not valid UTF-8');
const lost = (reason: string) =>
  error(null, -32600, 'request.invalid', `The input is not a stream of messages: ${reason}.`);
const noMethod = (id: Id, method: string) =>
  error(id, -32601, 'method.notFound', `There is no method '${method}'; rpc/discover lists those there are.`, {
    method,
  });
const tooLarge = (id: Id, size: number, limit = 300) =>
  error(id, 1003, 'message.tooLarge', `A message of ${size} bytes came; ${limit} is the limit.`, { limit, size });
const served = (id: Id, result: unknown = { removed: false }) => ({ jsonrpc: '2.0', id, result });
const none = { agents: [] };

const request = (id: string, rest = '"method":"agent/unregister","params":{"name":"x"}') =>
  `{"jsonrpc":"2.0","id":${id},${rest}}`;
const list = (id: string, params: string) => request(id, `"method":"agent/list"${params}`);
const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
const deepRequest = (depth: number) => request('1', `"method":"agent/list","params":{"a":${nested(depth - 2)}}`);
const tooDeep = 'it is nested deeper than 200 levels';
const badId = '`id` must be a string or a whole number';
const inUse = 'the id is in use by a request that is not answered yet';
const badParams = '`params` must be an object';
const badVersion = '`jsonrpc` must be "2.0"';
const noBatch = 'batches are not served; send each message on its own';

/** Bodies that mean the same in both framings. */
const bodies: [name: string, body: string | Buffer | (string | Buffer)[], answers: unknown[]][] = [
  // Ids that are served, echoed as they came.
  ['id 0', request('0'), [served(0)]],
  ['a negative id', request('-1'), [served(-1)]],
  ['the largest whole id', request('9007199254740991'), [served(9007199254740991)]],
  ['an id written as 1e3', request('1e3'), [served(1000)]],
  ['an id written as 1.0', request('1.0'), [served(1)]],
  ['a uuid', request('"0b1d8a4e-7d1c-4c1f-9a43-111111111111"'), [served('0b1d8a4e-7d1c-4c1f-9a43-111111111111')]],
  ['an id that is not ASCII', request('"str-id-é🙂"'), [served('str-id-é🙂')]],
  ['an empty id', request('""'), [served('')]],
  ['an id named like a property of objects', request('"__proto__"'), [served('__proto__')]],
  ['a number as a string', request('"9007199254740993"'), [served('9007199254740993')]],
  ['an id in the range of our own', request('1000000000'), [served(1000000000)]],
  // Ids that are not.
  ['a fractional id', request('1.5'), [refused(null, badId)]],
  ['an id that loses digits', request('9007199254740993'), [refused(null, badId)]],
  ['an id beyond all numbers', request('1e400'), [refused(null, badId)]],
  ['id null', request('null'), [refused(null, badId)]],
  ['id true', request('true'), [refused(null, badId)]],
  ['an object for an id', request('{"a":1}'), [refused(null, badId)]],
  ['a list for an id', request('[1]'), [refused(null, badId)]],
  ['the same id twice', [request('1'), request('1')], [refused(1, inUse), served(1)]],
  ['1 and "1"', [request('1'), request('"1"')], [refused('1', inUse), served(1)]],
  // What is no request.
  ['an empty batch', '[]', [refused(null, noBatch)]],
  ['a batch', `[${request('1')}]`, [refused(null, noBatch)]],
  ['null', 'null', [refused(null, 'a message is an object')]],
  ['a number', '5', [refused(null, 'a message is an object')]],
  ['a string', '"x"', [refused(null, 'a message is an object')]],
  ['true', 'true', [refused(null, 'a message is an object')]],
  ['an empty object', '{}', [refused(null, badVersion)]],
  ['a version alone', '{"jsonrpc":"2.0"}', [refused(null, 'it has neither a method nor an id that is ours')]],
  ['an id alone', '{"jsonrpc":"2.0","id":7}', [refused(7, 'it is neither a request nor a response')]],
  ['no version', '{"id":1,"method":"agent/list"}', [refused(1, badVersion)]],
  ['version 1.0', '{"jsonrpc":"1.0","id":1,"method":"agent/list"}', [refused(1, badVersion)]],
  ['a version that is a number', '{"jsonrpc":2.0,"id":"a","method":"agent/list"}', [refused('a', badVersion)]],
  ['no version and no good id', '{"id":1.5,"method":"agent/list"}', [refused(null, badVersion)]],
  ['no method', request('1', '"params":{}'), [refused(1, 'it is neither a request nor a response')]],
  ['method null', request('1', '"method":null'), [refused(1, '`method` must be a string')]],
  ['a method that is a number', request('1', '"method":5'), [refused(1, '`method` must be a string')]],
  ['a method that is an object', request('1', '"method":{}'), [refused(1, '`method` must be a string')]],
  ['a method that is none and no id', '{"jsonrpc":"2.0","method":5}', [refused(null, '`method` must be a string')]],
  // Parameters.
  ['params that are a string', list('1', ',"params":"hi"'), [refused(1, badParams)]],
  ['params that are a number', list('1', ',"params":5'), [refused(1, badParams)]],
  ['params that are false', list('1', ',"params":false'), [refused(1, badParams)]],
  ['params null', list('1', ',"params":null'), [served(1, none)]],
  ['params []', list('1', ',"params":[]'), [served(1, none)]],
  ['params {}', list('1', ',"params":{}'), [served(1, none)]],
  ['no params', list('1', ''), [served(1, none)]],
  ['params with __proto__', list('1', ',"params":{"__proto__":{"x":1}}'), [served(1, none)]],
  ['members nobody knows', list('1', ',"result":1,"meta":{}'), [served(1, none)]],
  [
    'params by position',
    request('1', '"method":"agent/unregister","params":["x"]'),
    [
      error(1, -32602, 'params.invalid', 'Invalid parameters. Invalid input: expected object, received array', {
        issues: [{ path: [], message: 'Invalid input: expected object, received array' }],
      }),
    ],
  ],
  // Methods.
  ['an empty method', request('1', '"method":""'), [noMethod(1, '')]],
  ['an unknown method', request('1', '"method":"nope"'), [noMethod(1, 'nope')]],
  ['an unknown $/ method', request('1', '"method":"$/foo"'), [noMethod(1, '$/foo')]],
  ['a reserved method', request('1', '"method":"rpc.foo"'), [noMethod(1, 'rpc.foo')]],
  ['a method named __proto__', request('1', '"method":"__proto__"'), [noMethod(1, '__proto__')]],
  ['a method named constructor', request('1', '"method":"constructor"'), [noMethod(1, 'constructor')]],
  ['a callback as a method', request('1', '"method":"tool/call"'), [noMethod(1, 'tool/call')]],
  ['a notification as a request', request('1', '"method":"exit"'), [noMethod(1, 'exit')]],
  ['$/cancelRequest as a request', request('1', '"method":"$/cancelRequest"'), [noMethod(1, '$/cancelRequest')]],
  [
    'a second initialize',
    request('1', '"method":"initialize","params":{}'),
    [error(1, -32600, 'request.invalid', 'The session is initialized already; initialize is sent once.')],
  ],
  // Notifications: never answered.
  ['an unknown notification', '{"jsonrpc":"2.0","method":"nope"}', []],
  ['an unknown $/ notification', '{"jsonrpc":"2.0","method":"$/foo","params":{}}', []],
  ['a notification with bad params', '{"jsonrpc":"2.0","method":"nope","params":5}', []],
  ['a request without an id', '{"jsonrpc":"2.0","method":"agent/list"}', []],
  ['a delta of no run', '{"jsonrpc":"2.0","method":"model/delta","params":{"runId":"r"}}', []],
  ['$/setTrace with a wrong value', '{"jsonrpc":"2.0","method":"$/setTrace","params":{"value":"loud"}}', []],
  ['$/cancelRequest without params', '{"jsonrpc":"2.0","method":"$/cancelRequest"}', []],
  ['$/cancelRequest of null', '{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":null}}', []],
  ['$/cancelRequest with params null', '{"jsonrpc":"2.0","method":"$/cancelRequest","params":null}', []],
  ['$/cancelRequest of nothing', '{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":99}}', []],
  ['$/cancelRequest of an object', '{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":{}}}', []],
  ['$/cancelRequest by position', '{"jsonrpc":"2.0","method":"$/cancelRequest","params":[1]}', []],
  // Responses to nobody: never answered.
  ['a stray result', '{"jsonrpc":"2.0","id":77,"result":1}', []],
  ['a stray error', '{"jsonrpc":"2.0","id":77,"error":{"code":1,"message":"x"}}', []],
  ['a stray result with our id', '{"jsonrpc":"2.0","id":1000000000,"result":null}', []],
  ['an error without an id', '{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"x"}}', []],
  ['a result and an error', '{"jsonrpc":"2.0","id":5,"result":1,"error":{}}', []],
  ['a result with method null', '{"jsonrpc":"2.0","id":5,"method":null,"result":1}', []],
  // JSON.
  ['a value that is cut off', '{"jsonrpc":"2.0","id":1,', [notJson('it breaks off at position 24')]],
  ['a name without quotes', '{jsonrpc:"2.0"}', [notJson('the text at position 1 is not in quotes')]],
  ['two values', `${request('1')} {}`, [notJson('more follows its end at position 75', 1)]],
  ['NaN', list('NaN', ''), [notJson('NaN at position 22 is not a JSON number')]],
  ['NaN in a request', list('7', ',"params":{"a":NaN}'), [notJson('NaN at position 60 is not a JSON number', 7)]],
  [
    'NaN in a notification',
    '{"jsonrpc":"2.0","method":"x","params":[NaN]}',
    [notJson('NaN at position 40 is not a JSON number')],
  ],
  ['single quotes', "{'jsonrpc':'2.0'}", [notJson('the text at position 1 is not in quotes')]],
  [
    'a control character',
    Buffer.from(list('"\u0001"', '')),
    [notJson('the control character at position 23 is inside a string and must be escaped')],
  ],
  ['bytes that are no UTF-8', Buffer.from(list('"\xff\xfe"', ''), 'latin1'), [notUtf8]],
  ['an overlong UTF-8 form', Buffer.from(list('"\xc0\xaf"', ''), 'latin1'), [notUtf8]],
  ['half a character', Buffer.from(list('"\xe2\x82"', ''), 'latin1'), [notUtf8]],
  ['zero bytes', Buffer.from('{\0\0}'), [notJson('the text at position 1 is not in quotes')]],
  ['half a surrogate pair, escaped', list('"\\ud800"', ''), [served('\ud800', none)]],
  ['blanks around a value', ` \t ${list('1', '')}  `, [served(1, none)]],
  ['an escaped method', request('1', '"method":"agent\\/l\\u0069st"'), [served(1, none)]],
  ['the same key twice: the last one counts', list('1', ',"id":2'), [served(2, none)]],
  ['the same key __proto__ at the top', `{"__proto__":{"method":"x"},${list('1', '').slice(1)}`, [served(1, none)]],
  // Depth, counted with the envelope.
  ['200 levels', deepRequest(200), [served(1, none)]],
  ['201 levels', deepRequest(201), [refused(1, tooDeep)]],
  ['5,000 levels', deepRequest(5000), [refused(1, tooDeep)]],
  ['100,000 levels', deepRequest(100_000), [refused(1, tooDeep)]],
  ['100,000 levels in a batch', nested(100_000), [refused(null, noBatch)]],
  ['100,000 levels in a notification', `{"jsonrpc":"2.0","method":"x","params":${nested(100_000)}}`, []],
  ['100,000 levels in an answer', `{"jsonrpc":"2.0","id":1,"result":${nested(100_000)}}`, []],
];

const header = (fields: string, body = list('1', '')) => `${fields.replace('#', String(body.length))}\r\n\r\n${body}`;
const ok = [served(1, none)];
const expected = (text: string) => lost(`expected a header, found '${text}'`);

/** Inputs of the Content-Length framing. */
const headers: [name: string, input: string | Buffer, answers: unknown[], exit?: number][] = [
  ['a lower-case header', header('content-length: #'), ok],
  ['an upper-case header', header('CONTENT-LENGTH: #'), ok],
  ['no blank', header('Content-Length:#'), ok],
  ['many blanks', header('Content-Length  :\t  #  '), ok],
  ['leading zeros', header('Content-Length: 000#'), ok],
  [
    'Content-Type behind it',
    header('Content-Length: #\r\nContent-Type: application/vscode-jsonrpc; charset=utf-8'),
    ok,
  ],
  ['Content-Type before it', header('Content-Type: application/vscode-jsonrpc; charset=utf8\r\nContent-Length: #'), ok],
  ['a charset in quotes', header('Content-Length: #\r\nContent-Type: x; charset="UTF-8"'), ok],
  ['an unknown header', header('X-Trace: 1\r\nContent-Length: #\r\nY:'), ok],
  [
    'another charset',
    header('Content-Length: #\r\nContent-Type: text/plain; charset=utf-16le'),
    [unread("the charset 'utf-16le' is not served", 1)],
  ],
  ['an empty body', 'Content-Length: 0\r\n\r\n', [notJson('it is empty')]],
  [
    'an empty body in another charset',
    'Content-Length: 0\r\nContent-Type: x; charset=x\r\n\r\n',
    [unread("the charset 'x' is not served")],
  ],
  ['a byte order mark in a body', framed(`\ufeff${list('1', '')}`), [notJson('a byte order mark is at position 0', 1)]],
  [
    'a length that is too small',
    `Content-Length: 10\r\n\r\n{"jsonrpc":"2.0"}`,
    [notJson('it breaks off at position 10'), expected(':')],
    2,
  ],
  [
    'a length that is too large',
    `Content-Length: 24\r\n\r\n{"a":1}Content-Length: 2\r\n\r\n{}`,
    [notJson('more follows its end at position 7'), lost('a header has no Content-Length')],
    2,
  ],
  ['no Content-Length', header('Content-Type: x'), [lost('a header has no Content-Length')], 2],
  ['an empty header', '\r\n\r\n{}', [lost('a header has no Content-Length')], 2],
  ['a line without a colon', 'garbage line\r\n\r\n', [expected('garbage line')], 2],
  [
    'a stray line of text',
    'npm notice hello\n',
    [lost("expected a header that ends with CR LF, found 'npm notice hello'")],
    2,
  ],
  [
    'LF alone',
    'Content-Length: 2\n\n{}',
    [lost("expected a header that ends with CR LF, found 'Content-Length: 2'")],
    2,
  ],
  ['a length that is a word', 'Content-Length: abc\r\n\r\n', [lost("Content-Length is 'abc'")], 2],
  ['a negative length', 'Content-Length: -1\r\n\r\n', [lost("Content-Length is '-1'")], 2],
  ['a signed length', 'Content-Length: +5\r\n\r\n', [lost("Content-Length is '+5'")], 2],
  ['a length with junk', 'Content-Length: 5junk\r\n\r\n', [lost("Content-Length is '5junk'")], 2],
  ['a fractional length', 'Content-Length: 1.5\r\n\r\n', [lost("Content-Length is '1.5'")], 2],
  ['a hexadecimal length', 'Content-Length: 0x10\r\n\r\n', [lost("Content-Length is '0x10'")], 2],
  ['no length', 'Content-Length:\r\n\r\n', [lost("Content-Length is ''")], 2],
  ['an absurd length', `Content-Length: ${'9'.repeat(20)}\r\n\r\n`, [lost(`Content-Length is '${'9'.repeat(20)}'`)], 2],
  [
    'two lengths',
    'Content-Length: 2\r\nContent-Length: 2\r\n\r\n',
    [lost('a header has more than one Content-Length')],
    2,
  ],
  ['a header without an end', 'a'.repeat(8200), [lost('a header is longer than 8192 bytes')], 2],
  ['headers without an end', 'A: b\r\n'.repeat(1500), [lost('a header is longer than 8192 bytes')], 2],
  ['a name with a blank', 'Content Length: 2\r\n\r\n', [expected('Content Length: 2')], 2],
  ['an HTTP request', 'POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}', [expected('POST / HTTP/1.1')], 2],
  ['zero bytes for a header', '\0\0\0\0', [expected('?')], 2],
  ['UTF-16', Buffer.from([0xff, 0xfe, 0x43, 0x00]), [expected('?')], 2],
  [
    'a message on a line, behind one in a frame',
    `${framed(list('1', ''))}{"jsonrpc":"2.0"}\n`,
    [expected('{'), ...ok],
    2,
  ],
];

const handshake = list('"h"', '').replace('agent/list', 'initialize');

/** What the daemon gets first, before any case: most say nothing about the start of the input. */
export const opening = (framing: Framing) => framed(handshake, framing);

function bodyCases(framing: Framing): Case[] {
  return bodies.map(([name, body, answers]) => ({
    name,
    input: Buffer.concat([body].flat().map((one) => framed(one, framing))),
    answers,
  }));
}

const line = (text: string) => Buffer.from(text);
const large = (fields: string) => `{${fields},"params":{"x":"${'x'.repeat(400)}"}}`;
const small = { messageBytes: 300 };

/** Over the cap: skipped, answered with the id when that stands at the start, and the next one is served. */
function sizeCases(framing: Framing): Case[] {
  const rows: [string, string, Id][] = [
    ['too large, its id in front', large('"jsonrpc":"2.0","id":7,"method":"agent/list"'), 7],
    ['too large, its id behind the method', large('"method":"agent/list" , "id":"é" , "jsonrpc":"2.0"'), 'é'],
    ['too large, its id at the end', `{"params":{"x":"${'x'.repeat(400)}"},"id":7,"method":"agent/list"}`, 7],
    [
      'too large, its id behind much more than is looked at',
      `{"method":"agent/list","params":{"x":"${'x'.repeat(200_000)}"},"id":7}`,
      7,
    ],
    ['too large, a notification', large('"jsonrpc":"2.0","method":"x"'), null],
    ['too large, a response without a request', `{"jsonrpc":"2.0","id":7,"result":"${'x'.repeat(400)}"}`, null],
    ['too large, no JSON', 'x'.repeat(400), null],
  ];
  return rows.map(([name, body, id]) => ({
    name,
    input: Buffer.concat([framed(body, framing), framed(list('1', ''), framing)]),
    answers: [tooLarge(id, Buffer.byteLength(body)), ...ok],
    limits: small,
  }));
}

export const contentLengthCases: Case[] = [
  ...bodyCases('contentLength'),
  ...sizeCases('contentLength'),
  ...headers.map(([name, input, answers, exit]) => ({
    name,
    input: Buffer.from(input as string),
    answers,
    ...(exit === undefined ? {} : { exit }),
  })),
  {
    name: 'an enormous length, of which little comes',
    input: line('Content-Length: 999999999\r\n\r\n{"jsonrpc":"2.0","id":3,"method":"x",'),
    answers: [tooLarge(3, 999999999), lost('the input ended inside a message')],
    limits: small,
    ends: true,
    exit: 2,
  },
  ...['1073741825', '99999999999', '99999999999999', '999999999999999'].map((length) => ({
    name: `a length far beyond the limit: ${length}`,
    input: line(`Content-Length: ${length}\r\n\r\n${list('1', '')}`),
    answers: [lost(`Content-Length is ${length}, far beyond the limit of 67108864 bytes`)],
    exit: 2,
  })),
  {
    name: 'a length far beyond the limit, in another charset',
    input: line('Content-Type: x; charset=latin1\r\nContent-Length: 99999999999999\r\n\r\n{}'),
    answers: [lost('Content-Length is 99999999999999, far beyond the limit of 67108864 bytes')],
    exit: 2,
  },
  { name: 'the end', input: line(''), answers: [], ends: true, exit: 1 },
  {
    name: 'the end in a header',
    input: line('Content-Le'),
    answers: [lost('the input ended inside a message')],
    ends: true,
    exit: 2,
  },
  {
    name: 'the end in a body',
    input: line('Content-Length: 100\r\n\r\n{"jsonrpc"'),
    answers: [lost('the input ended inside a message')],
    ends: true,
    exit: 2,
  },
  { name: 'a request and the end', input: framed(list('1', '')), answers: ok, ends: true, exit: 1 },
  { name: 'exit without shutdown', input: framed('{"jsonrpc":"2.0","method":"exit"}'), answers: [], exit: 1 },
  {
    name: 'shutdown, exit, the end',
    input: Buffer.concat([framed(request('1', '"method":"shutdown"')), framed('{"jsonrpc":"2.0","method":"exit"}')]),
    answers: [served(1, null)],
    ends: true,
    exit: 0,
  },
  {
    name: 'a request between shutdown and exit',
    input: Buffer.concat([
      framed(request('1', '"method":"shutdown"')),
      framed(list('2', '')),
      framed('{"jsonrpc":"2.0","method":"exit"}'),
    ]),
    answers: [
      error(2, -32600, 'request.invalid', 'The session was shut down; agent/list came too late, only exit may follow.'),
      served(1, null),
    ],
    exit: 0,
    inAnyOrder: true,
  },
];

export const lineCases: Case[] = [
  ...bodyCases('lines'),
  ...sizeCases('lines'),
  { name: 'CR LF', input: line(`${list('1', '')}\r\n`), answers: ok },
  { name: 'empty lines', input: line(`\n\r\n  \n${list('1', '')}\n\n`), answers: ok },
  { name: 'no line end at the end', input: line(list('1', '')), answers: ok, ends: true, exit: 0 },
  { name: 'the end', input: line(''), answers: [], ends: true, exit: 0 },
  {
    name: 'half a message at the end',
    input: line('{"jsonrpc":'),
    answers: [notJson('it breaks off at position 11')],
    ends: true,
    exit: 0,
  },
  {
    name: 'a header',
    input: line(`Content-Length: 10\n${list('1', '')}\n`),
    answers: [notJson('the text at position 0 is not in quotes'), ...ok],
  },
  {
    name: 'a byte order mark in the middle',
    input: line(`\ufeff${list('1', '')}\n`),
    answers: [notJson('a byte order mark is at position 0', 1)],
  },
  {
    name: 'a message over two lines',
    input: line('{"jsonrpc":\n"2.0"}\n'),
    answers: [notJson('it breaks off at position 11'), notJson('more follows its end at position 5')],
  },
];

/** First bytes of an input: the framing follows from them. */
export const firstBytes: (Case & { readonly framing: Framing })[] = [
  {
    name: 'a byte order mark and a header',
    framing: 'contentLength',
    input: line(`\ufeff${framed(handshake)}`),
    answers: [],
  },
  { name: 'a byte order mark and a line', framing: 'lines', input: line(`\ufeff${handshake}\n`), answers: [] },
  { name: 'blank lines and a line', framing: 'lines', input: line(`\n \r\n${handshake}\n`), answers: [] },
  { name: 'blank lines and a header', framing: 'contentLength', input: line(`\r\n${framed(handshake)}`), answers: [] },
  ...['[]', `[${list('1', '')}]`, '\ufeff[]', ' \r\n [ ]'].map((batch) => ({
    name: `a batch on a line: ${JSON.stringify(batch)}`,
    framing: 'lines' as const,
    input: line(`${batch}\n${handshake}\n`),
    answers: [refused(null, noBatch)],
  })),
  {
    name: 'a request before the handshake',
    framing: 'contentLength',
    input: Buffer.concat([framed(list('1', '')), framed(handshake)]),
    answers: [error(1, -32002, 'notInitialized', 'Send initialize before agent/list.')],
  },
  {
    name: 'text',
    framing: 'contentLength',
    input: line('hello\n'),
    answers: [lost("expected a header that ends with CR LF, found 'hello'")],
    exit: 2,
  },
  {
    name: 'half a byte order mark',
    framing: 'contentLength',
    input: Buffer.from([0xef, 0xbb, 0x41, 0x0a]),
    answers: [expected('?')],
    exit: 2,
  },
  { name: 'nothing at all', framing: 'contentLength', input: line(''), answers: [], ends: true, exit: 1 },
];
