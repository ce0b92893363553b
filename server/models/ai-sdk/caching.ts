import type { LanguageModelV4FunctionTool, LanguageModelV4Prompt } from '@ai-sdk/provider';
import type { ModelSettings } from '../../../protocol/spec.ts';
import type { Provider } from './provider.ts';
import { withCachePoint } from './user-content.ts';

/**
 * The messages with the marks that settings ask for: behind the instructions, behind the last message.
 *
 * Source: Pydantic AI `anthropic_cache_instructions`, `anthropic_cache_messages`, `bedrock_cache_instructions`.
 * @since 0.2.0
 */
export function cachedMessages(
  messages: LanguageModelV4Prompt,
  settings: ModelSettings | null,
  provider: Provider,
): LanguageModelV4Prompt {
  const names = provider.quirks.cacheSettings;
  const instructions = names && ttlOf(settings?.[names.instructions]);
  const last = names && ttlOf(settings?.[names.messages]);
  const lastSystem = messages.findIndex(({ role }) => role !== 'system') - 1;
  return messages.map((message, index) => {
    if (instructions && index === lastSystem) return withCachePoint(message, instructions, provider);
    return last && index === messages.length - 1 && index > lastSystem
      ? withCachePoint(message, last, provider)
      : message;
  });
}

/** The tools, the last one with the mark that a setting asks for. @since 0.2.0 */
export function cachedTools(
  tools: LanguageModelV4FunctionTool[],
  settings: ModelSettings | null,
  provider: Provider,
): LanguageModelV4FunctionTool[] {
  const names = provider.quirks.cacheSettings;
  const ttl = names && ttlOf(settings?.[names.tools]);
  return ttl
    ? tools.map((tool, index) => (index === tools.length - 1 ? withCachePoint(tool, ttl, provider) : tool))
    : tools;
}

/** `true` is five minutes, else the setting says how long. */
const ttlOf = (asked: unknown): string | undefined =>
  asked === true ? '5m' : typeof asked === 'string' ? asked : undefined;
