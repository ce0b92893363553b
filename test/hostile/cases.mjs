// What a provider may send and what a schema may require, by the kinds of budgets they try.
import { gzipSync } from 'node:zlib';

const chunk = (delta, fields = {}) =>
  `data: ${JSON.stringify({ id: 'x', created: 1, model: 'm', choices: [{ index: 0, delta, finish_reason: null }], ...fields })}\n\n`;
const ending = (reason) =>
  `data: ${JSON.stringify({ id: 'x', created: 1, model: 'm', choices: [{ index: 0, delta: {}, finish_reason: reason }] })}\n\ndata: [DONE]\n\n`;
const called = (index, fields, args) =>
  chunk({ tool_calls: [{ index, ...fields, function: { ...(fields.id ? { name: 't' } : {}), arguments: args } }] });
const completion = (message, reason = 'stop') =>
  JSON.stringify({
    id: 'x',
    object: 'chat.completion',
    created: 1,
    model: 'm',
    choices: [{ index: 0, message: { role: 'assistant', ...message }, finish_reason: reason }],
  });
const calling = (...args) =>
  completion(
    {
      content: null,
      tool_calls: args.map((one, i) => ({ id: `c${i}`, type: 'function', function: { name: 't', arguments: one } })),
    },
    'tool_calls',
  );
const events = { 'content-type': 'text/event-stream' };
const json = { 'content-type': 'application/json' };

const whole = (text) => (response) => response.writeHead(200, json).end(text);
const streamed =
  (...pieces) =>
  (response) => {
    response.writeHead(200, events);
    const left = [...pieces];
    const on = () => {
      while (left.length > 0) if (!response.write(left.shift())) return void response.once('drain', on);
      response.end();
    };
    on();
  };
const endless =
  (piece, headers = events, status = 200) =>
  (response) => {
    response.writeHead(status, headers);
    const on = () => {
      while (!response.destroyed && response.write(piece));
      if (!response.destroyed) response.once('drain', on);
    };
    on();
  };
const list = (count, item) => Array.from({ length: count }, (_, at) => item(at));
const nested = (depth, inner = '') => `${'['.repeat(depth)}${inner}${']'.repeat(depth)}`;
const within = (depth, schema, around) => list(depth, () => 0).reduce(around, schema);

const refused = 'model.unexpectedBehavior';
const limited = 'usage.limitExceeded';

/** A schema of arguments, and arguments that the model calls the tool with. */
const judged = (name, schema, args, ends = refused) => ({
  kind: 'schemas',
  name,
  schema,
  stream: false,
  answer: whole(calling(typeof args === 'string' ? args : JSON.stringify(args))),
  ends,
});
const of = (a, more = {}) => ({ type: 'object', properties: { a }, ...more });
const text = (pattern) => of({ type: 'string', pattern });

/**
 * `ends` is the kind of error that a run ends with, or '' for a run that succeeds. One request is allowed, so that a call
 * that is valid is the end as well. `toolResult` makes what the tool returns, which fails otherwise.
 */
