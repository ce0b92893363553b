import {
  type Inspector,
  type InspectorOptions,
  inspectorOwner,
  startInspector,
} from '../../server/inspector/inspector.ts';
import { defaultLimits } from '../../server/limits.ts';
import { openSession, type RunParams, schemaOf, type TestSession, text, toolCall } from '../support/session.ts';
import { type TempStore, tempStore } from '../support/store.ts';

/** A daemon of this process with a store, a host that streams, and the page over its runs. */
export interface Inspected {
  readonly session: TestSession;
  readonly inspector: Inspector;
  readonly store: TempStore;
  /** Adds to what the model of a run responds, one reply for each request. */
  say(runId: string, ...replies: Reply[]): void;
  close(): Promise<void>;
}

/** A response of the scripted model; what is in `stream` is sent in pieces, each when its promise resolves. */
export interface Reply {
  readonly stream?: readonly (string | Promise<unknown>)[];
  readonly response?: Record<string, unknown>;
  /** Milliseconds until the response. */
  readonly afterMs?: number;
}

/** A log that nobody reads. */
export const silent = { error: () => undefined, warn: () => undefined, info: () => undefined, debug: () => undefined };
const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Starts a daemon whose tools are `add`, `slow` and `broken`. */
export async function startInspected(options: Partial<InspectorOptions> = {}): Promise<Inspected> {
  const store = tempStore();
  const replies = new Map<string, Reply[]>();
  const session: TestSession = await openSession({
    deps: { store },
    serve: {
      'model/request': async ({ runId, requestId }) => {
        const { stream = [], response = {}, afterMs = 0 } = replies.get(runId)?.shift() ?? {};
        for (const piece of stream) {
          if (typeof piece !== 'string') await piece;
          else session.pair.client.sendNotification('model/delta', { runId, requestId, delta: { text: piece } });
        }
        await later(afterMs);
        return { response };
      },
      'tool/call': async ({ name, args }) => {
        if (name === 'slow') await later(Number((args as { ms?: number }).ms ?? 50));
        if (name === 'broken') return { failed: 'the disk is full' };
        return { content: name === 'add' ? { sum: 3 } : `did ${name}` };
      },
      'output/validate': ({ output, retry }) => (retry === 0 ? { retry: 'Say it in one word.' } : { output }),
    },
  });
  const { executor } = session.pair.server;
  const owner = () => inspectorOwner(defaultLimits);
  const inspector = await startInspector({ executor, owner, version: 'test', port: 0, log: silent, ...options });
  return {
    session,
    inspector,
    store,
    say: (runId, ...further) => replies.set(runId, [...(replies.get(runId) ?? []), ...further]),
    close: async () => {
      await inspector.close();
      await session.close();
      store.remove();
    },
  };
}

export const usage = (input_tokens: number, output_tokens: number, more: Record<string, unknown> = {}) => ({
  input_tokens,
  output_tokens,
  cost: String((input_tokens + 4 * output_tokens) / 1_000_000),
  ...more,
});

const tools: RunParams['tools'] = [
  {
    name: 'add',
    description: 'Adds two numbers.',
    inputSchema: schemaOf({ a: { type: 'integer' }, b: { type: 'integer' } }),
  },
  { name: 'slow', inputSchema: schemaOf({ ms: { type: 'integer' } }) },
  { name: 'broken', inputSchema: schemaOf({}) },
];

/** A run that does a bit of everything: parallel and failing calls, bad arguments, thinking, streaming, a validator. */
export async function everything(at: Inspected, runId = 'everything'): Promise<void> {
  at.say(
    runId,
    {
      afterMs: 20,
      response: {
        parts: [
          {
            part_kind: 'thinking',
            content: 'The person wants a sum. I add the numbers, and look at the disk meanwhile.',
          },
          toolCall('add', { a: 1, b: 2 }, 'call-add'),
          toolCall('slow', { ms: 80 }, 'call-slow'),
          toolCall('broken', {}, 'call-broken'),
          toolCall('add', { a: 'one' }, 'call-bad'),
        ],
        usage: usage(1200, 80, { cache_read_tokens: 0 }),
      },
    },
    {
      stream: ['The sum ', 'of both numbers is three.'],
      afterMs: 30,
      response: { usage: usage(1500, 12, { cache_read_tokens: 1100 }) },
    },
    { stream: ['Three.'], afterMs: 10, response: { usage: usage(1560, 4, { cache_read_tokens: 1400 }) } },
  );
  await at.session.run({
    runId,
    name: 'adder',
    prompt: 'What is 1 + 2? Look whether the disk is fine while you add.',
    instructions: 'You are exact.\nAnswer in few words.',
    conversationId: 'sums',
    tools,
    outputValidators: ['short'],
    retries: 2,
  });
}

