import type { JSONValue, LanguageModelV4CallOptions } from '@ai-sdk/provider';
import type { ModelSettings } from '../../../protocol/spec.ts';
import type { Warning } from '../../engine/model.ts';
import { guessedSetting, settingPrefixes } from '../known-names.ts';
import type { Effort, Provider, RequestFacts } from './provider.ts';

type Options = Omit<LanguageModelV4CallOptions, 'prompt'>;

/** Call options from settings, and what could not be passed on. @since 0.1.0 */
export interface MappedSettings {
  readonly options: Options;
  readonly warnings: readonly Warning[];
}

const common: Record<string, keyof Options> = {
  max_tokens: 'maxOutputTokens',
  temperature: 'temperature',
  top_p: 'topP',
  top_k: 'topK',
  seed: 'seed',
  presence_penalty: 'presencePenalty',
  frequency_penalty: 'frequencyPenalty',
  stop_sequences: 'stopSequences',
  extra_headers: 'headers',
};

/** Settings that other files act on. */
const elsewhere = new Set(['timeout', 'tool_choice', 'extra_body', 'thinking']);

/** Settings of a tool-less request that providers refuse. */
const needTools = new Set(['parallel_tool_calls']);

/**
 * Maps settings to call options; a provider's own table of names comes before the common one.
 *
 * Source: Pydantic AI `ModelSettings`, `OpenAIChatModelSettings`.
 * @since 0.1.0
 */
export function settingsOptions(
  settings: ModelSettings | null,
  request: RequestFacts,
  provider: Provider,
): MappedSettings {
  const options: Record<string, unknown> = {};
  const own: Record<string, JSONValue> = { ...provider.quirks.options };
  const warnings: Warning[] = [];
  for (const [name, value] of inTableOrder(settings ?? {}, provider)) {
    if (value === null || value === undefined || elsewhere.has(name)) continue;
    if (needTools.has(name) && !request.hasTools) continue;
    const ownName = provider.quirks.settings[name];
    if (ownName) own[ownName] = value as JSONValue;
    else if (common[name]) options[common[name]] = value;
    else if (!isHandled(name, provider) && !isForeign(name, provider)) warnings.push(leftOut(name, provider));
  }
  Object.assign(own, provider.quirks.settingOptions?.(settings ?? {}, request));
  const reasoning = effortOf(settings?.thinking, request.modelName, provider, warnings);
  return {
    options: {
      ...(options as Options),
      ...(reasoning ? { reasoning } : {}),
      ...(Object.keys(own).length > 0 ? { providerOptions: { [provider.optionsKey]: own } } : {}),
    },
    warnings,
  };
}

const isHandled = (name: string, { quirks: { handledSettings, cacheSettings } }: Provider): boolean =>
  (handledSettings ?? []).includes(name) || Object.values(cacheSettings ?? {}).includes(name);

/** Settings of another provider are not for this model and no mistake; hosts of OpenAI's formats go by its own, too. */
function isForeign(name: string, provider: Provider): boolean {
  const prefix = settingPrefixes.exec(name)?.[1];
  return prefix !== undefined && prefix !== provider.name;
}

/** Where two settings share an option, the later one of the provider's table wins, whatever order they came in. */
function inTableOrder(settings: ModelSettings, { quirks }: Provider): [string, unknown][] {
  const rank = Object.keys(quirks.settings);
  return Object.entries(settings).sort(([a], [b]) => rank.indexOf(a) - rank.indexOf(b));
}

const efforts: readonly unknown[] = ['minimal', 'low', 'medium', 'high', 'xhigh', 'max'];

function effortOf(thinking: unknown, modelName: string, provider: Provider, warnings: Warning[]): Effort | undefined {
  if (thinking === null || thinking === undefined) return undefined;
  const asked = asEffort(thinking);
  const effort = asked && (provider.quirks.thinking ? provider.quirks.thinking(modelName, asked) : asked);
  // Not to think is what a model without thinking does anyway.
  if (!effort && thinking !== false) warnings.push(leftOut('thinking', provider));
  return effort;
}

function asEffort(thinking: unknown): Effort | undefined {
  if (thinking === true) return 'medium';
  if (thinking === false) return 'none';
  return efforts.includes(thinking) ? (thinking as Effort) : undefined;
}

const leftOut = (name: string, provider: Provider): Warning => ({
  kind: 'model.setting',
  message: `The setting '${name}' is not supported by '${provider.name}' here and was left out${guessedSetting(name)}`,
});
