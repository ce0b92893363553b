import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DurableEvent } from '../../protocol/events.ts';
import { type Framing, framed, RawDaemon } from '../support/raw-daemon.ts';
import { slow } from '../support/time-limits.ts';
import { type Case, cases, first, invalid, parseError } from './bad-answers-inputs.ts';

const framings = ['contentLength', 'lines'] as const;
const tool = { name: 'work', inputSchema: { type: 'object', properties: {} } };

const eventsOf = (messages: Record<string, unknown>[], runId = 'r') =>
  messages
    .filter(({ method }) => method === 'run/event')
    .map(({ params }) => params as { runId: string; seq: number; event: DurableEvent })
    .filter((one) => one.runId === runId);

class Session extends RawDaemon {
  readonly framing: Framing;

  constructor(framing: Framing, limits?: Record<string, number>) {
    super(limits ? { limits } : {});
    this.framing = framing;
    this.send({ id: 'h', method: 'initialize' });
  }

  send(message: object): void {
    this.write(framed(JSON.stringify({ jsonrpc: '2.0', ...message }), this.framing));
  }

  /** Starts a run that calls its tools at once and waits for them. */
  async start(runId = 'r', tools: object[] = [tool]): Promise<void> {
    this.send({ id: runId, method: 'run/start', params: { runId, prompt: 'hi', model: 'test', tools } });
    await this.wrote(`"idempotencyKey":"${runId}/t1.call.${tools.length - 1}"`);
  }

  refusals(): unknown[] {
    const answers = this.messages(this.framing).filter(({ error }) => error !== undefined);
    return answers.map(({ id, error }) => [id, (error as { code: number }).code]);
  }
}

/** What came of the call that is open when the answer comes. */
async function play({ answer, framing: own, limits, name }: Case, framing: Framing, byByte: boolean) {
  const daemon = new Session(framing, limits);
  await daemon.start();
  const charset = name === 'another charset' ? 'Content-Type: x; charset=latin1\r\n' : '';
  const input = Buffer.concat([Buffer.from(charset), framed(answer as string, own ?? framing)]);
  if (byByte) for (const byte of input) daemon.write(Buffer.from([byte]));
  else daemon.write(input);
  await daemon.wrote('"run_finished"');
  await daemon.settled();
  const results = eventsOf(daemon.messages(framing)).flatMap(({ event }) =>
    event.event_kind === 'function_tool_result' ? [event.part.content] : [],
  );
  return { results, refused: daemon.refusals() };
}

describe.each(framings)('in place of an answer over %s', (framing) => {
  const own = cases.filter((one) => one.framing === undefined || one.framing === framing);
  it.each(own)('$name settles the call', async (one) => {
    const content = one.reason
      ? `The answer of the host to tool/call for 'work' could not be read: ${one.reason}.`
      : null;
    for (const byByte of [false, true])
      expect(await play(one, framing, byByte)).toEqual({ results: [content], refused: one.refused ?? [] });
  });

  it.each([
    ['a request without a version', '{"id":5,"method":"agent/list"}', [[5, -32600]]],
    [
      'a request without a version, with the id of the call',
      `{"id":${first},"method":"agent/list"}`,
      [[first, -32600]],
    ],
    ['a request that is not JSON', '{"jsonrpc":"2.0","id":5,"method":"agent/list","params":{"a":NaN}}', [[5, -32700]]],
    ['a request with the id of the call', `{"jsonrpc":"2.0","id":${first},"method":"nope"}`, [[first, -32601]]],
    ['a request with a fractional id', '{"jsonrpc":"2.0","id":1.5,"method":"agent/list"}', [[null, -32600]]],
    ['a notification that is not JSON', '{"jsonrpc":"2.0","method":"tool/progress","params":[NaN]}', [[null, -32700]]],
    ['an answer to somebody else', '{"jsonrpc":"2.0","id":5,"result":NaN}', [[null, -32700]]],
    ['a stray answer', '{"jsonrpc":"2.0","id":5,"result":1}', []],
    ['a batch of requests', '[{"jsonrpc":"2.0","id":5,"method":"agent/list"}]', [[null, -32600]]],
  ] as const)('%s settles nothing', async (_name, message, refused) => {
    const daemon = new Session(framing);
    await daemon.start();
    daemon.write(framed(message, framing));
    daemon.send({ id: first, result: 'fine' });
    await daemon.wrote('"run_finished"');
    const events = eventsOf(daemon.messages(framing));
    expect(events.map(({ event }) => event)).toContainEqual(
      expect.objectContaining({
        event_kind: 'function_tool_result',
        part: expect.objectContaining({ content: 'fine', outcome: 'success' }),
      }),
    );
    expect(daemon.refusals()).toEqual(refused);
  });
});