/** A red square of 24 pixels. */
export const pixel =
  'iVBORw0KGgoAAAANSUhEUgAAABgAAAAYCAIAAABvFaqvAAAAJElEQVR42mP4z8BAFUQdUxhGDRo1aNSgUYNGDRo1aNSgUYMGAwBmn/QWlAZTQAAAAABJRU5ErkJggg==';

/** A run with an image that goes on in the conversation. */
export async function withImage(at: Inspected): Promise<void> {
  at.say('image', { stream: ['It is a red square.'], afterMs: 5, response: { usage: usage(900, 6) } });
  await at.session.run({
    runId: 'image',
    name: 'seer',
    conversationId: 'sums',
    prompt: [
      'What is in this picture?',
      { kind: 'binary', media_type: 'image/png', data: pixel, identifier: 'square' },
    ],
  });
}

/** A run that fails. */
export async function failing(at: Inspected): Promise<void> {
  at.say(
    'failing',
    { response: { ...text(''), parts: [toolCall('nothing', {}, 'x')] } },
    { response: { parts: [toolCall('nothing', {}, 'y')] } },
  );
  await at.session.run({ runId: 'failing', prompt: 'Call what is not there.', tools: tools?.slice(0, 1) ?? [] });
}

/** A run that waits for a person. */
export async function waiting(at: Inspected, runId = 'waiting'): Promise<void> {
  at.say(
    runId,
    { response: { parts: [toolCall('pay', { to: 'Ada', amount: 12 }, 'call-pay')], usage: usage(300, 20) } },
    { response: { ...text('Paid.'), usage: usage(350, 3) } },
  );
  await at.session.request('run/start', {
    runId,
    model: 'host:script',
    name: 'cashier',
    prompt: 'Pay Ada.',
    deferred: 'wait',
    tools: [
      {
        name: 'pay',
        inputSchema: schemaOf({ to: { type: 'string' }, amount: { type: 'integer' } }),
        requiresApproval: true,
      },
    ],
  });
}

/** One run of each kind, and one twice. */
export async function sampleRuns(at: Inspected): Promise<void> {
  await everything(at);
  await withImage(at);
  await failing(at);
  await waiting(at);
  await everything(at, 'again');
}

/** A run in which everything that strangers write tries to be more than text. Returns its id. */
export async function hostile(at: Inspected): Promise<string> {
  const markup = '<img src=x onerror="document.title=\'owned\'"><script>alert(1)</script></script><!--';
  const address = 'javascript:alert(1)';
  const bidi = '\u202eexe.gpj\u2066 \u200f';
  const runId = `hostile/../${markup}`;
  at.say(
    runId,
    {
      response: {
        model_name: markup,
        parts: [
          { part_kind: 'thinking', content: markup },
          toolCall('tool', { [markup]: `${address} ${bidi}` }, `"><svg onload=alert(1)>`),
          // A name that no tool has.
          toolCall(markup, { a: bidi }, `${bidi}"><svg onload=alert(2)>`),
        ],
      },
    },
    { response: { ...text(`${markup} ${bidi} ${'W'.repeat(20_000)}`), model_name: bidi } },
  );
  await at.session.run({
    runId,
    name: markup,
    conversationId: markup,
    instructions: markup,
    prompt: [
      markup,
      { kind: 'image-url', url: address },
      { kind: 'binary', media_type: 'text/html', data: 'PHNjcmlwdD4=', identifier: markup },
      { kind: 'binary', media_type: 'image/svg+xml', data: 'PHN2Zz4=', identifier: bidi },
      { kind: 'binary', media_type: 'image/png"onerror="alert(1)', data: 'AAAA' },
    ],
    tools: [{ name: 'tool', inputSchema: { type: 'object', additionalProperties: true } }],
  });
  return runId;
}
