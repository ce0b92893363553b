import { createCohere } from '@ai-sdk/cohere';
import type { Model } from '../../engine/model.ts';
import { CohereBodyReader } from './body-cohere.ts';
import { asObject } from './json.ts';
import { bridgedModel, type Services } from './model.ts';
import type { Provider, ProviderEntry, Quirks } from './provider.ts';
import { chatQuirks, trimmed } from './quirks.ts';

const defaultUrl = 'https://api.cohere.com';

const quirks: Quirks = {
  ...chatQuirks,
  textArguments: false,
  fileTypes: /^image\//,
  rewriteAnswer: withoutCitations,
  bodyReader: () => new CohereBodyReader(),
};

/** Citations of tool results do not fit what the package expects, and it has no other use for them. */
function withoutCitations(body: unknown): unknown {
  const { message, ...rest } = asObject(body);
  const { citations: _, ...kept } = asObject(message);
  return message ? { ...rest, message: kept } : body;
}

/**
 * A model of Cohere.
 *
 * Source: Pydantic AI `CohereModel`, `CohereProvider`.
 * @since 0.2.0
 */
export function create(entry: ProviderEntry, services?: Services): Model {
  return bridgedModel(cohere(entry), entry, services);
}

function cohere({ modelName, baseUrl, apiKey, headers }: ProviderEntry): Provider {
  const url = trimmed(baseUrl ?? defaultUrl);
  return {
    name: 'cohere',
    optionsKey: 'cohere',
    url,
    envVar: 'CO_API_KEY',
    quirks,
    languageModel: (fetch) =>
      createCohere({ baseURL: apiUrl(url), apiKey: apiKey ?? '', headers: { ...headers }, fetch })(modelName),
  };
}

/** Upstream's address has no version, the package's has one; both are taken. */
const apiUrl = (url: string) => (/\/v\d+$/.test(url) ? url : `${url}/v2`);
