import type { Host, Serve } from './host.ts';

/** One run of a kind, from its start to where it is over; `id` differs from run to run. */
export type Kind = (host: Host, id: string) => Promise<unknown>;

const inputSchema = { type: 'object', properties: { topic: { type: 'string' } }, required: ['topic'] };
const tools = [{ name: 'ask', inputSchema }];
const text = (content: string) => ({ response: { parts: [{ part_kind: 'text', content }] } });
const toolCall = (tool_name: string, args: object) => ({
  response: { parts: [{ part_kind: 'tool-call', tool_name, args, tool_call_id: 'c' }] },
});
const isFirst = ({ runStep }: Record<string, unknown>) => runStep === 1;
const start = (id: string, params: object) => ({ runId: id, prompt: 'hi', wait: true, ...params });

/** Serves a run for as long as it takes. */
async function served<T>(host: Host, id: string, serve: Serve, work: () => Promise<T>): Promise<T> {
  host.serving.set(id, serve);
  try {
    return await work();
  } finally {
    host.serving.delete(id);
  }
}

/** What comes when a request for the run arrives; it is left open. */
function arrival(host: Host, id: string, wanted: string, serve: Serve): Promise<Record<string, unknown>> {
  return new Promise((resolve) => {
    host.serving.set(id, (method, params) => {
      if (method !== wanted) return serve(method, params);
      resolve(params);
      return undefined;
    });
  });
}

const callsOnce: Serve = (method, params) => {
  if (method === 'tool/call') return { content: 'yes' };
  return isFirst(params) ? toolCall('ask', { topic: String(params.runId) }) : text('done');
};

async function cancelled(host: Host, id: string): Promise<void> {
  const arrived = arrival(host, id, 'tool/call', callsOnce);
  const { answer } = host.send('run/start', start(id, { model: 'host:m', tools }));
  await arrived;
  await host.request('run/cancel', { runId: id });
  await answer;
  host.serving.delete(id);
}

async function steered(host: Host, id: string): Promise<void> {
  const arrived = arrival(host, id, 'tool/call', callsOnce);
  const { answer } = host.send('run/start', start(id, { model: 'host:m', tools }));
  const { pendingId } = await arrived;
  for (const when of ['asap', 'whenIdle'])
    await host.request('run/steer', { runId: id, content: `${id} ${when}`, when });
  await host.request('pending/resolve', { pendingId, result: { content: 'yes' } });
  await answer;
  host.serving.delete(id);
}

async function decided(host: Host, id: string): Promise<void> {
  const needsApproval = [{ name: 'ask', inputSchema, requiresApproval: true }];
  await served(host, id, callsOnce, async () => {
    const params = start(id, { model: 'host:m', tools: needsApproval, deferred: 'wait', wait: false });
    await host.request('run/start', params);
    for (let afterSeq = 0; ; ) {
      const page = await host.request('run/events', { runId: id, afterSeq, waitMs: 10_000 });
      afterSeq = Number(page.lastSeq);
      const { pending } = (await host.request('pending/list', { runId: id })) as {
        pending: { pendingId: string; method: string }[];
      };
      const item = pending.find(({ method }) => method === 'deferred/handle');
      if (!item) continue;
      await host.request('pending/resolve', { pendingId: item.pendingId, result: { approvals: { c: true } } });
      break;
    }
    await host.request('run/wait', { runId: id });
  });
}

async function streamed(host: Host, id: string): Promise<void> {
  const stream: Serve = (_method, { runId, requestId }) => {
    for (let at = 0; at < 20; at += 1)
      host.notify('model/delta', { runId, requestId, delta: { text: `piece ${at} ` } });
    return { response: {} };
  };
  await served(host, id, stream, () => host.request('run/start', start(id, { model: 'host:m', deltas: 'all' })));
}

async function watched(host: Host, id: string): Promise<void> {
  await host.request('run/start', start(id, { model: 'test', wait: false }));
  const waits = [1, 2].map(() => host.send('run/wait', { runId: id }));
  waits[1]?.cancel();
  await Promise.all(waits.map(({ answer }) => answer));
  for (const method of ['run/events', 'run/messages', 'run/newMessages', 'run/usage', 'run/get'])
    await host.request(method, { runId: id, ...(method === 'run/events' ? { afterSeq: 0 } : {}) });
  await host.request('run/release', { runId: id });
  await host.refused('run.evicted', 'run/get', { runId: id });
}

async function refused(host: Host, id: string): Promise<void> {
  await host.refused('model.unknown', 'run/start', start(id, { model: `none:${id}` }));
  await host.refused('params.unknownField', 'run/start', start(id, { [`field ${id}`]: 1 }));
  await host.refused('run.notFound', 'run/get', { runId: id });
}

async function registered(host: Host, id: string): Promise<void> {
  // A schema of its own: what is compiled for an agent goes with it.
  const own = { type: 'object', properties: { [id]: { type: 'string', pattern: `^${id}[a-z]*$`, maxLength: 90 } } };
  await host.request('agent/register', { name: id, model: 'host:m', tools: [{ name: 'ask', inputSchema: own }] });
  const serve: Serve = (method, params) =>
    method === 'tool/call' ? { content: 'yes' } : isFirst(params) ? toolCall('ask', { [id]: `${id}x` }) : text('done');
  await served(host, id, serve, () => host.request('run/start', start(id, { agent: id })));
  await host.request('agent/unregister', { name: id });
}

async function nested(host: Host, id: string): Promise<void> {
  const child = `${id}.child`;
  const arrived = arrival(host, id, 'tool/call', callsOnce);
  const { answer } = host.send('run/start', start(id, { model: 'host:m', tools }));
  const { pendingId } = await arrived;
  await host.request('run/start', start(child, { model: 'test', parentRunId: id }));
  await host.request('pending/resolve', { pendingId, result: { content: 'yes' } });
  await answer;
  host.serving.delete(id);
}

async function continued(host: Host, id: string): Promise<void> {
  await host.request('run/start', start(id, { model: 'test' }));
  await host.request('run/start', start(`${id}.next`, { model: 'test', messageHistory: { runId: id } }));
}

async function takenBack(host: Host, id: string): Promise<void> {
  const arrived = arrival(host, id, 'model/request', () => undefined);
  const { answer, cancel } = host.send('run/start', start(id, { model: 'host:m' }));
  await arrived;
  cancel();
  await answer;
  host.serving.delete(id);
}

/** A run that a provider answers, with a key of its own. */
export const provided =
  (baseUrl: string): Kind =>
  (host, id) =>
    served(
      host,
      id,
      () => ({ value: `key-of-run-${id}-0123456789`, scope: 'run' }),
      () => host.request('run/start', start(id, { model: { model: 'openai-compatible:m', baseUrl } })),
    );

/** What hosts do with runs, each with how often it is done. */
export const kinds: readonly (readonly [weight: number, kind: Kind])[] = [
  [10, (host, id) => host.request('run/start', start(id, { model: 'test' }))],
  [
    10,
    (host, id) => served(host, id, callsOnce, () => host.request('run/start', start(id, { model: 'host:m', tools }))),
  ],
  [
    3,
    (host, id) =>
      served(
        host,
        id,
        () => new Error('out of order'),
        () => host.request('run/start', start(id, { model: 'host:m' })),
      ),
  ],
  [5, streamed],
  [4, cancelled],
  [4, steered],
  [2, decided],
  [4, watched],
  [3, refused],
  [2, registered],
  [3, nested],
  [3, continued],
  [3, takenBack],
];
