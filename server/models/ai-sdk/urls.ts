import type { LanguageModelV4, LanguageModelV4FilePart, LanguageModelV4Prompt } from '@ai-sdk/provider';
import { userError } from '../../engine/errors.ts';
import { OWN_OPTIONS } from './user-content.ts';

/** Files by address; the AI SDK's models never download, what they cannot pass on must be fetched before. */
const isUrlFile = (part: { type: string }): part is LanguageModelV4FilePart =>
  part.type === 'file' && (part as LanguageModelV4FilePart).data.type === 'url';

/**
 * Refuses addresses that the provider does not fetch itself: downloads need a guarded client, and a provider's package
 * would fail on them with less to say.
 *
 * Errors: `run.invalid`.
 * @since 0.1.0
 */
export async function checkUrls(prompt: LanguageModelV4Prompt, model: LanguageModelV4): Promise<void> {
  const files = prompt.flatMap((message) => (message.role === 'user' ? message.content.filter(isUrlFile) : []));
  if (files.length === 0) return;
  const supported = await model.supportedUrls;
  for (const file of files) {
    if (file.providerOptions?.[OWN_OPTIONS]?.download || !isSupported(file, supported)) {
      throw userError(
        `'${model.modelId}' cannot be given a file of type '${file.mediaType}' by its address; give the bytes instead.`,
      );
    }
  }
}

function isSupported(file: LanguageModelV4FilePart, supported: Record<string, RegExp[]>): boolean {
  const url = file.data.type === 'url' ? file.data.url.href.toLowerCase() : '';
  return Object.entries(supported).some(
    ([pattern, urls]) => covers(pattern, file.mediaType) && urls.some((allowed) => allowed.test(url)),
  );
}

function covers(pattern: string, mediaType: string): boolean {
  if (pattern === '*' || pattern === '*/*') return true;
  if (!pattern.endsWith('/*')) return pattern === mediaType;
  return mediaType === pattern.slice(0, -2) || mediaType.startsWith(pattern.slice(0, -1));
}
