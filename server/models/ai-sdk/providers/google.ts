import { createGoogle } from '@ai-sdk/google';
import type { Model } from '../../../engine/model.ts';
import { googleWords } from '../answers/finish-words.ts';
import { GoogleNormalizer } from '../answers/google.ts';
import { bridgedModel, type Services } from '../bridged-model.ts';
import type { AnswerProfile, Provider, ProviderEntry } from '../provider.ts';
import { GoogleBodyReader } from '../raw/body-google.ts';
import { googleApi } from '../request/google/api.ts';
import { chatAnswers, trimmed } from './defaults.ts';

const answersOf = (name: string): AnswerProfile => ({
  ...chatAnswers,
  finishWords: googleWords,
  parsedArguments: true,
  metadata: { details: { thoughtSignature: 'thought_signature' } },
  normalizer: () => new GoogleNormalizer(),
  bodyReader: () => new GoogleBodyReader(name),
});

/** One of Google's two APIs: the developer API or Google Cloud. */
export interface GoogleHost {
  readonly name: string;
  readonly envVar: string;
  readonly url: string;
}

const developerApi: GoogleHost = {
  name: 'google',
  envVar: 'GOOGLE_API_KEY',
  url: 'https://generativelanguage.googleapis.com/v1beta',
};

/**
 * A Gemini model of the developer API.
 *
 * Source: Pydantic AI `GoogleModel`, `GoogleProvider`.
 */
export const create = (entry: ProviderEntry, services?: Services): Model => createAt(developerApi)(entry, services);

/** The same API at Google Cloud. */
export function createAt(host: GoogleHost) {
  return (entry: ProviderEntry, services?: Services): Model => bridgedModel(google(host, entry), entry, services);
}

function google(host: GoogleHost, { modelName, baseUrl, apiKey, headers, authorizer }: ProviderEntry): Provider {
  const url = trimmed(baseUrl ?? host.url);
  return {
    name: host.name,
    optionsKey: 'google',
    // Only the host is stored, as upstream: the rest names the project.
    url: authorizer ? `${new URL(url).origin}/` : url,
    envVar: host.envVar,
    answers: answersOf(host.name),
    api: googleApi({ isCloud: host.name === 'google-cloud' }),
    languageModel: (fetch) =>
      createGoogle({ baseURL: url, apiKey: apiKey ?? '', headers: { ...headers }, fetch })(modelName),
  };
}
