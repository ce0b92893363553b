import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import type { Model } from '../../../engine/model.ts';
import { ChatNormalizer } from '../answers/chat.ts';
import { chatWords, type FinishWords } from '../answers/finish-words.ts';
import { bridgedModel, type Services } from '../bridged-model.ts';
import type { AnswerProfile, Provider, ProviderEntry } from '../provider.ts';
import { ChatBodyReader } from '../raw/body-chat.ts';
import type { RequestApi } from '../request/api.ts';
import { chatApi } from '../request/chat/api.ts';
import { chatVariants } from '../request/chat/hosts.ts';
import type { ProfileOf } from '../request/profile.ts';
import { hostProfiles } from '../request/profiles/hosts.ts';
import { openRouterProfile } from '../request/profiles/openrouter.ts';
import { addressOf, chatAnswers, trimmed } from './defaults.ts';

/** A host that speaks OpenAI's chat completions. */
export interface CompatibleHost {
  /** Pydantic AI's name of the provider. */
  readonly name: string;
  readonly envVar: string;
  /** Absent if every user has a different address. */
  readonly url?: string;
  /** The name of its row, if it differs: it selects the profiles and variants. */
  readonly row?: string;
  /** The field of thinking that takes precedence. */
  readonly thinkingField?: 'reasoning' | 'reasoning_content';
  /** True if its thinking comes in `reasoning_details`, including signatures and encrypted parts. */
  readonly reasoningDetails?: boolean;
  /** False if thinking does not name its provider; true by default. */
  readonly namesThinking?: boolean;
  /** Its finish reasons, if they are not OpenAI's. */
  readonly finishWords?: FinishWords;
}

const profiles: Readonly<Record<string, ProfileOf>> = { ...hostProfiles, openrouter: openRouterProfile };

const apiOf = ({ name, row = name }: CompatibleHost): RequestApi =>
  chatApi(profiles[row] ?? hostProfiles['openai-compatible'], chatVariants[row]);

function answersOf(host: CompatibleHost, modelName: string): AnswerProfile {
  const { name, reasoningDetails = false, namesThinking = true } = host;
  const { thinkingField, finishWords = chatWords } = host;
  return {
    ...chatAnswers,
    readsTags: true,
    // Claude writes other tags, wherever it is served. Source: Pydantic AI `anthropic_model_profile`.
    ...(/(^|\/)claude/.test(modelName) ? { thinkingTags: ['<thinking>', '</thinking>'] as const } : {}),
    finishWords,
    namesThinking,
    normalizer: () => new ChatNormalizer(),
    bodyReader: () =>
      new ChatBodyReader({
        providerName: name,
        details: reasoningDetails,
        named: namesThinking,
        field: thinkingField,
        openRouter: name === 'openrouter',
      }),
  };
}

/**
 * Models of a host that speaks OpenAI's chat completions.
 *
 * Source: Pydantic AI `OpenAIChatModel` with the host's provider.
 */
export function createAt(host: CompatibleHost) {
  return (entry: ProviderEntry, services?: Services): Model => bridgedModel(compatible(host, entry), entry, services);
}

function compatible(host: CompatibleHost, entry: ProviderEntry): Provider {
  const { modelName, apiKey, headers } = entry;
  const url = trimmed(addressOf(entry, host.url));
  return {
    name: host.name,
    optionsKey: 'compatible',
    url: `${url}/`,
    envVar: host.envVar,
    answers: answersOf(host, modelName),
    api: apiOf(host),
    languageModel: (fetch) =>
      createOpenAICompatible({
        name: 'compatible',
        baseURL: url,
        // Many local servers require no key.
        ...(apiKey ? { apiKey } : {}),
        headers: { ...headers },
        includeUsage: true,
        supportsStructuredOutputs: true,
        fetch,
      })(modelName),
  };
}
