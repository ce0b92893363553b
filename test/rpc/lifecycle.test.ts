import { describe, expect, it } from 'vitest';
import type { DurableEvent } from '../../protocol/events.ts';
import { framed, RawDaemon } from '../support/raw-daemon.ts';
import { within } from '../support/time-limits.ts';

type Framing = 'contentLength' | 'lines';
const tool = { name: 'ask', inputSchema: { type: 'object', properties: {} } };

/** A daemon past its handshake, with the requests that are sent as one piece. */
function daemonWith(messages: object[], framing: Framing = 'contentLength', deps = {}): RawDaemon {
  const daemon = new RawDaemon(deps);
  const all = [{ id: 'h', method: 'initialize', params: {} }, ...messages];
  daemon.write(Buffer.concat(all.map((message) => framed(JSON.stringify({ jsonrpc: '2.0', ...message }), framing))));
  return daemon;
}

const start = (params: object = {}) => ({
  id: 1,
  method: 'run/start',
  params: { runId: 'r', prompt: 'hi', wait: true, deltas: 'none', ...params },
});
const answerTo = (messages: Record<string, unknown>[], id: unknown) =>
  messages.find((message) => message.id === id && message.method === undefined) as
    | { result?: Record<string, unknown>; error?: { data: { kind: string } } }
    | undefined;
const lastEvent = (messages: Record<string, unknown>[]) =>
  (messages.filter(({ method }) => method === 'run/event').at(-1)?.params as { event: DurableEvent } | undefined)
    ?.event;

describe('the end of the input', () => {
  it.each([
    ['contentLength', 1],
    ['lines', 0],
  ] as const)('answers what came before it: a run over %s, then exit %i', async (framing, code) => {
    const daemon = daemonWith([start()], framing);
    daemon.end();
    expect(await daemon.exited).toBe(code);
    expect(answerTo(daemon.messages(framing), 1)?.result).toMatchObject({ outcome: 'success' });
  });

  it.each([
    ['contentLength', 1],
    ['lines', 0],
  ] as const)('lets a run that was only begun end by itself over %s', async (framing, code) => {
    const daemon = daemonWith([start({ wait: false })], framing);
    daemon.end();
    expect(await daemon.exited).toBe(code);
    expect(lastEvent(daemon.messages(framing))).toMatchObject({
      event_kind: 'run_finished',
      result: { outcome: 'success' },
    });
  });

  it.each(['contentLength', 'lines'] as const)(
    'ends a callback over %s at once: the client is gone',
    async (framing) => {
      const daemon = daemonWith([start({ tools: [tool] })], framing);
      await daemon.wrote('"method":"tool/call"');
      daemon.end();
      await daemon.exited;
      expect(answerTo(daemon.messages(framing), 1)?.result).toMatchObject({
        outcome: 'failed',
        error: { data: { kind: 'client.gone' } },
      });
    },
  );

  it.each(['contentLength', 'lines'] as const)(
    'ends what waits to be picked up over %s at once: no client can come for it',
    async (framing) => {
      const daemon = daemonWith([start({ tools: [{ ...tool, external: true }], deferred: 'wait' })], framing);
      await daemon.wrote('"event_kind":"pending_added"');
      daemon.end();
      await daemon.exited;
      expect(answerTo(daemon.messages(framing), 1)?.result).toMatchObject({
        outcome: 'failed',
        error: { data: { kind: 'client.gone' } },
      });
    },
  );

  it('cancels what outlives the grace, and answers it', async () => {
    const limits = { shutdownGraceMs: 40 };
    const daemon = daemonWith([start({ runId: 'slow', model: { model: 'test' } })], 'contentLength', {
      limits,
      // A step that never ends stands for a model that is slow.
      runner: () => ({ step: (_key: string, _schema: unknown, _body: unknown, signal?: AbortSignal) => never(signal) }),
    });
    daemon.end();
    expect(await daemon.exited).toBe(1);
  });

  it('answers a thousand requests that came right before it', async () => {
    const many = Array.from({ length: 1000 }, (_, id) => ({ id, method: 'agent/list' }));
    const daemon = daemonWith(many);
    daemon.end();
    await daemon.exited;
    const answers = daemon
      .messages('contentLength')
      .filter(({ result }) => Array.isArray((result as { agents?: [] } | undefined)?.agents));
    expect(answers).toHaveLength(1000);
  });
});

function never(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
}

