import { isFileItem, isTextLike, kindOf, unsupportedFile } from '../files.ts';
import { plainNames } from '../grammar.ts';
import type { Profile } from '../profile.ts';
import type { WireRequest } from '../request.ts';
import type { ChatMessage, ChatVariant } from './types.ts';

/** The profile of APIs like OpenAI's that support text, images and tools, and accept thinking only as text. */
export const plainProfile: Profile = {
  openai_chat_send_back_thinking_parts: 'tags',
  mimics_assistant_message_formatting: false,
  openai_chat_supports_max_completion_tokens: false,
  openai_chat_supports_allowed_tools: false,
  openai_supports_reasoning: false,
};

/** Refuses files that are no images; text goes as text. Upstream refuses that as well, but it takes nothing of the API. */
export const imagesAlone: NonNullable<ChatVariant['item']> = (item, _, { providerName }) => {
  const isText = isFileItem(item) && item.kind === 'binary' && isTextLike(item.media_type);
  if (isFileItem(item) && !isText && kindOf(item) !== 'image') throw unsupportedFile(item, providerName);
  return false;
};

/** The messages without content that says there is none. */
function withoutNulls(messages: ChatMessage[]): ChatMessage[] {
  for (const message of messages) if (message.content === null) delete message.content;
  return messages;
}

/** Strict output is supported there, strict tools are not. */
function withoutStrict(tools: Record<string, unknown>[]): void {
  for (const tool of tools) delete (tool.function as Record<string, unknown>).strict;
}

const graded: Readonly<Record<string, string>> = {
  true: 'medium',
  false: 'low',
  minimal: 'low',
  low: 'low',
  medium: 'medium',
  high: 'high',
  xhigh: 'high',
  max: 'high',
};

/**
 * Groq: the format of thinking is requested, and an effort only of models that know some.
 *
 * Source: Pydantic AI `GroqModel`.
 */
export const groqVariant: ChatVariant = {
  profile: { ...plainProfile, openai_unsupported_model_settings: ['service_tier'] },
  grammar: { toolNames: plainNames },
  unsupportedFiles: ['document', 'audio', 'video'],
  reportsUsage: true,
  item: imagesAlone,
  messages: withoutNulls,
  tools: withoutStrict,
  noJsonBesideTools: true,
  effort,
  fields: (request) => {
    const format = formatOf(request);
    return { n: 1, ...(format === undefined ? {} : { reasoning_format: format }) };
  },
};

const stopsByEffort = ({ thinking, profile }: WireRequest) =>
  thinking === false && profile.groq_supports_reasoning_disable;

function effort(request: WireRequest): unknown {
  const { settings, thinking, profile } = request;
  const own = settings.get('groq_reasoning_effort');
  if (stopsByEffort(request)) {
    if (own !== undefined) settings.warn("The setting 'thinking' is false, so 'groq_reasoning_effort' was left out.");
    return 'none';
  }
  if (own !== undefined || !profile.groq_supports_graded_reasoning_effort) return own;
  return graded[String(thinking)];
}

function formatOf(request: WireRequest): unknown {
  const { settings, thinking, profile } = request;
  const own = settings.get('groq_reasoning_format');
  if (own) return own;
  if (thinking !== false) return thinking === undefined ? undefined : 'parsed';
  const cannotStop = profile.thinking_always_enabled && !profile.groq_supports_graded_reasoning_effort;
  // Thinking that cannot be turned off is at least not shown.
  return stopsByEffort(request) || cannotStop ? undefined : 'hidden';
}
