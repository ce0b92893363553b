import * as stable from '@opentelemetry/semantic-conventions';
import * as incubating from '@opentelemetry/semantic-conventions/incubating';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Daemon } from '../support/daemon.ts';
import { slow } from '../support/time-limits.ts';
import { type Collector, type ReceivedSpan, startCollector } from './collector.ts';

/** The registry of the conventions, as it is published for JavaScript. */
const registry = (prefix: string) =>
  new Set(
    Object.entries({ ...incubating, ...stable })
      .filter(([name]) => name.startsWith(prefix))
      .map(([, value]) => String(value)),
  );
const attributeNames = registry('ATTR_');
const metricNames = registry('METRIC_');
const operations = registry('GEN_AI_OPERATION_NAME_VALUE_');
const tokenTypes = registry('GEN_AI_TOKEN_TYPE_VALUE_');

/** What the conventions require of a span, beside its operation. */
const required: Readonly<Record<string, readonly string[]>> = {
  invoke_agent: ['gen_ai.provider.name', 'gen_ai.conversation.id', 'gen_ai.request.model', 'gen_ai.usage.input_tokens'],
  chat: [
    'gen_ai.provider.name',
    'gen_ai.request.model',
    'gen_ai.response.model',
    'gen_ai.usage.input_tokens',
    'gen_ai.usage.output_tokens',
  ],
  execute_tool: ['gen_ai.tool.name', 'gen_ai.tool.call.id', 'gen_ai.tool.type'],
};

const hostTrace = '0af7651916cd43dd8448eb211c80319c';
const hostSpan = 'b7ad6b7169203331';
const traceparent = `00-${hostTrace}-${hostSpan}-01`;

