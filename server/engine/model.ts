import type { DurableEvent } from '../../protocol/events.ts';
import type { ModelMessage, ModelResponse } from '../../protocol/messages/messages.ts';
import type { ModelSettings, ToolDefinition } from '../../protocol/spec.ts';
import type { AnswerBounds } from './limits/bounds.ts';
import type { PartStream } from './streaming/part-stream.ts';

/** How the output is requested in one request; `auto` has been resolved. */
export type OutputMode = 'text' | 'tool' | 'native' | 'prompted';

/** The schema of the output in native and prompted mode. Source: Pydantic AI `OutputObjectDefinition`. */
export interface OutputObject {
  readonly name: string | null;
  readonly description: string | null;
  readonly json_schema: Record<string, unknown>;
}

/**
 * The content of a model request. `messages` is the cleaned history ending in a request; the array belongs to the engine and is
 * valid until the response arrives.
 *
 * Source: Pydantic AI `ModelRequestParameters`, `AgentInfo`.
 */
export interface ModelPrompt {
  readonly messages: readonly ModelMessage[];
  /** Instructions with those of the output mode. */
  readonly instructions: string | null;
  /** The same in parts: what can change between requests comes last, so that a provider can cache what is before it. */
  readonly instructionParts?: readonly { readonly content: string; readonly dynamic: boolean }[];
  readonly functionTools: readonly ToolDefinition[];
  readonly outputTools: readonly ToolDefinition[];
  /** True when text can be the output. */
  readonly allowText: boolean;
  readonly outputMode: OutputMode;
  readonly outputObject?: OutputObject;
  readonly settings: ModelSettings | null;
}

/** The facilities of a model while it responds. */
export interface ModelCall {
  readonly runId: string;
  readonly runStep: number;
  /** Counts the times the request is made, also by processes before this one; from 1, which it is when absent. */
  readonly attempt?: number;
  readonly idempotencyKey: string;
  /** Aborted when the run ends or is cancelled; the connection to the provider must close at once. */
  readonly signal: AbortSignal;
  /** The time, RFC 3339. */
  now(): string;
  /** Milliseconds of a steady clock, for durations. */
  elapsed(): number;
  /** Limits of the response; absent: the defaults. */
  readonly bounds?: AnswerBounds | undefined;
  /** True when another model is used if this one fails, so that a long wait for it is not worthwhile. */
  readonly hasAlternative?: boolean;
  /** Emits an event in order; see `StepContext.emit`. */
  readonly emit?: ((event: DurableEvent) => void) | undefined;
  /**
   * Receives the pieces of a streamed response; absent when the response is wanted as a whole. A model that reported
   * pieces still returns the response, without its parts.
   */
  readonly stream?: PartStream | undefined;
}

/** Something a person should know about a request, shown as a `warning` event. */
export interface Warning {
  readonly kind: string;
  readonly message: string;
}

/**
 * A response without its bookkeeping: the engine fills in `timestamp` and tool call ids where they are `''`, and run
 * and conversation ids.
 */
export interface ModelAnswer {
  readonly response: ModelResponse;
  /** The model that responded, as the provider names it. */
  readonly served: string | null;
  readonly warnings?: readonly Warning[];
}

/**
 * The seam to providers. One call is one request, streamed or not; it throws `EngineError` (`model.http`, `model.api`, …)
 * when there is no response. When it throws after pieces arrived, they are kept as an interrupted response.
 *
 * Source: Pydantic AI `Model.request`.
 */
export interface Model {
  /** `provider:name` as requested. */
  readonly id: string;
  request(prompt: ModelPrompt, call: ModelCall): Promise<ModelAnswer>;
  /** The cost of one of its responses in US dollars, as a decimal string, or null; absent for models without prices. */
  price?(response: ModelResponse): Promise<string | null>;
}
