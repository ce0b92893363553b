import type { ModelMessage } from '../../../../../protocol/messages/messages.ts';
import type { Loose } from '../../raw/loose-json.ts';
import { isFileItem } from '../files.ts';
import type { WireRequest } from '../request.ts';
import { filesOf } from '../returns.ts';

const header = 'anthropic-beta';

/** The betas that the user requested. */
export function requestedBetas({ settings }: WireRequest): string[] {
  const own = settings.get('anthropic_betas');
  const headers = Object.entries(settings.object('extra_headers')).filter(([name]) => name.toLowerCase() === header);
  const listed = headers.flatMap(([, value]) => String(value ?? '').split(','));
  return [...(Array.isArray(own) ? own.map(String) : []), ...listed.map((beta) => beta.trim())].filter(Boolean);
}

/**
 * Returns the betas that the contents of a request require.
 *
 * Source: Pydantic AI `AnthropicModel._get_betas_and_extra_headers`, `_message_betas`, `_add_compaction_params`.
 */
export function neededBetas(request: WireRequest, thinking: Loose | undefined, isFast: boolean): string[] {
  const { settings, messages } = request;
  const compactions = compactionsOf(messages);
  const needs: Record<string, boolean> = {
    'compact-2026-01-12': settings.has('anthropic_context_management') || compactions.some(({ isSigned }) => !isSigned),
    'compact-2026-09-04': compactions.some(({ isSigned }) => isSigned),
    'task-budgets-2026-03-13': settings.has('anthropic_task_budget'),
    'thinking-binding-controls-2026-08-01': thinking !== undefined && 'block_binding' in thinking,
    'fast-mode-2026-02-01': isFast,
    'files-api-2025-04-14': hasOwnFile(request),
    'mid-conversation-system-clear-at-2026-08-21': hasScopedPrompt(request),
  };
  return Object.keys(needs).filter((beta) => needs[beta]);
}

export const betaHeader = (betas: readonly string[]): Record<string, string> =>
  betas.length > 0 ? { [header]: [...new Set(betas)].sort().join(',') } : {};

/** The summaries of a provider in a history, and whether they are signed. */
export const compactionsOf = (messages: readonly ModelMessage[]): { isSigned: boolean }[] =>
  messages.flatMap((message) =>
    message.kind === 'response'
      ? message.parts.flatMap((part) =>
          part.part_kind === 'compaction' && part.provider_name !== null
            ? [{ isSigned: part.provider_details?.signature != null }]
            : [],
        )
      : [],
  );

function hasOwnFile({ messages, providerName }: WireRequest): boolean {
  const files = messages.flatMap((message) => {
    if (message.kind !== 'request') return [];
    return message.parts.flatMap((part) => {
      if (part.part_kind === 'tool-return') return filesOf(part);
      return part.part_kind === 'user-prompt' && typeof part.content !== 'string'
        ? part.content.filter(isFileItem)
        : [];
    });
  });
  return files.some((file) => file.kind === 'uploaded-file' && file.provider_name === providerName);
}

const hasScopedPrompt = ({ messages, profile }: WireRequest): boolean =>
  (profile.supports_request_scoped_system_prompts ?? false) &&
  messages.some(
    (message) =>
      message.kind === 'request' &&
      message.parts.some((part) => part.part_kind === 'system-prompt' && part.scope === 'request'),
  );
