import type { LanguageModelV4 } from '@ai-sdk/provider';
import type { Model } from '../../../engine/model.ts';
import { bridgedModel, type Services } from '../bridged-model.ts';
import type { AnswerProfile, Provider, ProviderEntry } from '../provider.ts';
import type { RequestApi } from '../request/api.ts';
import { trimmed } from './defaults.ts';

/** A provider with a package of its own, one address and one key, as most are. */
export interface KeyedHost {
  /** `provider_name`, and the key of the package's options. */
  readonly name: string;
  /** Its address as upstream has it. */
  readonly url: string;
  /** What the package wants after the address where upstream has no version; both are taken. */
  readonly version?: `v${number}`;
  readonly envVar: string;
  readonly answers: AnswerProfile;
  /** Writes its requests. */
  readonly api: RequestApi;
  /** The package. Address and key are always given: it would else look them up in the environment. */
  readonly open: (options: {
    baseURL: string;
    apiKey: string;
    headers: Record<string, string>;
    fetch: typeof globalThis.fetch;
  }) => (modelName: string) => LanguageModelV4;
}

/** Models of such a provider. */
export function createFor(host: KeyedHost) {
  return (entry: ProviderEntry, services?: Services): Model => bridgedModel(providerOf(host, entry), entry, services);
}

function providerOf(host: KeyedHost, { modelName, baseUrl, apiKey, headers }: ProviderEntry): Provider {
  const { name, version, envVar, answers, api, open } = host;
  const url = trimmed(baseUrl ?? host.url);
  const baseURL = version && !/\/v\d+$/.test(url) ? `${url}/${version}` : url;
  return {
    name,
    optionsKey: name,
    url,
    envVar,
    answers,
    api,
    languageModel: (fetch) => open({ baseURL, apiKey: apiKey ?? '', headers: { ...headers }, fetch })(modelName),
  };
}
