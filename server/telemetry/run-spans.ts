import { type Attributes, type SpanContext, SpanKind, TraceFlags, trace } from '@opentelemetry/api';
import { ATTR_ERROR_TYPE } from '@opentelemetry/semantic-conventions';
import {
  ATTR_GEN_AI_AGENT_NAME,
  ATTR_GEN_AI_CONVERSATION_ID,
  ATTR_GEN_AI_INPUT_MESSAGES,
  ATTR_GEN_AI_OPERATION_NAME,
  ATTR_GEN_AI_OUTPUT_MESSAGES,
  ATTR_GEN_AI_PROVIDER_NAME,
  ATTR_GEN_AI_REQUEST_MODEL,
  ATTR_GEN_AI_RESPONSE_FINISH_REASONS,
  ATTR_GEN_AI_RESPONSE_ID,
  ATTR_GEN_AI_RESPONSE_MODEL,
  ATTR_GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK,
  ATTR_GEN_AI_TOOL_CALL_ARGUMENTS,
  ATTR_GEN_AI_TOOL_CALL_ID,
  ATTR_GEN_AI_TOOL_CALL_RESULT,
  ATTR_GEN_AI_TOOL_NAME,
  ATTR_GEN_AI_TOOL_TYPE,
  ATTR_GEN_AI_USAGE_CACHE_CREATION_INPUT_TOKENS,
  ATTR_GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS,
  ATTR_GEN_AI_USAGE_INPUT_TOKENS,
  ATTR_GEN_AI_USAGE_OUTPUT_TOKENS,
} from '@opentelemetry/semantic-conventions/incubating';
import type { DurableEvent } from '../../protocol/events.ts';
import type { RunTrace, TracedRun } from '../runs/run-trace.ts';
import { contentText, messagesText } from './contents.ts';
import type { GenAiMetrics } from './metrics.ts';
import { modelParts } from './provider-names.ts';
import type { RecordedSpan, SpanRecorder } from './span-recorder.ts';

type EventOf<K extends DurableEvent['event_kind']> = Extract<DurableEvent, { event_kind: K }>;
type Called = EventOf<'function_tool_call' | 'output_tool_call'>;
type Returned = EventOf<'function_tool_result' | 'output_tool_result'>;

/** What spans are recorded with. */
export interface SpanWorld {
  readonly spans: SpanRecorder;
  readonly metrics: GenAiMetrics;
  /** Hides secrets in what is recorded of contents; null: contents are not recorded. */
  readonly contents: ((text: string) => string) | null;
  /** Called with what went wrong here; the run goes on. */
  readonly onFault: (error: unknown) => void;
}

interface OpenRequest {
  readonly span: RecordedSpan;
  readonly startedAt: number;
  readonly model: { readonly provider: string; readonly name: string };
}

/** The spans of one run, made of its events: the agent, in it a span for each model request and each tool call. */
export class RunSpans implements RunTrace {
  readonly #run: TracedRun;
  readonly #world: SpanWorld;
  readonly #model: OpenRequest['model'];
  /** Attributes of all spans of the run. */
  readonly #common: Attributes;
  readonly #startedAt = Date.now();
  #agent: RecordedSpan | undefined;
  #request: OpenRequest | undefined;
  readonly #calls = new Map<string, RecordedSpan>();

