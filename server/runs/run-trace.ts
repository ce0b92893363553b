import type { DurableEvent } from '../../protocol/events.ts';
import type { ModelMessage } from '../../protocol/messages/messages.ts';

/** A run whose spans are recorded. */
export interface TracedRun {
  readonly runId: string;
  readonly conversationId: string;
  readonly agent: string | undefined;
  /** `provider:name`. */
  readonly model: string;
  /** The span of the host that it belongs to. */
  readonly traceparent: string | undefined;
  readonly messages: () => readonly ModelMessage[];
}

/** Records the spans of one run. Nothing of it throws, and nothing is waited for. */
export interface RunTrace {
  /** Takes an event at the time it is emitted. */
  take(event: DurableEvent): void;
  /** The span of a tool call, for what that starts. */
  traceparentOf(toolCallId: string): string | undefined;
  /** The run goes on elsewhere, or later. */
  leave(): void;
}

/** Makes the traces of runs. */
export interface RunTracer {
  trace(run: TracedRun): RunTrace;
}

/** The trace a run belongs to: that of the host, and the one that is recorded of it. */
export class TraceContext {
  readonly given: string | undefined;
  /** Absent while nothing is recorded. */
  recorded: RunTrace | null = null;

  /** `meta`: `_meta` of the request that started the run, or continues it. */
  constructor(meta: unknown) {
    this.given = traceparentIn(meta);
  }

  traceparentOf(toolCallId: string | undefined): string | undefined {
    return (toolCallId === undefined ? undefined : this.recorded?.traceparentOf(toolCallId)) ?? this.given;
  }
}

/** Source: W3C Trace Context. */
const pattern = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

function traceparentIn(meta: unknown): string | undefined {
  const given = (meta as { traceparent?: unknown } | null | undefined)?.traceparent;
  return typeof given === 'string' && pattern.test(given) ? given : undefined;
}