describe('spans and metrics over OTLP', { timeout: slow }, () => {
  let collector: Collector;
  beforeEach(async () => {
    collector = await startCollector();
  });
  afterEach(async () => {
    await collector.close();
    expect(collector.faults).toEqual([]);
  });

  const start = async (env: NodeJS.ProcessEnv = {}, args: string[] = []) => {
    const daemon = new Daemon({ env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.address, ...env }, args });
    await daemon.initialize();
    return daemon;
  };
  const usage = { input_tokens: 100, output_tokens: 7, cache_read_tokens: 60 };
  const respond = async (daemon: Daemon, nth: number, response: object) => {
    const requests = () => daemon.messages.filter(({ method }) => method === 'model/request');
    await daemon.waitFor(() => requests().length > nth);
    daemon.send({
      id: requests()[nth]?.id ?? null,
      result: { response: { usage, model_name: 'served-1', ...response } },
    });
  };
  const call = (name: string, args: object = {}) => ({
    part_kind: 'tool-call',
    tool_name: name,
    args,
    tool_call_id: `id-${name}`,
  });
  const tool = (name: string) => ({ name, inputSchema: { type: 'object', additionalProperties: true } });
  /** A run with one call, up to the response that ends it. Returns the `_meta` of the call. */
  const runOnce = async (daemon: Daemon, params: object = {}, answer: object = { content: 'worked' }) => {
    const prompt = 'Use the secret sk-abcdefghijklmnopqrstuvwxyz0123456789.';
    const run = { runId: 'r', name: 'worker', model: 'host:big', prompt, tools: [tool('work')], wait: true, ...params };
    const ended = daemon.request('run/start', run);
    await respond(daemon, 0, { parts: [call('work', { a: 1 })] });
    const { id, params: called } = await daemon.waitFor(({ method }) => method === 'tool/call');
    daemon.send({ id, result: answer });
    await respond(daemon, 1, { parts: [{ part_kind: 'text', content: 'Done.' }] });
    return {
      result: (await ended).result as { outcome: string },
      meta: called?._meta as { traceparent?: string } | undefined,
    };
  };
  const named = (name: string): ReceivedSpan => {
    const found = collector.spans.filter((span) => span.name === name);
    expect(found.map((span) => span.name)).toEqual([name]);
    return found[0] as ReceivedSpan;
  };

  it('tell of a run by the conventions, below the span of the host', async () => {
    const daemon = await start({ OTEL_SERVICE_NAME: 'my-editor' });
    const { meta } = await runOnce(daemon, { _meta: { traceparent }, conversationId: 'c' });
    expect(await daemon.stop()).toBe(0);
    const agent = named('invoke_agent worker');
    const work = named('execute_tool work');
    const chats = collector.spans.filter(({ name }) => name === 'chat big');
    expect([agent.traceId, agent.parentSpanId, agent.kind]).toEqual([hostTrace, hostSpan, 'SPAN_KIND_INTERNAL']);
    expect(chats.map(({ parentSpanId, kind }) => [parentSpanId, kind])).toEqual([
      [agent.spanId, 'SPAN_KIND_CLIENT'],
      [agent.spanId, 'SPAN_KIND_CLIENT'],
    ]);
    // What the host starts for the call is a child of the call.
    expect(meta).toEqual({ traceparent: `00-${hostTrace}-${work.spanId}-01` });
    expect(work.parentSpanId).toBe(agent.spanId);
    expect(chats[0]?.attributes).toEqual({
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'host',
      'gen_ai.agent.name': 'worker',
      'gen_ai.conversation.id': 'c',
      'gen_ai.request.model': 'big',
      'gen_ai.response.model': 'served-1',
      'gen_ai.usage.input_tokens': 100,
      'gen_ai.usage.output_tokens': 7,
      'gen_ai.usage.cache_read.input_tokens': 60,
    });
    expect(agent.attributes).toMatchObject({
      'gen_ai.usage.input_tokens': 200,
      'runwire.run.id': 'r',
      'runwire.run.outcome': 'success',
    });
    expect(agent.resource).toMatchObject({ 'service.name': 'my-editor' });
    expect([agent.error, work.error]).toEqual([null, null]);
  });

  it('have names that are in the registry of the conventions, and all that it requires', async () => {
    const daemon = await start();
    await runOnce(daemon);
    await daemon.stop();
    expect(collector.spans).toHaveLength(4);
    for (const { name, attributes, events } of collector.spans) {
      const operation = String(attributes['gen_ai.operation.name']);
      expect(operations).toContain(operation);
      expect(name.startsWith(`${operation} `)).toBe(true);
      expect(Object.keys(attributes)).toEqual(expect.arrayContaining([...(required[operation] ?? ['none'])]));
      const all = [attributes, ...events.map((event) => event.attributes)].flatMap((one) => Object.keys(one));
      expect(all.filter((key) => !attributeNames.has(key) && !key.startsWith('runwire.'))).toEqual([]);
    }
    for (const { metric, attributes } of collector.points) {
      expect(metricNames).toContain(metric);
      expect(Object.keys(attributes).filter((key) => !attributeNames.has(key))).toEqual([]);
    }
  });

  it('count tokens and time in the histograms of the conventions', async () => {
    const daemon = await start();
    await runOnce(daemon);
    await daemon.stop();
    const of = (metric: string, key: string, value: string) =>
      collector.points.filter((point) => point.metric === metric && point.attributes[key] === value).at(-1);
    const input = of('gen_ai.client.token.usage', 'gen_ai.token.type', 'input');
    expect(tokenTypes).toContain('input');
    expect(input).toMatchObject({ unit: '{token}', count: 2, sum: 200 });
    expect(of('gen_ai.client.token.usage', 'gen_ai.token.type', 'output')).toMatchObject({ count: 2, sum: 14 });
    expect(input?.bounds).toEqual(Array.from({ length: 14 }, (_, power) => 4 ** power));
    const duration = of('gen_ai.client.operation.duration', 'gen_ai.operation.name', 'chat');
    expect(duration).toMatchObject({ unit: 's', count: 2 });
    expect(duration?.bounds[0]).toBe(0.01);
    expect(of('gen_ai.client.operation.duration', 'gen_ai.operation.name', 'invoke_agent')?.count).toBe(1);
  });

  it('say what failed', async () => {
    const daemon = await start();
    const ended = daemon.request('run/start', {
      model: 'host:big',
      prompt: 'Fail.',
      tools: [tool('work')],
      usageLimits: { request_limit: 1 },
      wait: true,
    });
    await respond(daemon, 0, { parts: [call('work')] });
    const { id } = await daemon.waitFor(({ method }) => method === 'tool/call');
    daemon.send({ id, result: { failed: 'the disk is full' } });
    expect((await ended).result).toMatchObject({ outcome: 'failed' });
    await daemon.stop();
    expect(named('execute_tool work')).toMatchObject({ error: 'failed', attributes: { 'error.type': 'failed' } });
    const kind = 'usage.limitExceeded';
    expect(named('invoke_agent')).toMatchObject({ error: kind, attributes: { 'error.type': kind } });
    const point = collector.points.findLast(({ attributes }) => attributes['gen_ai.operation.name'] === 'invoke_agent');
    expect(point?.attributes).toMatchObject({ 'error.type': kind });
  });

  it('hold contents only when that is requested, and no secrets then', async () => {
    const plain = await start();
    await runOnce(plain);
    await plain.stop();
    expect(JSON.stringify(collector.spans)).not.toMatch(/worked|Done\.|Use the secret/);
    const capturing = await start({ OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: 'true' });
    await runOnce(capturing, { runId: 'with' });
    await capturing.stop();
    const [, last] = collector.spans.filter(
      ({ name, attributes }) => name === 'chat big' && 'gen_ai.input.messages' in attributes,
    );
    const input = JSON.parse(String(last?.attributes['gen_ai.input.messages']));
    expect(
      input.map(({ role, parts }: { role: string; parts: { type: string }[] }) => [
        role,
        parts.map(({ type }) => type),
      ]),
    ).toEqual([
      ['user', ['text']],
      ['assistant', ['tool_call']],
      ['tool', ['tool_call_response']],
    ]);
    expect(JSON.stringify(input)).toContain('Use the secret');
    expect(JSON.stringify(collector.spans)).not.toContain('abcdefghijklmnopqrstuvwxyz');
    const output = JSON.parse(String(last?.attributes['gen_ai.output.messages']));
    expect(output).toEqual([{ role: 'assistant', parts: [{ type: 'text', content: 'Done.' }], finish_reason: 'stop' }]);
    const calls = collector.spans.filter(({ attributes }) => 'gen_ai.tool.call.arguments' in attributes);
    expect(calls.map(({ attributes }) => attributes['gen_ai.tool.call.result'])).toEqual(['worked']);
  });

  it('neither fail nor delay a run when there is no collector', async () => {
    const daemon = await start({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' });
    expect((await runOnce(daemon)).result).toMatchObject({ outcome: 'success' });
    expect(await daemon.stop()).toBe(0);
    expect([daemon.stderr, daemon.junk]).toEqual(['', '']);
  });

  it.each([
    ['OTEL_SDK_DISABLED', { OTEL_SDK_DISABLED: 'true' }],
    ['no exporter', { OTEL_TRACES_EXPORTER: 'none', OTEL_METRICS_EXPORTER: 'none' }],
    ['no variable', { OTEL_EXPORTER_OTLP_ENDPOINT: '' }],
  ])('are not sent with %s; the trace of the host is passed on', async (_, env) => {
    const daemon = await start(env);
    const { meta } = await runOnce(daemon, { _meta: { traceparent } });
    expect(meta).toEqual({ traceparent });
    await daemon.stop();
    expect([collector.spans, collector.points]).toEqual([[], []]);
  });

  it('are sent of metrics alone when traces are off', async () => {
    const daemon = await start({ OTEL_TRACES_EXPORTER: 'none' });
    const { meta } = await runOnce(daemon, { _meta: { traceparent } });
    await daemon.stop();
    expect(meta).toEqual({ traceparent });
    expect(collector.spans).toEqual([]);
    expect(collector.points.length).toBeGreaterThan(0);
  });

  it.each([
    ['always_on', '00', 4],
    ['always_off', '01', 0],
    ['traceidratio', '01', 0],
    ['parentbased_always_off', '01', 4],
    ['parentbased_always_on', '00', 0],
  ])(
    'follow OTEL_TRACES_SAMPLER=%s for a run of a trace with the flags %s: %d spans',
    async (sampler, flags, count) => {
      const daemon = await start({ OTEL_TRACES_SAMPLER: sampler, OTEL_TRACES_SAMPLER_ARG: '0' });
      await runOnce(daemon, { _meta: { traceparent: traceparent.replace(/..$/, flags) } });
      await daemon.stop();
      expect(collector.spans).toHaveLength(count);
    },
  );

  it('leave out runs of traces that the host does not sample', async () => {
    const daemon = await start();
    const { meta } = await runOnce(daemon, { _meta: { traceparent: traceparent.replace(/1$/, '0') } });
    expect(meta?.traceparent).toMatch(new RegExp(`^00-${hostTrace}-[0-9a-f]{16}-00$`));
    await daemon.stop();
    expect(collector.spans).toEqual([]);
  });
});