export const cases = [
  ...[
    ['a legacy escape', '^(?:\\u{2}|uu)*[\\w-.]!$', 'u'.repeat(80)],
    ['surrogates', '^(?:😀|\\ud83d\\ude00)*!$', '😀'.repeat(40)],
    ['properties of letters', '^(?:\\p{Script=Greek}|\\p{scx=Greek})*!$', 'α'.repeat(80)],
    ['modifiers', '^(?:(?i:a)|A)*!$', 'A'.repeat(80)],
    ['nested repetition', '^(a+)+$', `${'a'.repeat(80)}!`],
    ['a pattern of 399 steps', '^a{1,399}b$', 'a'.repeat(400)],
  ].map(([name, pattern, value]) => ({ ...judged(name, text(pattern), { a: value }), kind: 'patterns' })),
  {
    ...judged('a pattern that is left unchecked', text('^(?:\\c|\\\\c)*[\\w-.]!$'), { a: '\\c'.repeat(40) }, limited),
    kind: 'patterns',
  },
  {
    ...judged(
      '1,132 patterns',
      { type: 'object', properties: Object.fromEntries(list(1_132, (i) => [`p${i}`, { pattern: `^a{1,399}b${i}$` }])) },
      { p0: 'a' },
    ),
    kind: 'patterns',
  },
  judged(
    'branches of branches',
    of(within(8, { type: 'string' }, (inner) => ({ oneOf: [inner, inner, inner] }))),
    { a: 5 },
    'schema.invalid',
  ),
  judged(
    'a recursive list',
    {
      $defs: {
        n: {
          anyOf: [
            { type: 'array', items: { $ref: '#/$defs/n' } },
            { type: 'array', items: { $ref: '#/$defs/n' } },
            { type: 'string' },
          ],
        },
      },
      ...of({ $ref: '#/$defs/n' }),
    },
    `{"a":${nested(150, '1')}}`,
  ),
  judged('200,000 unique items', of({ type: 'array', uniqueItems: true }), { a: list(200_000, (i) => ({ b: i })) }),
  judged('2,000 branches and 100,000 items', of({ anyOf: list(2_000, () => ({ type: 'string' })) }), {
    a: list(100_000, () => 'xxxxx'),
  }),
  judged(
    '300 patterns of 10,000 names',
    of({ type: 'object', patternProperties: Object.fromEntries(list(300, (i) => [`^a*a*b${i}!`, {}])) }),
    { a: Object.fromEntries(list(10_000, (i) => [`${'a'.repeat(40)}${i}`, 1])) },
  ),
  judged('missing properties', of({ type: 'array', items: { type: 'object', required: ['p', 'q', 'r'] } }), {
    a: list(300_000, () => ({})),
  }),
  judged(
    'large defaults',
    of({ type: 'array', items: { type: 'object', properties: { d: { default: list(4_000, () => 1) } } } }),
    { a: list(50_000, () => ({})) },
  ),
  // Two messages to the client hold them: the response, and the call.
  judged('9 MB of arguments', of({ type: 'array', items: { type: 'integer' } }), {
    a: list(170_000, () => 'x'.repeat(50)),
  }),
  judged('deep arguments', of({}), `{"a":${nested(1e6)}}`, refused),
  {
    kind: 'answers',
    name: 'an endless body',
    stream: false,
    answer: endless(Buffer.alloc(65_536, ' '), json),
    ends: limited,
  },
  {
    kind: 'answers',
    name: 'an endless error',
    stream: false,
    answer: endless('x'.repeat(65_536), json, 400),
    ends: 'model.http',
  },
  {
    kind: 'answers',
    name: '50 MB in 50 KB',
    stream: false,
    answer: (response) => response.writeHead(200, { ...json, 'content-encoding': 'gzip' }).end(bomb),
    ends: limited,
  },
  { kind: 'answers', name: 'a deep body', stream: false, answer: whole(nested(1e6)), ends: refused },
  {
    kind: 'answers',
    name: '10,000 calls at once',
    stream: false,
    answer: whole(calling(...list(10_000, () => '{}'))),
    ends: limited,
  },
  {
    kind: 'answers',
    name: 'a date beyond dates',
    stream: false,
    answer: whole(completion({ content: 'x' }).replace('"created":1', '"created":1e300')),
    ends: '',
  },
  // Three messages to the client hold it: the response, the end of the run, and the answer to its start.
  {
    kind: 'answers',
    name: '9 MB of text',
    stream: false,
    answer: whole(completion({ content: 'x'.repeat(9e6) })),
    ends: '',
  },
  {
    kind: 'answers',
    name: '9 MB of escapes',
    stream: false,
    answer: whole(completion({ content: '\n'.repeat(4.5e6) })),
    ends: '',
  },
  {
    kind: 'answers',
    name: '9 MB of letters beyond Latin-1',
    stream: false,
    answer: whole(completion({ content: 'ж'.repeat(4.5e6) })),
    ends: '',
  },
  {
    kind: 'answers',
    name: 'a result of 9 MB',
    stream: false,
    answer: whole(calling('{}')),
    toolResult: () => 'x'.repeat(9e6),
    ends: limited,
  },
  {
    kind: 'answers',
    name: 'a result of 200,000 values',
    stream: false,
    answer: whole(calling('{}')),
    toolResult: () => list(200_000, (at) => at),
    ends: limited,
  },
  { kind: 'streams', name: 'an event without end', answer: endless('x'.repeat(65_536)), ends: limited },
  {
    kind: 'streams',
    name: 'calls without end',
    answer: streamed(...list(3_000, (i) => called(i, { id: `c${i}` }, '{}'))),
    ends: limited,
  },
  { kind: 'streams', name: 'long names', answer: endless(called(0, { id: 'i'.repeat(60_000) }, '')), ends: limited },
  {
    kind: 'streams',
    name: 'empty pieces without end',
    answer: endless(chunk({ content: '' }).repeat(200)),
    ends: 'model.api',
  },
  {
    kind: 'streams',
    name: 'unknown events without end',
    answer: endless('event: new\ndata: {"type":"new"}\n\n'.repeat(200)),
    ends: 'model.api',
  },
  {
    kind: 'streams',
    name: 'two calls with one id',
    answer: streamed(called(0, { id: 'c' }, '{}'), called(1, { id: 'c' }, '{}'), ending('tool_calls')),
    ends: limited,
  },
  {
    kind: 'streams',
    name: '100,000 pieces of text',
    answer: streamed(...list(500, () => chunk({ content: 'xxxx' }).repeat(200)), ending('stop')),
    ends: '',
  },
  {
    kind: 'streams',
    name: '100,000 pieces of arguments',
    answer: streamed(
      called(0, { id: 'c' }, '{"a":"'),
      ...list(500, () => called(0, {}, 'xxxx').repeat(200)),
      called(0, {}, '"}'),
      ending('tool_calls'),
    ),
    ends: limited,
  },
  {
    kind: 'streams',
    name: '9 MB of text in one event',
    answer: streamed(chunk({ content: 'x'.repeat(9e6) }), ending('stop')),
    ends: '',
  },
  {
    kind: 'streams',
    name: '9 MB of thinking in one event',
    answer: streamed(chunk({ reasoning: 'x'.repeat(9e6) }), chunk({ content: 'x' }), ending('stop')),
    ends: '',
  },
  {
    kind: 'streams',
    name: '9 MB of arguments in one event',
    answer: streamed(called(0, { id: 'c' }, JSON.stringify({ a: 'x'.repeat(9e6) })), ending('tool_calls')),
    ends: refused,
  },
  {
    kind: 'streams',
    name: '9 MB of escapes in one event',
    answer: streamed(chunk({ content: '\n'.repeat(4.5e6) }), ending('stop')),
    ends: '',
  },
  {
    kind: 'streams',
    name: '9 MB of letters beyond Latin-1 in one event',
    answer: streamed(chunk({ content: 'ж'.repeat(4.5e6) }), ending('stop')),
    ends: '',
  },
  {
    kind: 'streams',
    name: '100,000 pieces of thinking',
    answer: streamed(
      ...list(500, () => chunk({ reasoning: 'xxxx' }).repeat(200)),
      chunk({ content: 'x' }),
      ending('stop'),
    ),
    ends: '',
  },
  {
    kind: 'streams',
    name: '10,000 pieces of text and thinking in turn',
    answer: streamed(
      ...list(50, () => `${chunk({ content: 'xxxx' })}${chunk({ reasoning: 'xxxx' })}`.repeat(100)),
      ending('stop'),
    ),
    ends: limited,
  },
  {
    kind: 'streams',
    name: '10,000 calls in one event',
    answer: streamed(
      chunk({
        tool_calls: list(10_000, (index) => ({
          index,
          id: `c${index}`,
          type: 'function',
          function: { name: 't', arguments: '{}' },
        })),
      }),
      ending('tool_calls'),
    ),
    ends: limited,
  },
  {
    kind: 'streams',
    name: 'log probabilities without end',
    answer: endless(
      chunk(
        {},
        {
          choices: [
            {
              index: 0,
              delta: { content: 'x' },
              logprobs: { content: list(500, () => ({ token: 'x', logprob: -1, bytes: [1], top_logprobs: [] })) },
            },
          ],
        },
      ),
    ),
    ends: limited,
  },
];

const bomb = gzipSync(Buffer.alloc(50e6, ' '));
