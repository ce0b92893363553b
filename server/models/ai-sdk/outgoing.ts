import type { LanguageModelV4CallOptions } from '@ai-sdk/provider';
import type { ModelCall, ModelPrompt, Warning } from '../../engine/model.ts';
import type { AnswerProfile, Provider, ProviderEntry } from './provider.ts';
import { withDownloadedFiles } from './request/downloads.ts';
import { prepareRequest } from './request/prepare.ts';
import type { Written } from './request/request.ts';
import { wellFormed } from './request/well-formed.ts';

/** An outgoing request: the options for the provider's package, and how its body is replaced. */
export interface Outgoing {
  readonly options: LanguageModelV4CallOptions;
  readonly answers: AnswerProfile;
  /** The model name in the request, if it differs from its own. */
  readonly modelName?: string;
  readonly warnings: readonly Warning[];
}

type Call = Pick<ModelCall, 'signal' | 'stream'>;

/** The package writes a body from this, too; it is thrown away. */
const placeholder: LanguageModelV4CallOptions['prompt'] = [
  { role: 'user', content: [{ type: 'text', text: 'The body of this request is replaced.' }] },
];

/**
 * Writes a prompt for its provider, in place of the body that the package would send. The package is used for transport
 * and for reading the response.
 *
 * Errors: `run.invalid` for what the provider cannot be given.
 */
export async function outgoing(
  prompt: ModelPrompt,
  { name, url, answers, api }: Provider,
  { modelName, download }: ProviderEntry,
  { signal, stream }: Call,
): Promise<Outgoing> {
  const addressee = { providerName: name, providerUrl: url, modelName, api };
  const prepared = prepareRequest(prompt, addressee, stream !== undefined);
  const request = await withDownloadedFiles(prepared.request, api, download, signal);
  const { body, headers, reading, modelName: otherName, keeps = [] } = api.write(request);
  const sent = wellFormed(body);
  return {
    options: {
      ...reading,
      prompt: placeholder,
      headers: { ...otherHeaders(prompt.settings?.extra_headers, headers), ...headers },
    },
    ...(otherName ? { modelName: otherName } : {}),
    answers: { ...answers, rewriteBody: (theirs) => ({ ...sent, ...picked(theirs, keeps) }) },
    warnings: [...prepared.warnings, ...request.settings.warnings],
  };
}

/** The user's headers; a header that the API writes too is merged with its own. */
function otherHeaders(given: unknown, own: Written['headers'] = {}): Record<string, string> {
  const entries = Object.entries((given ?? {}) as Record<string, string>);
  return Object.fromEntries(entries.filter(([name]) => !(name.toLowerCase() in own)));
}

const picked = (body: Record<string, unknown>, names: readonly string[]) =>
  Object.fromEntries(names.flatMap((name) => (name in body ? [[name, body[name]]] : [])));