  constructor(run: TracedRun, world: SpanWorld) {
    this.#run = run;
    this.#world = world;
    this.#model = modelParts(run.model);
    const { conversationId, agent } = run;
    this.#common = {
      [ATTR_GEN_AI_CONVERSATION_ID]: conversationId,
      ...(agent === undefined ? {} : { [ATTR_GEN_AI_AGENT_NAME]: agent }),
    };
  }

  take(event: DurableEvent): void {
    try {
      this.#take(event);
    } catch (error) {
      this.#world.onFault(error);
    }
  }

  traceparentOf(toolCallId: string): string | undefined {
    const context = (this.#calls.get(toolCallId) ?? this.#agent)?.spanContext();
    if (!context || !this.#world.spans.isExported) return undefined;
    return `00-${context.traceId}-${context.spanId}-${context.traceFlags.toString(16).padStart(2, '0')}`;
  }

  leave(): void {
    try {
      this.#close('interrupted');
    } catch (error) {
      this.#world.onFault(error);
    }
  }

  #take(event: DurableEvent): void {
    if (!this.#agent) this.#begin();
    switch (event.event_kind) {
      case 'model_request_started':
        this.#requested(event);
        break;
      case 'model_response':
        this.#responded(event);
        break;
      case 'function_tool_call':
      case 'output_tool_call':
        this.#called(event);
        break;
      case 'function_tool_result':
      case 'output_tool_result':
        this.#returned(event);
        break;
      case 'run_finished':
        this.#finished(event);
    }
  }

  #begin(): void {
    this.#agent = this.#start(`invoke_agent ${this.#run.agent ?? ''}`.trim(), SpanKind.INTERNAL, {
      [ATTR_GEN_AI_OPERATION_NAME]: 'invoke_agent',
      [ATTR_GEN_AI_PROVIDER_NAME]: this.#model.provider,
      [ATTR_GEN_AI_REQUEST_MODEL]: this.#model.name,
      'runwire.run.id': this.#run.runId,
    });
  }

  #start(name: string, kind: SpanKind, attributes: Attributes): RecordedSpan {
    const span = { name, kind, attributes: Object.assign(attributes, this.#common) };
    const { spans } = this.#world;
    return this.#agent
      ? spans.child(span, this.#agent.spanContext())
      : spans.root(span, contextOf(this.#run.traceparent));
  }

  #requested({ attempt, model: id, reason, status }: EventOf<'model_request_started'>): void {
    // Attempts are one operation, which covers all of them.
    if (attempt > 1 && this.#request) {
      const cause = status === undefined ? reason : String(status);
      const further = { 'runwire.attempt': attempt, ...(cause === undefined ? {} : { [ATTR_ERROR_TYPE]: cause }) };
      this.#request.span.addEvent('runwire.model_request.retry', {
        ...further,
        [ATTR_GEN_AI_REQUEST_MODEL]: modelParts(id).name,
      });
      return;
    }
    const model = id === this.#run.model ? this.#model : modelParts(id);
    const span = this.#start(`chat ${model.name}`, SpanKind.CLIENT, {
      [ATTR_GEN_AI_OPERATION_NAME]: 'chat',
      [ATTR_GEN_AI_PROVIDER_NAME]: model.provider,
      [ATTR_GEN_AI_REQUEST_MODEL]: model.name,
    });
    this.#request = { span, startedAt: Date.now(), model };
  }

  #responded({ message, served, durationMs, firstPartMs }: EventOf<'model_response'>): void {
    const open = this.#request;
    if (!open) return;
    this.#request = undefined;
    const { span, model } = open;
    const { usage, finish_reason: finish, provider_response_id: id, state } = message;
    const { contents, metrics } = this.#world;
    const response = served ?? message.model_name;
    const { attributes } = span;
    setUsage(attributes, usage);
    if (response) attributes[ATTR_GEN_AI_RESPONSE_MODEL] = response;
    if (id) attributes[ATTR_GEN_AI_RESPONSE_ID] = id;
    if (finish) attributes[ATTR_GEN_AI_RESPONSE_FINISH_REASONS] = [finish];
    if (firstPartMs !== undefined) attributes[ATTR_GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK] = firstPartMs / 1000;
    if (contents) {
      const before = this.#run.messages().filter((one) => one !== message);
      attributes[ATTR_GEN_AI_INPUT_MESSAGES] = messagesText(before, contents);
      attributes[ATTR_GEN_AI_OUTPUT_MESSAGES] = messagesText([message], contents);
    }
    const error = state === 'interrupted' ? 'interrupted' : undefined;
    if (error) span.fail(error);
    span.end();
    metrics.operation({ operation: 'chat', model, response: response ?? undefined, durationMs, error });
    metrics.usage({ model, response: response ?? undefined, usage });
  }

  #called({ part, event_kind }: Called): void {
    const { contents } = this.#world;
    const span = this.#start(`execute_tool ${part.tool_name}`, SpanKind.INTERNAL, {
      [ATTR_GEN_AI_OPERATION_NAME]: 'execute_tool',
      [ATTR_GEN_AI_TOOL_NAME]: part.tool_name,
      [ATTR_GEN_AI_TOOL_CALL_ID]: part.tool_call_id,
      [ATTR_GEN_AI_TOOL_TYPE]: event_kind === 'output_tool_call' ? 'extension' : 'function',
      ...(contents ? { [ATTR_GEN_AI_TOOL_CALL_ARGUMENTS]: contentText(part.args, contents) } : {}),
    });
    this.#calls.get(part.tool_call_id)?.end();
    this.#calls.set(part.tool_call_id, span);
  }

  #returned({ part }: Returned): void {
    const span = this.#calls.get(part.tool_call_id);
    if (!span) return;
    this.#calls.delete(part.tool_call_id);
    const { contents } = this.#world;
    if (contents) span.attributes[ATTR_GEN_AI_TOOL_CALL_RESULT] = contentText(part.content, contents);
    if (part.outcome !== 'success') span.fail(part.outcome);
    span.end();
  }

  #finished({ result }: EventOf<'run_finished'>): void {
    const { usage, error, model } = result;
    const kind = error?.data.kind;
    if (this.#agent) {
      const { attributes } = this.#agent;
      setUsage(attributes, usage);
      if (model.served) attributes[ATTR_GEN_AI_RESPONSE_MODEL] = model.served;
      attributes['runwire.run.outcome'] = result.outcome;
    }
    this.#close(kind);
    const durationMs = Date.now() - this.#startedAt;
    this.#world.metrics.operation({
      operation: 'invoke_agent',
      model: this.#model,
      durationMs,
      error: kind,
      response: undefined,
    });
  }

  /** Ends what is open: all of it failed with the run. */
  #close(error: string | undefined): void {
    const open = [...this.#calls.values(), ...(this.#request ? [this.#request.span] : [])];
    if (this.#request && error) {
      const { model, startedAt } = this.#request;
      const durationMs = Date.now() - startedAt;
      this.#world.metrics.operation({ operation: 'chat', model, durationMs, error, response: undefined });
    }
    this.#calls.clear();
    this.#request = undefined;
    for (const span of [...open, ...(this.#agent ? [this.#agent] : [])]) {
      if (error) span.fail(error);
      span.end();
    }
    this.#agent = undefined;
  }
}

interface TokenUsage {
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly cache_read_tokens: number;
  readonly cache_write_tokens: number;
}

function setUsage(attributes: Attributes, usage: TokenUsage): void {
  attributes[ATTR_GEN_AI_USAGE_INPUT_TOKENS] = usage.input_tokens;
  attributes[ATTR_GEN_AI_USAGE_OUTPUT_TOKENS] = usage.output_tokens;
  if (usage.cache_read_tokens > 0) attributes[ATTR_GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS] = usage.cache_read_tokens;
  if (usage.cache_write_tokens > 0)
    attributes[ATTR_GEN_AI_USAGE_CACHE_CREATION_INPUT_TOKENS] = usage.cache_write_tokens;
}

/** The span of the host, from the text of W3C Trace Context. */
function contextOf(traceparent: string | undefined): SpanContext | undefined {
  const [, traceId = '', spanId = '', flags = '0'] = traceparent?.split('-') ?? [];
  const remote = { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & TraceFlags.SAMPLED, isRemote: true };
  return trace.isSpanContextValid(remote) ? remote : undefined;
}
