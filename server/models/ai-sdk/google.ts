import { createGoogle } from '@ai-sdk/google';
import type { JSONValue } from '@ai-sdk/provider';
import type { ModelSettings } from '../../../protocol/spec.ts';
import type { Model } from '../../engine/model.ts';
import { googleWords } from './answers/finish-words.ts';
import { GoogleNormalizer } from './answers/google.ts';
import { GoogleBodyReader } from './body-google.ts';
import { asObject, asObjects } from './json.ts';
import { bridgedModel, type Services } from './model.ts';
import type { Provider, ProviderEntry, Quirks } from './provider.ts';
import { chatQuirks, trimmed } from './quirks.ts';

const settings = {
  google_safety_settings: 'safetySettings',
  google_cached_content: 'cachedContent',
  google_labels: 'labels',
  google_video_resolution: 'mediaResolution',
  service_tier: 'serviceTier',
  google_service_tier: 'serviceTier',
};

const quirksOf = (name: string): Quirks => ({
  ...chatQuirks,
  finishWords: googleWords,
  settings,
  thinkingParts: true,
  inlineSystem: false,
  errorResults: true,
  objectResults: true,
  filesInResults: true,
  nativeTools: true,
  parsedArguments: true,
  textArguments: false,
  joinTexts: false,
  inlineTextFiles: false,
  metadata: { details: { thoughtSignature: 'thought_signature' } },
  handledSettings: ['google_thinking_config'],
  settingOptions,
  rewriteBody,
  normalizer: () => new GoogleNormalizer(),
  bodyReader: () => new GoogleBodyReader(name),
});

/** Source: Pydantic AI `GoogleModelSettings`. */
function settingOptions({ google_thinking_config }: ModelSettings): Record<string, JSONValue> {
  const { include_thoughts, thinking_budget, thinking_level } = asObject(google_thinking_config);
  const thinkingConfig = {
    ...(typeof include_thoughts === 'boolean' ? { includeThoughts: include_thoughts } : {}),
    ...(typeof thinking_budget === 'number' ? { thinkingBudget: thinking_budget } : {}),
    ...(typeof thinking_level === 'string' ? { thinkingLevel: thinking_level.toLowerCase() } : {}),
  };
  return Object.keys(thinkingConfig).length > 0 ? { thinkingConfig } : {};
}

/** The package puts the result of a tool beside its name; the API wants the result. */
function rewriteBody({ contents, ...body }: Record<string, unknown>): Record<string, unknown> {
  const rewritten = asObjects(contents).map((content) => ({
    ...content,
    parts: asObjects(content.parts).map((part) => {
      const called = asObject(part.functionResponse);
      const result = asObject(asObject(called.response).content);
      return Object.keys(result).length > 0 ? { ...part, functionResponse: { ...called, response: result } } : part;
    }),
  }));
  return { contents: rewritten, ...body };
}

/** One of Google's two houses. @since 0.2.0 */
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
 * @since 0.2.0
 */
export const create = (entry: ProviderEntry, services?: Services): Model => createAt(developerApi)(entry, services);

/** The same API at Google Cloud. @since 0.2.0 */
export function createAt(host: GoogleHost) {
  return (entry: ProviderEntry, services?: Services): Model => bridgedModel(google(host, entry), entry, services);
}

function google(host: GoogleHost, { modelName, baseUrl, apiKey, headers }: ProviderEntry): Provider {
  const url = trimmed(baseUrl ?? host.url);
  return {
    name: host.name,
    optionsKey: 'google',
    url,
    envVar: host.envVar,
    quirks: quirksOf(host.name),
    languageModel: (fetch) =>
      createGoogle({ baseURL: url, apiKey: apiKey ?? '', headers: { ...headers }, fetch })(modelName),
  };
}
