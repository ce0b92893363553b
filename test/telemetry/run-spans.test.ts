import { createNoopMeter, type HrTime, SpanStatusCode } from '@opentelemetry/api';
import { defaultResource } from '@opentelemetry/resources';
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace';
import { expect, it } from 'vitest';
import type { DurableEvent } from '../../protocol/events.ts';
import { genAiMetrics } from '../../server/telemetry/metrics.ts';
import { RunSpans } from '../../server/telemetry/run-spans.ts';
import { samplerOf } from '../../server/telemetry/sampler.ts';
import { SpanRecorder } from '../../server/telemetry/span-recorder.ts';

const ms = ([seconds, nanoseconds]: HrTime) => seconds * 1000 + nanoseconds / 1e6;

it('attempts at a request are events of its span, and a run that goes on elsewhere fails what is open', async () => {
  const exporter = new InMemorySpanExporter();
  const spans = new SpanRecorder({
    resource: defaultResource(),
    scope: { name: 'runwire' },
    sampler: samplerOf({}),
    processor: new SimpleSpanProcessor({ exporter }),
  });
  const metrics = genAiMetrics(createNoopMeter());
  const faults: unknown[] = [];
  const world = { spans, metrics, contents: null, onFault: (error: unknown) => faults.push(error) };
  const run = { runId: 'r', conversationId: 'c', agent: 'worker', model: 'openai-chat:m', traceparent: undefined };
  const trace = new RunSpans({ ...run, messages: () => [] }, world);
  const began = Date.now();
  const take = (event: object) => trace.take(event as DurableEvent);
  take({ event_kind: 'model_request_started', attempt: 1, model: 'openai-chat:m' });
  take({ event_kind: 'model_request_started', attempt: 2, model: 'openai-chat:other', reason: 'http', status: 503 });
  trace.leave();
  const [chat, agent] = exporter.getFinishedSpans();
  expect(faults).toEqual([]);
  expect(chat?.events).toMatchObject([
    {
      name: 'runwire.model_request.retry',
      attributes: { 'runwire.attempt': 2, 'error.type': '503', 'gen_ai.request.model': 'other' },
    },
  ]);
  expect(chat?.parentSpanContext?.spanId).toBe(agent?.spanContext().spanId);
  for (const span of [chat, agent]) {
    expect(span?.status).toEqual({ code: SpanStatusCode.ERROR, message: 'interrupted' });
    const [start, end] = [ms(span?.startTime ?? [0, 0]), ms(span?.endTime ?? [0, 0])];
    expect(start).toBeGreaterThanOrEqual(began);
    expect(end - start).toBeCloseTo(ms(span?.duration ?? [0, 0]), 2);
    expect(end).toBeLessThanOrEqual(Date.now() + 1);
  }
  const [at] = chat?.events ?? [];
  expect(ms(at?.time ?? [0, 0])).toBeGreaterThanOrEqual(ms(chat?.startTime ?? [0, 0]));
  await spans.shutdown();
});
