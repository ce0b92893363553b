import * as fc from 'fast-check';

/** A body that some client might send, good or not. */
export type Body = Buffer;

const ids = fc.oneof(
  { weight: 8, arbitrary: fc.nat({ max: 1_000_000 }) },
  { weight: 3, arbitrary: fc.string({ maxLength: 8 }) },
  { weight: 1, arbitrary: fc.integer({ min: 1_000_000_000, max: 1_000_000_005 }) },
  { weight: 1, arbitrary: fc.oneof(fc.double(), fc.constant(null), fc.boolean(), fc.constant([1]), fc.constant({})) },
);
const runId = fc.constantFrom('r1', 'r2', 'r3');
const small = fc.jsonValue({ maxDepth: 3 });
const tool = fc.record({
  name: fc.constantFrom('alpha', 'beta'),
  inputSchema: fc.constantFrom({}, { type: 'object', properties: {} }, { type: 5 }, [], null, {
    type: 'object',
    properties: { a: { type: 'string' } },
  }),
});

/** Methods with parameters that are nearly right. */
const calls = fc.oneof(
  fc.record({
    method: fc.constant('run/start'),
    params: fc.record(
      {
        runId,
        prompt: fc.oneof(fc.string(), small),
        model: fc.constantFrom('test', 'host:x', 'nope', 5),
        tools: fc.array(tool, { maxLength: 2 }),
        output: fc.constantFrom({ type: 'text' }, { schema: { type: 'object' } }, { schema: 5 }, { anyOf: [] }),
        wait: fc.boolean(),
        deltas: fc.constantFrom('all', 'none', 'coalesced', 'x'),
        messageHistory: fc.oneof(small, fc.constant([{ kind: 'request', parts: [] }]), fc.record({ runId })),
        usageLimits: fc.constantFrom({ request_limit: 1 }, { request_limit: null }, {}, 5),
        timeoutMs: fc.constantFrom(1, 1000, -1),
      },
      { requiredKeys: [] },
    ),
  }),
  fc.record({
    method: fc.constantFrom(
      'run/wait',
      'run/cancel',
      'run/messages',
      'run/newMessages',
      'run/usage',
      'run/get',
      'run/release',
      'run/events',
      'run/steer',
    ),
    params: fc.record(
      {
        runId,
        afterSeq: fc.nat({ max: 5 }),
        content: small,
        when: fc.constantFrom('asap', 'whenIdle'),
        cursor: fc.string(),
        limit: fc.integer(),
        format: fc.constantFrom('json', 'objects'),
      },
      { requiredKeys: [] },
    ),
  }),
  fc.record({
    method: fc.constantFrom(
      'agent/register',
      'agent/unregister',
      'agent/list',
      'models/list',
      'run/list',
      'health/get',
      'pending/list',
      'pending/resolve',
      'initialize',
    ),
    params: fc.oneof(
      small,
      fc.record(
        {
          name: fc.constantFrom('a', 'b'),
          tools: fc.array(tool, { maxLength: 1 }),
          model: fc.constantFrom('test', 'x'),
        },
        { requiredKeys: [] },
      ),
    ),
  }),
  fc.record({
    method: fc.oneof(fc.string(), fc.constantFrom('__proto__', '$/foo', 'tool/call', 'toString')),
    params: small,
  }),
);

const requests = fc.tuple(ids, calls).map(([id, call]) => ({ jsonrpc: '2.0', id, ...call }));
const notifications = fc.oneof(
  calls.map((call) => ({ jsonrpc: '2.0', ...call })),
  fc.record({
    jsonrpc: fc.constant('2.0'),
    method: fc.constantFrom('$/cancelRequest', '$/setTrace', '$/progress', 'window/workDoneProgress/cancel'),
    params: fc.oneof(small, fc.record({ id: ids }), fc.record({ value: fc.constantFrom('off', 5) })),
  }),
  fc.record({
    jsonrpc: fc.constant('2.0'),
    method: fc.constantFrom('model/delta', 'tool/progress', 'initialized'),
    params: fc.record({ runId, requestId: fc.string(), toolCallId: fc.string(), delta: small }, { requiredKeys: [] }),
  }),
);
const responses = fc.record(
  {
    jsonrpc: fc.constant('2.0'),
    id: ids,
    result: small,
    error: fc.oneof(small, fc.record({ code: fc.integer(), message: fc.string() })),
  },
  { requiredKeys: ['jsonrpc', 'id'] },
);
const messages = fc.oneof(
  { weight: 6, arbitrary: requests },
  { weight: 2, arbitrary: notifications },
  { weight: 2, arbitrary: responses },
);

/** A member taken away, or given another value. */
const changed = fc
  .tuple(messages, fc.constantFrom('jsonrpc', 'id', 'method', 'params', 'extra'), fc.option(small, { nil: undefined }))
  .map(([message, key, value]) => ({ ...message, [key]: value }));

const text = (value: unknown) => Buffer.from(JSON.stringify(value));

/** Bytes taken away, put in, or turned into others. */
const damaged = fc
  .tuple(
    messages,
    fc.array(fc.tuple(fc.nat(), fc.constantFrom('set', 'cut', 'put', 'end'), fc.nat({ max: 255 })), {
      minLength: 1,
      maxLength: 3,
    }),
  )
  .map(([message, changes]) => {
    let bytes = text(message);
    for (const [where, how, byte] of changes) {
      const at = bytes.length === 0 ? 0 : where % bytes.length;
      const one = Buffer.from([byte]);
      if (how === 'end') bytes = bytes.subarray(0, at);
      else if (how === 'cut') bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)]);
      else if (how === 'put') bytes = Buffer.concat([bytes.subarray(0, at), one, bytes.subarray(at)]);
      else bytes = Buffer.concat([bytes.subarray(0, at), one, bytes.subarray(at + 1)]);
    }
    return bytes;
  });

/** Bodies of messages: good ones, changed ones, damaged ones, and what is none. */
export const bodies: fc.Arbitrary<Body> = fc.oneof(
  { weight: 5, arbitrary: messages.map(text) },
  { weight: 2, arbitrary: changed.map(text) },
  { weight: 3, arbitrary: damaged },
  { weight: 1, arbitrary: small.map(text) },
);

/** What a header may become: mostly nothing that can be read. */
export const damagedHeaders = fc.tuple(bodies, fc.nat(), fc.nat({ max: 255 })).map(([body, where, byte]) => {
  const header = Buffer.from(`Content-Length: ${body.length}\r\n\r\n`);
  header[where % header.length] = byte;
  return Buffer.concat([header, body]);
});
