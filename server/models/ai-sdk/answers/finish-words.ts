import type { FinishReason, ModelResponsePart } from '../../../../protocol/messages/messages.ts';

/** The words in which a provider reports why a response ended. */
export interface FinishWords {
  /** Other words have no finish reason of ours: null, as upstream. */
  readonly reasons: Readonly<Record<string, FinishReason>>;
  /** The finish reason for an empty or absent word; null by default. */
  absent?(parts: readonly ModelResponsePart[]): FinishReason;
}

/** The words of OpenAI's chat completions. Source: Pydantic AI `CHAT_FINISH_REASON_MAP`, `_missing_finish_reason`. */
export const chatWords: FinishWords = {
  reasons: {
    stop: 'stop',
    length: 'length',
    tool_calls: 'tool_call',
    content_filter: 'content_filter',
    function_call: 'tool_call',
  },
  absent: () => 'stop',
};

/** Source: Pydantic AI `_FINISH_REASON_MAP` of its module `groq`. */
export const groqWords: FinishWords = { reasons: chatWords.reasons };

/** Source: Pydantic AI `SnowflakeModel._missing_finish_reason`. */
export const snowflakeWords: FinishWords = {
  ...chatWords,
  absent: (parts) => (parts.some((part) => part.part_kind === 'tool-call') ? 'tool_call' : 'stop'),
};

/** Source: Pydantic AI `_CHAT_FINISH_REASON_MAP` of its module `openrouter`. */
export const openRouterWords: FinishWords = {
  ...chatWords,
  reasons: {
    stop: 'stop',
    length: 'length',
    tool_calls: 'tool_call',
    content_filter: 'content_filter',
    error: 'error',
  },
};

/** Source: Pydantic AI `_ZAI_FINISH_REASON_MAP`. */
export const zaiWords: FinishWords = {
  ...chatWords,
  reasons: {
    ...chatWords.reasons,
    sensitive: 'content_filter',
    model_context_window_exceeded: 'length',
    network_error: 'error',
  },
};

/** Source: Pydantic AI `_FINISH_REASON_MAP` of its module `huggingface`. */
export const huggingFaceWords: FinishWords = {
  reasons: { length: 'length', eos_token: 'stop', stop_sequence: 'stop', stop: 'stop', tool_calls: 'tool_call' },
};

/** Source: Pydantic AI `_FINISH_REASON_MAP` of its module `mistral`. */
export const mistralWords: FinishWords = {
  reasons: { stop: 'stop', length: 'length', model_length: 'length', error: 'error', tool_calls: 'tool_call' },
};

/** Source: Pydantic AI `_FINISH_REASON_MAP` of its module `cohere`. */
export const cohereWords: FinishWords = {
  reasons: {
    COMPLETE: 'stop',
    STOP_SEQUENCE: 'stop',
    MAX_TOKENS: 'length',
    TOOL_CALL: 'tool_call',
    ERROR: 'error',
  },
};

/** Source: Pydantic AI `_FINISH_REASON_MAP` of its module `bedrock`. */
export const bedrockWords: FinishWords = {
  reasons: {
    content_filtered: 'content_filter',
    end_turn: 'stop',
    guardrail_intervened: 'content_filter',
    max_tokens: 'length',
    model_context_window_exceeded: 'length',
    stop_sequence: 'stop',
    malformed_model_output: 'error',
    malformed_tool_use: 'error',
    tool_use: 'tool_call',
  },
};

/** `pause_turn` has no reason: the answer goes on. Source: Pydantic AI `FINISH_REASON_MAP` of its module `anthropic`. */
export const anthropicWords: FinishWords = {
  reasons: {
    compaction: 'stop',
    end_turn: 'stop',
    max_tokens: 'length',
    model_context_window_exceeded: 'length',
    stop_sequence: 'stop',
    tool_use: 'tool_call',
    refusal: 'content_filter',
  },
};

/** Source: Pydantic AI `_FINISH_REASON_MAP` of its module `google`. */
export const googleWords: FinishWords = {
  reasons: {
    STOP: 'stop',
    MAX_TOKENS: 'length',
    CONTINUATION: 'length',
    SAFETY: 'content_filter',
    RECITATION: 'content_filter',
    LANGUAGE: 'error',
    BLOCKLIST: 'content_filter',
    PROHIBITED_CONTENT: 'content_filter',
    SPII: 'content_filter',
    MALFORMED_FUNCTION_CALL: 'error',
    IMAGE_SAFETY: 'content_filter',
    UNEXPECTED_TOOL_CALL: 'error',
    IMAGE_PROHIBITED_CONTENT: 'content_filter',
    NO_IMAGE: 'error',
    MODEL_ARMOR: 'content_filter',
  },
};

/** The status of a response, or why it is incomplete. Source: Pydantic AI `RESPONSES_FINISH_REASON_MAP`. */
export const responsesWords: FinishWords = {
  reasons: {
    max_output_tokens: 'length',
    content_filter: 'content_filter',
    completed: 'stop',
    cancelled: 'error',
    failed: 'error',
  },
};

/** Returns the finish reason for a word. */
export function finishReasonOf(
  word: string | undefined,
  { reasons, absent }: FinishWords,
  parts: readonly ModelResponsePart[],
): FinishReason | null {
  if (!word) return absent?.(parts) ?? null;
  return Object.hasOwn(reasons, word) ? (reasons[word] ?? null) : null;
}