describe('an answer that is damaged after its id', () => {
  const damage = fc.array(fc.tuple(fc.nat(), fc.constantFrom('set', 'cut', 'put', 'end'), fc.nat({ max: 255 })), {
    minLength: 1,
    maxLength: 4,
  });

  it('settles its call, whatever the damage', { timeout: slow }, async () => {
    const property = fc.asyncProperty(fc.jsonValue({ maxDepth: 3 }), damage, async (result, changes) => {
      const daemon = new Session('contentLength');
      await daemon.start('r', [tool, { ...tool, name: 'more' }]);
      const id = Buffer.from(`{"jsonrpc":"2.0","id":${first + 1},`);
      let rest = Buffer.from(`"result":${JSON.stringify(result)}}`);
      for (const [where, how, byte] of changes) {
        const at = where % (rest.length + 1);
        const added = how === 'set' || how === 'put' ? [byte] : [];
        const after = how === 'put' ? at : how === 'end' ? rest.length : at + 1;
        rest = Buffer.concat([rest.subarray(0, at), Buffer.from(added), rest.subarray(after)]);
      }
      daemon.write(framed(Buffer.concat([id, rest])));
      await daemon.wrote('"event_kind":"function_tool_result"');
      daemon.end();
    });
    await fc.assert(property, { numRuns: 300 });
  });
});

describe('a message that names none of several open calls', () => {
  const warnings = (daemon: Session, runId: string) =>
    eventsOf(daemon.messages(daemon.framing), runId).filter(({ event }) => event.event_kind === 'warning');

  it.each([
    ['hello', 'it is not valid JSON (the text at position 0 is not in quotes)', parseError],
    ['{"jsonrpc":"2.0","id":null,"error":{"code":-32700}}', 'its `id` is null (error -32700)', []],
    ['{"jsonrpc":"2.0","result":1}', 'it has neither a method nor an id that is ours', invalid],
  ])('is a warning in each run that waits, once: %s', async (message, reason, refused) => {
    const daemon = new Session('contentLength');
    await daemon.start('a', [tool, { ...tool, name: 'more' }]);
    await daemon.start('b');
    daemon.send({ id: 'c', method: 'run/start', params: { runId: 'c', prompt: 'hi', model: 'test', wait: true } });
    await daemon.wrote('"id":"c"');
    for (const nth of [0, 1]) {
      daemon.write(framed(message));
      await daemon.wrote(`"runId":"a","seq":${6 + nth},`);
      await daemon.wrote(`"runId":"b","seq":${5 + nth},`);
    }
    for (const id of [first, first + 1, first + 2]) daemon.send({ id, result: 'fine' });
    await daemon.wrote('"runId":"a","seq":12,');
    await daemon.wrote('"runId":"b","seq":10,');
    for (const runId of ['a', 'b']) {
      const events = warnings(daemon, runId).map(({ event }) => event);
      const warning = { event_kind: 'warning', kind: 'callback.unreadable', message: expect.stringContaining(reason) };
      expect(events).toEqual([warning, warning]);
    }
    expect(warnings(daemon, 'c')).toEqual([]);
    expect(daemon.refusals()).toEqual([...(refused ?? []), ...(refused ?? [])]);
  });

  it('is meant for the call that is left when answers before it have settled the others', async () => {
    const daemon = new Session('contentLength');
    await daemon.start('r', [tool, { ...tool, name: 'more' }]);
    const good = framed(`{"jsonrpc":"2.0","id":${first},"result":"fine"}`);
    daemon.write(Buffer.concat([good, framed('hello')]));
    await daemon.wrote('"run_finished"');
    const contents = eventsOf(daemon.messages('contentLength')).flatMap(({ event }) =>
      event.event_kind === 'function_tool_result' ? [event.part.content] : [],
    );
    expect(contents).toEqual(['fine', expect.stringContaining("tool/call for 'more' could not be read")]);
    expect(warnings(daemon, 'r')).toEqual([]);
  });

  it('is a warning of which there is a limit', async () => {
    const daemon = new Session('contentLength');
    await daemon.start('r', [tool, { ...tool, name: 'more' }]);
    for (let n = 0; n < 200; n += 1) daemon.write(framed('hello'));
    await daemon.wrote(`"runId":"r","seq":${5 + 64},`);
    for (const id of [first, first + 1]) daemon.send({ id, result: 'fine' });
    await daemon.wrote('"run_finished"');
    expect(warnings(daemon, 'r')).toHaveLength(64);
  });
});