describe('shutdown', () => {
  it('ends 64 runs that wait for their tools, and answers within a second', async () => {
    const runs = Array.from({ length: 64 }, (_, n) => ({
      ...start({ runId: `r${n}`, tools: [tool] }),
      id: `run ${n}`,
    }));
    const daemon = daemonWith(runs);
    await daemon.wrote('"idempotencyKey":"r63/');
    const began = performance.now();
    daemon.write(framed('{"jsonrpc":"2.0","id":"end","method":"shutdown"}'));
    await daemon.wrote('"id":"end"');
    expect(performance.now() - began).toBeLessThan(within(1000));
    const outcomes = runs.map(({ id }) => answerTo(daemon.messages('contentLength'), id)?.result?.outcome);
    expect(outcomes).toEqual(runs.map(() => 'cancelled'));
  });
});

describe('exit', () => {
  it('right after shutdown still answers what is open, and the shutdown', async () => {
    const daemon = daemonWith([
      start({ tools: [tool] }),
      { id: 2, method: 'run/wait', params: { runId: 'r' } },
      { id: 3, method: 'shutdown' },
      { method: 'exit' },
    ]);
    expect(await daemon.exited).toBe(0);
    const messages = daemon.messages('contentLength');
    expect(answerTo(messages, 1)).toMatchObject({ result: { outcome: 'cancelled' } });
    expect(answerTo(messages, 2)).toMatchObject({ result: { outcome: 'cancelled' } });
    expect(answerTo(messages, 3)).toEqual({ jsonrpc: '2.0', id: 3, result: null });
  });

  it('cancels the runs when no shutdown came before', async () => {
    const daemon = daemonWith([start({ tools: [tool] })]);
    await daemon.wrote('"method":"tool/call"');
    daemon.write(framed('{"jsonrpc":"2.0","method":"exit"}'));
    expect(await daemon.exited).toBe(1);
    expect(answerTo(daemon.messages('contentLength'), 1)?.result).toMatchObject({ outcome: 'cancelled' });
  });
});

describe('a signal', () => {
  it('cancels the runs and answers', async () => {
    const daemon = daemonWith([start({ tools: [tool] })]);
    await daemon.wrote('"method":"tool/call"');
    daemon.server.lifecycle.signalled(143, 0);
    expect(await daemon.exited).toBe(143);
    expect(answerTo(daemon.messages('contentLength'), 1)?.result).toMatchObject({ outcome: 'cancelled' });
  });

  it('lets runs end by themselves while they are drained, but starts no new ones', async () => {
    const daemon = daemonWith([start({ tools: [tool] })]);
    await daemon.wrote('"method":"tool/call"');
    daemon.server.lifecycle.signalled(143, 60_000);
    daemon.write(framed(JSON.stringify({ jsonrpc: '2.0', ...start({ runId: 'late' }), id: 2 })));
    await daemon.wrote('starts no new runs');
    const { id } = daemon.messages('contentLength').find(({ method }) => method === 'tool/call') ?? {};
    daemon.write(framed(JSON.stringify({ jsonrpc: '2.0', id, result: 'yes' })));
    expect(await daemon.exited).toBe(143);
    const messages = daemon.messages('contentLength');
    expect(answerTo(messages, 1)?.result).toMatchObject({ outcome: 'success' });
    expect(answerTo(messages, 2)?.error).toMatchObject({ code: -32600 });
  });

  it('that comes twice ends the draining', async () => {
    const daemon = daemonWith([start({ tools: [tool] })]);
    await daemon.wrote('"method":"tool/call"');
    daemon.server.lifecycle.signalled(143, 60_000);
    daemon.server.lifecycle.signalled(130, 60_000);
    expect(await daemon.exited).toBe(130);
    expect(answerTo(daemon.messages('contentLength'), 1)?.result).toMatchObject({ outcome: 'cancelled' });
  });
});

describe('a host that is gone', () => {
  it('is noticed by its process, though the input stays open', async () => {
    let hostIsGone: () => void = () => undefined;
    let watched = 0;
    const daemon = new RawDaemon({
      watchHost: (pid, onGone) => {
        watched = pid;
        hostIsGone = onGone;
      },
    });
    daemon.write(framed('{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"processId":4711}}'));
    daemon.write(framed(JSON.stringify({ jsonrpc: '2.0', ...start({ tools: [tool] }), id: 2 })));
    await daemon.wrote('"method":"tool/call"');
    expect(watched).toBe(4711);
    hostIsGone();
    expect(await daemon.exited).toBe(1);
  });

  it('is noticed by its closed output', async () => {
    const daemon = daemonWith([start({ tools: [tool] })]);
    await daemon.wrote('"method":"tool/call"');
    daemon.breakOutput();
    expect(await daemon.exited).toBe(1);
  });
});
