import type { DeferredToolRequests, DeferredToolResults } from '../../protocol/deferred.ts';
import type { DurableEvent } from '../../protocol/events.ts';
import type { UserContent } from '../../protocol/messages/content.ts';
import type { GivenMessage, ModelMessage } from '../../protocol/messages/messages.ts';
import type { RunUsage } from '../../protocol/messages/usage.ts';
import type { ToolDefinition } from '../../protocol/spec.ts';

/** Where a callback belongs. */
export interface CallbackContext {
  readonly runStep: number;
  readonly idempotencyKey: string;
  readonly signal: AbortSignal;
  /** Emits `pending_added` and `pending_resolved`; see `StepContext.emit`. */
  readonly emit?: ((event: DurableEvent) => void) | undefined;
}

/** Announces that a call waits for `pending/resolve`. */
export type PendingAdded = Extract<DurableEvent, { event_kind: 'pending_added' }>;

/** A call whose waiting is announced around its step. */
export interface WaitingCall {
  readonly kind: 'callTool' | 'validateOutput' | 'handleDeferred' | 'awaitHuman';
  readonly stepKey: string;
  readonly name: string;
  readonly toolCallId?: string;
}

/** A tool call as the host gets it. */
export interface ToolRequest {
  readonly toolCallId: string;
  readonly name: string;
  readonly args: Record<string, unknown>;
  readonly argsText?: string;
  readonly retry: number;
  readonly maxRetries: number;
  readonly approved?: boolean;
  readonly metadata?: unknown;
  /** Deadline of the call; the default of the callbacks when absent. */
  readonly timeoutMs?: number;
}

/** The outcome of a tool call, as it is recorded. */
export type ToolOutcome =
  | {
      readonly kind: 'return';
      readonly content: unknown;
      readonly metadata?: unknown;
      readonly userContent?: string | UserContent[];
      readonly usage?: RunUsage;
    }
  | { readonly kind: 'retry'; readonly message: string }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'deferred' | 'approvalRequired'; readonly metadata: Record<string, unknown> | null };

/** An output function or validator as the host gets it. */
export interface OutputRequest {
  readonly kind: 'validator' | 'function';
  readonly name: string;
  readonly output: unknown;
  readonly toolName?: string;
  readonly toolCallId?: string;
  readonly retry: number;
  readonly maxRetries: number;
}

/** The outcome of checking an output. */
export type OutputOutcome =
  | { readonly kind: 'output'; readonly output: unknown }
  | { readonly kind: 'retry'; readonly message: string };

/**
 * The requests of the engine to its host. Each rejects with `EngineError`: `callback.failed`, `callback.invalid`,
 * `callback.unsupported`, `callback.timeout` or `client.gone`, and with the reason of the signal when that is aborted.
 */
export interface Callbacks {
  callTool(request: ToolRequest, context: CallbackContext): Promise<ToolOutcome>;
  validateOutput(request: OutputRequest, context: CallbackContext): Promise<OutputOutcome>;
  /** Null leaves the prompt out. */
  resolvePrompt(
    prompt: { ref: string; kind: 'instructions' | 'systemPrompt' },
    context: CallbackContext,
  ): Promise<string | null>;
  processHistory(
    request: { processor: string; messages: readonly ModelMessage[] },
    context: CallbackContext,
  ): Promise<GivenMessage[]>;
  prepareTools(tools: readonly ToolDefinition[], context: CallbackContext): Promise<ToolDefinition[]>;
  /** Results of deferred calls, perhaps of some only; waits as long as it takes. */
  handleDeferred(requests: DeferredToolRequests, context: CallbackContext): Promise<DeferredToolResults>;
  /** The result of one call that a human decides: no client is sent it, and it waits as long as it takes. */
  awaitHuman(request: DeferredToolRequests, context: CallbackContext): Promise<DeferredToolResults>;
  /** How a call waits that no client is sent, or null when one is. A function of the call and of the client. */
  waitsAs(call: WaitingCall): PendingAdded | null;
}
