import type {
  ErrorDetails,
  RetryFeedbackInfo,
  RetryFeedbackPart,
  ToolCallPart,
  ToolRetryInfo,
  ToolReturnPart,
} from '../../../protocol/messages/messages.ts';
import { withDigests } from '../messages/intake.ts';
import { shownErrors } from '../messages/wording.ts';
import type { RunState } from '../state.ts';
import { describeErrors } from './arguments.ts';
import { type FileRecord, storedContent } from './tool-content.ts';

/** Why something of the model was refused, for the model and as the cause of an error. */
export interface Refusal {
  /** The content for the model: a sentence, or a list of validation errors. */
  readonly content: string | readonly ErrorDetails[];
  readonly reason: ToolRetryInfo['cause'] | RetryFeedbackInfo['cause'];
  readonly cause: { kind: string; message: string };
}

/** Returns the refusal for validation errors. */
export function invalid(errors: readonly ErrorDetails[]): Refusal {
  const cause = { kind: 'ValidationError', message: describeErrors(errors) };
  return { content: [...errors], reason: 'validation_error', cause };
}

/** Returns the refusal for a requested retry. Source: Pydantic AI `ModelRetry`. */
export function retry(message: string, reason: Refusal['reason'] = 'model_retry'): Refusal {
  return { content: message, reason, cause: { kind: 'ModelRetry', message } };
}

/** Which retry of how many a refusal is; null when it is not charged. */
export interface RetryCount {
  readonly attempt: number;
  readonly maxRetries: number;
}

const infoOf = <C>(cause: C, count: RetryCount | null) => ({
  cause,
  attempt: count?.attempt ?? null,
  max_retries: count?.maxRetries ?? null,
});

/** Returns the tool return that makes the model call again. */
export function retriedReturn(
  state: RunState,
  call: ToolCallPart,
  refusal: Refusal,
  count: RetryCount | null,
): ToolReturnPart {
  const { content, reason } = refusal;
  const shown = typeof content === 'string' ? content : shownErrors(content);
  const part = toolReturn(call, shown, state.time, 'retried');
  return { ...part, retry: infoOf(reason as ToolRetryInfo['cause'], count) };
}

/** Returns feedback on a response without a call to respond to. */
export function retryFeedback(state: RunState, { content, reason }: Refusal, count: RetryCount): RetryFeedbackPart {
  return {
    content: typeof content === 'string' ? content : [...content],
    retry: infoOf(reason as RetryFeedbackInfo['cause'], count),
    timestamp: state.time,
    part_kind: 'retry-feedback',
  };
}

/** A return the engine writes for a call. */
export function toolReturn(
  call: ToolCallPart,
  content: unknown,
  timestamp: string,
  outcome: ToolReturnPart['outcome'] = 'success',
  files: FileRecord = 'none',
): ToolReturnPart {
  const part: ToolReturnPart = {
    tool_name: call.tool_name,
    content: null,
    tool_call_id: call.tool_call_id,
    tool_kind: call.tool_kind,
    metadata: null,
    timestamp,
    outcome,
    retry: null,
    part_kind: 'tool-return',
  };
  return withDigests(part, storedContent(content, files));
}
