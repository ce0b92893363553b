import { plainNames } from '../grammar.ts';
import { chatEffort } from '../openai-thinking.ts';
import { acceptsArtifact } from '../request.ts';
import { imagesAlone, plainProfile } from './groq.ts';
import { openRouterVariant } from './openrouter.ts';
import { reasoningDetail } from './reasoning-details.ts';
import type { ChatVariant } from './types.ts';

/** Source: Pydantic AI `ZaiModel`. */
const zai: ChatVariant = {
  grammar: { toolNames: plainNames },
  turns: { needsUser: true },
  effort: () => undefined,
  fields({ settings, thinking, profile }) {
    const level = thinking === false && profile.thinking_always_enabled ? 'minimal' : thinking;
    const clear = settings.get('zai_clear_thinking') ?? (profile.supports_thinking ? false : undefined);
    const payload = {
      ...(level === undefined ? {} : { type: level === false ? 'disabled' : 'enabled' }),
      ...(clear === undefined ? {} : { clear_thinking: clear }),
    };
    const graded = profile.zai_supports_reasoning_effort && typeof level === 'string';
    return {
      ...(Object.keys(payload).length > 0 ? { thinking: payload } : {}),
      ...(graded ? { reasoning_effort: profile.zai_reasoning_effort_mapping?.[level] ?? level } : {}),
    };
  },
};

/** Source: Pydantic AI `CerebrasModel`. */
const cerebras: ChatVariant = {
  effort: (request) =>
    request.profile.openai_reasoning_efforts ? chatEffort(request) : request.settings.get('openai_reasoning_effort'),
  settings({ settings, thinking, profile }) {
    const off = settings.get('cerebras_disable_reasoning') ?? (thinking === false && !profile.thinking_always_enabled);
    if (off) settings.set('openai_reasoning_effort', 'none');
    else if (thinking === false && !settings.has('openai_reasoning_effort'))
      settings.set('openai_reasoning_effort', 'low');
  },
  fields({ settings, profile }) {
    const asTags = profile.openai_chat_send_back_thinking_parts === 'tags';
    const clear = settings.get('cerebras_clear_thinking') ?? (asTags ? false : undefined);
    return clear === undefined ? {} : { clear_thinking: clear };
  },
};

const snowflakeEfforts: Readonly<Record<string, string>> = {
  true: 'medium',
  minimal: 'low',
  low: 'low',
  medium: 'medium',
  high: 'high',
  xhigh: 'high',
  max: 'high',
};

/** Source: Pydantic AI `SnowflakeModel`. */
const snowflake: ChatVariant = {
  effort: (request) =>
    request.profile.snowflake_supports_reasoning
      ? request.settings.get('openai_reasoning_effort')
      : chatEffort(request),
  settings({ settings, thinking, profile }) {
    if (profile.snowflake_supports_reasoning && thinking && !settings.has('snowflake_reasoning')) {
      settings.set('snowflake_reasoning', { effort: snowflakeEfforts[String(thinking)] });
    }
    const forcesTemperature = settings.has('snowflake_reasoning') && profile.snowflake_reasoning_requires_temperature_1;
    if (forcesTemperature && !settings.has('temperature')) settings.set('temperature', 1);
  },
  fields: ({ settings }) => settings.fields({ reasoning: 'snowflake_reasoning' }),
  reasoningDetail: (part, response, request) =>
    acceptsArtifact(request, response, part.provider_name) ? reasoningDetail(part) : undefined,
};

/** Upstream sends the addresses of images, which Ollama refuses. */
const ollama: ChatVariant = { fetchesNothing: true };

/**
 * The client that upstream uses for Hugging Face knows text, images and tools, and nothing of thinking.
 *
 * Source: Pydantic AI `HuggingFaceModel`.
 */
const huggingface: ChatVariant = {
  unsupportedFiles: ['document', 'audio', 'video'],
  effort: () => undefined,
  item: imagesAlone,
  profile: {
    ...plainProfile,
    openai_supports_strict_tool_definition: false,
    openai_unsupported_model_settings: ['parallel_tool_calls', 'service_tier'],
    supports_json_object_output: false,
  },
};

/** Moonshot AI refuses empty turns of its models: "the message at position 2 with role 'assistant' must not be empty". */
const moonshotai: ChatVariant = { grammar: { toolNames: plainNames }, turns: { refusesBlanks: ['assistant'] } };

/** The hosts that need a variant, by the names of their rows. */
export const chatVariants: Readonly<Record<string, ChatVariant>> = {
  openrouter: openRouterVariant,
  zai,
  cerebras,
  snowflake,
  ollama,
  huggingface,
  moonshotai,
};
