import {
  type Attributes,
  type HrTime,
  type Link,
  ROOT_CONTEXT,
  type SpanContext,
  type SpanKind,
  type SpanStatus,
  SpanStatusCode,
  TraceFlags,
  trace,
} from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import {
  RandomIdGenerator,
  type ReadableSpan,
  type Sampler,
  SamplingDecision,
  type SpanProcessor,
  type TimedEvent,
} from '@opentelemetry/sdk-trace';
import { ATTR_ERROR_TYPE } from '@opentelemetry/semantic-conventions';

/** What the spans of a process have in common. */
export interface RecorderOptions {
  readonly resource: Resource;
  readonly scope: ReadableSpan['instrumentationScope'];
  readonly sampler: Sampler;
  /** Takes what has ended, of which it drops what is not sampled; null: spans are not exported. */
  readonly processor: SpanProcessor | null;
}

/** The data of a span that begins. */
export interface NewSpan {
  readonly name: string;
  readonly kind: SpanKind;
  /** Belongs to the span from now on. */
  readonly attributes: Attributes;
}

/**
 * Makes spans. The tracer of the SDK is not used: it samples each span, and checks and copies each attribute twice, which was
 * a third of what tracing costs. What is recorded here has names and types that are known.
 */
export class SpanRecorder {
  readonly #options: RecorderOptions;
  readonly #ids = new RandomIdGenerator();

  constructor(options: RecorderOptions) {
    this.#options = options;
  }

  get isExported(): boolean {
    return this.#options.processor !== null;
  }

  /** Sends what is left. */
  async shutdown(): Promise<void> {
    await this.#options.processor?.shutdown();
  }

  /** Starts the first span of ours in a trace, which may be that of a host. */
  root(span: NewSpan, parent: SpanContext | undefined): RecordedSpan {
    const traceId = parent?.traceId ?? this.#ids.generateTraceId();
    const around = parent ? trace.setSpanContext(ROOT_CONTEXT, parent) : ROOT_CONTEXT;
    const { decision } = this.#options.sampler.shouldSample(around, traceId, span.name, span.kind, span.attributes, []);
    const traceFlags = decision === SamplingDecision.RECORD_AND_SAMPLED ? TraceFlags.SAMPLED : TraceFlags.NONE;
    return new RecordedSpan(span, { traceId, spanId: this.#ids.generateSpanId(), traceFlags }, parent, this.#options);
  }

  /** Starts a span inside of another one. A trace is sampled as a whole, whichever sampler has decided. */
  child(span: NewSpan, parent: SpanContext): RecordedSpan {
    const { traceId, traceFlags } = parent;
    return new RecordedSpan(span, { traceId, spanId: this.#ids.generateSpanId(), traceFlags }, parent, this.#options);
  }
}

const noLinks: Link[] = [];
const unset: SpanStatus = { code: SpanStatusCode.UNSET };

/** A span, as exporters read it. */
export class RecordedSpan implements ReadableSpan {
  readonly name: string;
  readonly kind: SpanKind;
  readonly attributes: Attributes;
  readonly parentSpanContext?: SpanContext;
  readonly resource: Resource;
  readonly instrumentationScope: ReadableSpan['instrumentationScope'];
  readonly events: TimedEvent[] = [];
  readonly links = noLinks;
  readonly droppedAttributesCount = 0;
  readonly droppedEventsCount = 0;
  readonly droppedLinksCount = 0;
  status = unset;
  ended = false;
  readonly #context: SpanContext;
  readonly #processor: SpanProcessor | null;
  readonly #startMs = Date.now();
  /** The clock of the system may be set while a span is open. */
  readonly #startedAt = performance.now();
  #durationMs = 0;

  constructor(
    { name, kind, attributes }: NewSpan,
    context: SpanContext,
    parent: SpanContext | undefined,
    { resource, scope, processor }: RecorderOptions,
  ) {
    this.name = name;
    this.kind = kind;
    this.attributes = attributes;
    if (parent) this.parentSpanContext = parent;
    this.resource = resource;
    this.instrumentationScope = scope;
    this.#context = context;
    this.#processor = processor;
  }

  get startTime(): HrTime {
    return hrTime(this.#startMs);
  }

  get endTime(): HrTime {
    return hrTime(this.#startMs + this.#durationMs);
  }

  get duration(): HrTime {
    return hrTime(this.#durationMs);
  }

  spanContext(): SpanContext {
    return this.#context;
  }

  addEvent(name: string, attributes: Attributes): void {
    const time = hrTime(this.#startMs + performance.now() - this.#startedAt);
    this.events.push({ name, attributes, time });
  }

  fail(error: string): void {
    this.attributes[ATTR_ERROR_TYPE] = error;
    this.status = { code: SpanStatusCode.ERROR, message: error };
  }

  end(): void {
    this.#durationMs = performance.now() - this.#startedAt;
    this.ended = true;
    this.#processor?.onEnd(this);
  }
}

/** Seconds and nanoseconds. */
const hrTime = (ms: number): HrTime => {
  const seconds = Math.floor(ms / 1000);
  return [seconds, Math.round((ms - seconds * 1000) * 1e6)];
};
