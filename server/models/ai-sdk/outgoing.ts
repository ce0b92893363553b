import type { LanguageModelV4CallOptions } from '@ai-sdk/provider';
import type { ModelCall, ModelPrompt, Warning } from '../../engine/model.ts';
import { callOptions } from './prompt.ts';
import type { Provider, ProviderEntry, Quirks } from './provider.ts';
import type { RequestApi } from './request/api.ts';
import { withDownloadedFiles } from './request/downloads.ts';
import { prepareRequest } from './request/prepare.ts';
import { wellFormed } from './request/well-formed.ts';

/** A request on its way: what the provider's package is handed, and how its body is changed. */
export interface Outgoing {
  readonly options: LanguageModelV4CallOptions;
  readonly quirks: Quirks;
  readonly warnings: readonly Warning[];
}

type Call = Pick<ModelCall, 'signal' | 'stream'>;

/**
 * Writes a prompt down for its provider. A provider with an API of its own here gets that API's body in the place of the
 * one its package would send; the package stays for transport and for reading the answer.
 *
 * Errors: `run.invalid` for what the provider cannot be given.
 */
export async function outgoing(
  prompt: ModelPrompt,
  provider: Provider,
  entry: ProviderEntry,
  call: Call,
): Promise<Outgoing> {
  if (provider.api) return written(prompt, provider, provider.api, entry, call);
  const { options, warnings } = callOptions(prompt, entry.modelName, provider);
  return { options, warnings, quirks: provider.quirks };
}

/** The package writes a body as well, from this; all that counts of it is thrown away. */
const placeholder: LanguageModelV4CallOptions['prompt'] = [
  { role: 'user', content: [{ type: 'text', text: 'The body of this request is replaced.' }] },
];

async function written(
  prompt: ModelPrompt,
  { name, url, quirks }: Provider,
  api: RequestApi,
  { modelName, download }: ProviderEntry,
  { signal, stream }: Call,
): Promise<Outgoing> {
  const addressee = { providerName: name, providerUrl: url, modelName, api };
  const prepared = prepareRequest(prompt, addressee, stream !== undefined);
  const request = await withDownloadedFiles(prepared.request, api, download, signal);
  const { body, headers, reading } = api.write(request);
  const sent = wellFormed(body);
  return {
    options: {
      ...reading,
      prompt: placeholder,
      headers: { ...headers, ...(prompt.settings?.extra_headers as Record<string, string> | undefined) },
    },
    quirks: { ...quirks, rewriteBody: () => sent },
    warnings: [...prepared.warnings, ...request.settings.warnings],
  };
}
