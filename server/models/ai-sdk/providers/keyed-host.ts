import type { LanguageModelV4 } from '@ai-sdk/provider';
import type { Model } from '../../../engine/model.ts';
import { bridgedModel, type Services } from '../bridged-model.ts';
import type { AnswerProfile, Provider, ProviderEntry } from '../provider.ts';
import type { RequestApi } from '../request/api.ts';
import { trimmed } from './defaults.ts';

/** A provider with its own package, one address and one key, like most. */
export interface KeyedHost {
  /** `provider_name`, and the key of the package's options. */
  readonly name: string;
  /** Its address, as upstream. */
  readonly url: string;
  /**
   * The version that the package expects at the end of the address, where upstream has none; both forms are accepted.
   */
  readonly version?: `v${number}`;
  readonly envVar: string;
  readonly answers: AnswerProfile;
  /** Writes its requests. */
  readonly api: RequestApi;
  /** Opens the package. The address and key are always given: it would otherwise read them from the environment. */
  readonly open: (options: {
    baseURL: string;
    apiKey: string;
    headers: Record<string, string>;
    fetch: typeof globalThis.fetch;
  }) => (modelName: string) => LanguageModelV4;
}

/** Returns the function that makes models of such a provider. */
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
