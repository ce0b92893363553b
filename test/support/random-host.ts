import type { CallbackParamsOf } from '../../protocol/catalogue.ts';
import type { DeltaEvent } from '../../protocol/deltas.ts';
import { textOf } from '../../server/engine/node.ts';
import { Random, turns } from './random.ts';
import { openSession, type RunParams, schemaOf, type TestSession } from './session.ts';

const tools = ['alpha', 'beta', 'gamma'].map((name) => ({ name, inputSchema: schemaOf({}) }));

/** Something the daemon sent about the run, in the order in which it came. */
export interface Seen {
  readonly kind: 'ack' | 'event' | 'delta' | 'callback' | 'answer';
  readonly seq?: number;
  readonly name?: string;
  /** Text of a response, or what a delta adds to it. */
  readonly text?: string;
  /** Number of a delta. */
  readonly n?: number;
}

export interface RandomHost {
  readonly session: TestSession;
  readonly seen: Seen[];
  readonly params: RunParams;
  /** Called with each thing that is seen. */
  onSeen: (count: number) => void;
}

/**
 * A host whose model, tools and reader take random times: a few steps with up to three calls each, answered well, with a
 * retry, a failure or an error, streamed or not, ending with text.
 */
export async function randomHost(random: Random): Promise<RandomHost> {
  const seen: Seen[] = [];
  const host = { seen, onSeen: () => undefined } as unknown as { -readonly [K in keyof RandomHost]: RandomHost[K] };
  const see = (one: Seen) => {
    seen.push(one);
    host.onSeen(seen.length);
  };
  const steps = random.upTo(3);
  let requests = 0;
  let callId = 0;
  const reply = () => {
    requests += 1;
    if (requests > steps) return [{ text: 'done '.repeat(1 + random.upTo(6)) }];
    return Array.from({ length: 1 + random.upTo(2) }, () => ({ call: random.pick(tools).name, id: `c${callId++}` }));
  };
  const isSlow = random.next() < 0.5;
  // Of its own: how often it is read depends on how the bytes come.
  const reader = new Random(random.upTo(2 ** 30));
  const session = await openSession({
    ...(isSlow ? { reading: { pause: () => turns(reader.upTo(2)), highWater: 1 + random.upTo(600) } } : {}),
    serve: {
      'model/request': async (request) => {
        see({ kind: 'callback', name: 'model/request' });
        await turns(random.upTo(3));
        const parts = reply();
        return request.stream ? stream(session, request, parts, random) : { response: whole(parts) };
      },
      'tool/call': async ({ name }) => {
        see({ kind: 'callback', name: 'tool/call' });
        await turns(random.upTo(4));
        return random.pick([name, name, { content: { of: name } }, { failed: 'broken' }, { retry: 'again' }]);
      },
    },
  });
  const { client } = session.pair;
  client.onNotification('run/event', ({ seq, event }) => {
    const text = event.event_kind === 'model_response' ? { text: textOf(event.message) } : {};
    see({ kind: 'event', seq, name: event.event_kind, ...text });
  });
  client.onNotification('run/delta', ({ afterSeq, n, event }) =>
    see({ kind: 'delta', seq: afterSeq, n, text: addedText(event) }),
  );
  const params: RunParams = {
    runId: 'r',
    model: 'host:script',
    prompt: 'go',
    tools,
    // So many that chance alone never ends a run: how often a tool is called depends on when the run is cancelled.
    retries: 40,
    deltas: random.pick(['coalesced', 'coalesced', 'all', 'none']),
    maxLatencyMs: random.pick([null, 0, 1]),
    ...(random.next() < 0.7 ? { stream: true } : {}),
  };
  return Object.assign(host, { session, params });
}

function addedText(event: DeltaEvent): string {
  if (event.event_kind === 'part_start') return event.part.part_kind === 'text' ? event.part.content : '';
  const delta = event.event_kind === 'part_delta' ? event.delta : undefined;
  return delta?.part_delta_kind === 'text' ? delta.content_delta : '';
}

type Part = { text?: string; call?: string; id?: string };

const usage = { input_tokens: 10, output_tokens: 2 };

function whole(parts: readonly Part[]): object {
  return {
    usage,
    parts: parts.map(({ text, call, id }) =>
      text === undefined
        ? { part_kind: 'tool-call', tool_name: call, args: '{}', tool_call_id: id }
        : { part_kind: 'text', content: text },
    ),
  };
}

async function stream(
  { pair }: TestSession,
  { runId, requestId }: CallbackParamsOf<'model/request'>,
  parts: readonly Part[],
  random: Random,
): Promise<object> {
  const send = (delta: object) => pair.client.sendNotification('model/delta', { runId, requestId, delta });
  await send({ usage });
  for (const [index, { text, call, id }] of parts.entries()) {
    for (const letter of text ?? '') {
      await send({ text: letter });
      if (random.next() < 0.2) await turns(random.upTo(2));
    }
    if (call) {
      await send({ index, toolCall: { name: call, id } });
      await turns(random.upTo(2));
      await send({ index, toolCall: { args: '{}' } });
    }
    await turns(random.upTo(2));
  }
  return { response: {} };
}
