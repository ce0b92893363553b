import type { StopReason } from '@agentclientprotocol/sdk';
import type { RunResult } from '../../../../protocol/result.ts';

/** Why a run ended, in the words of the protocol; null for one that failed. Source: Pydantic AI's own adapter. */
export function stopReasonOf({ outcome, error }: RunResult, finishReason: string | null): StopReason | null {
  switch (outcome) {
    case 'cancelled':
      return 'cancelled';
    case 'success':
    case 'deferred':
      return ofResponse(finishReason) ?? 'end_turn';
    case 'failed':
      return ofError(error);
  }
}

function ofResponse(finishReason: string | null): StopReason | null {
  if (finishReason === 'length') return 'max_tokens';
  return finishReason === 'content_filter' ? 'refusal' : null;
}

function ofError(error: RunResult['error']): StopReason | null {
  const { kind, limit } = error?.data ?? { kind: '' };
  switch (kind) {
    case 'usage.limitExceeded':
      return String(limit).includes('tokens') ? 'max_tokens' : 'max_turn_requests';
    case 'model.outputTokenLimit':
    case 'model.incompleteToolCall':
      return 'max_tokens';
    case 'contentFilter':
      return 'refusal';
    default:
      return null;
  }
}