describe('what an unreadable answer does', () => {
  const broken = `{"jsonrpc":"2.0","id":${first},"result":NaN}`;

  it.each([
    ['failed', 'success'],
    ['retry', 'failed'],
    ['fail-run', 'failed'],
  ])('follows the choice of the tool: %s', async (onError, outcome) => {
    const daemon = new Session('contentLength');
    await daemon.start('r', [{ ...tool, onError, maxRetries: 0 }]);
    daemon.write(framed(broken));
    await daemon.wrote('"run_finished"');
    const last = eventsOf(daemon.messages('contentLength')).at(-1)?.event;
    expect(last).toMatchObject({ event_kind: 'run_finished', result: { outcome } });
    if (onError === 'fail-run')
      expect(last).toMatchObject({
        result: { error: { code: 1301, data: { kind: 'callback.invalid', method: 'tool/call', name: 'work' } } },
      });
  });

  it('fails a run whose model is served by the host', async () => {
    const daemon = new Session('contentLength');
    daemon.send({ id: 1, method: 'run/start', params: { runId: 'r', prompt: 'hi', model: 'host:m', wait: true } });
    await daemon.wrote('"method":"model/request"');
    daemon.write(framed(broken));
    await daemon.wrote('"run_finished"');
    expect(eventsOf(daemon.messages('contentLength')).at(-1)?.event).toMatchObject({
      result: { outcome: 'failed', error: { data: { kind: 'callback.invalid', method: 'model/request', name: 'm' } } },
    });
  });

  it('is nothing when its call was withdrawn, but that it came late', async () => {
    const daemon = new Session('contentLength');
    await daemon.start();
    daemon.send({ id: 'cancel', method: 'run/cancel', params: { runId: 'r' } });
    await daemon.wrote('"$/cancelRequest"');
    daemon.write(framed(broken));
    daemon.send({ id: 'health', method: 'health/get' });
    await daemon.wrote('"id":"health"');
    const health = daemon.messages('contentLength').find(({ id }) => id === 'health');
    expect(health).toMatchObject({ result: { callbacks: { open: 0, late: 1 } } });
  });

  it('shows nothing of its content', async () => {
    const daemon = new Session('contentLength');
    await daemon.start();
    daemon.write(framed(`{"jsonrpc":"2.0","id":${first},"result":{"token":sk-very-secret}}`));
    await daemon.wrote('"run_finished"');
    expect(JSON.stringify(daemon.messages('contentLength'))).not.toContain('very-secret');
  });
});
