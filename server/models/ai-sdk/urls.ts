import type { LanguageModelV4, LanguageModelV4FilePart, LanguageModelV4Prompt } from '@ai-sdk/provider';
import { userError } from '../../engine/errors.ts';
import type { Wanted } from '../download.ts';
import type { Provider, ProviderEntry } from './provider.ts';
import { downloadedFile, OWN_OPTIONS, type UserPart } from './user-content.ts';

/** A file by its address. */
type UrlFile = LanguageModelV4FilePart & { data: { type: 'url'; url: URL } };

const isUrlFile = (part: { type: string }): part is UrlFile =>
  part.type === 'file' && (part as LanguageModelV4FilePart).data.type === 'url';

/**
 * The prompt with the bytes of files that the provider does not fetch itself, or that are to be downloaded anyway: the
 * AI SDK's models never download.
 *
 * Errors: `run.invalid` for what cannot be downloaded, or when nothing is.
 * @since 0.1.0
 */
export async function withDownloads(
  prompt: LanguageModelV4Prompt,
  { model, provider, download }: { model: LanguageModelV4; provider: Provider; download: ProviderEntry['download'] },
  signal: AbortSignal,
): Promise<LanguageModelV4Prompt> {
  const files = prompt.flatMap(filesOf);
  if (files.length === 0) return prompt;
  const supported = { ...(await model.supportedUrls), ...provider.quirks.supportedUrls };
  const needed = files.filter((file) => ownOptions(file).download || !isSupported(file, supported));
  const [first] = needed;
  if (!first) return prompt;
  if (!download) {
    throw userError(
      `'${model.modelId}' cannot be given a file of type '${first.mediaType}' by its address; give the bytes instead.`,
    );
  }
  // The same address may stand in several messages.
  const wanted = new Map(needed.map((file) => [keyOf(file), wantedOf(file)]));
  const downloaded = await download([...wanted.values()], signal);
  const byKey = new Map([...wanted.keys()].map((key, index) => [key, downloaded[index]]));
  const bytes = new Map(needed.map((file) => [file as object, byKey.get(keyOf(file))]));
  return replaced(prompt, (part) => {
    const file = bytes.get(part);
    return file ? downloadedFile(part as UrlFile, file, provider) : part;
  });
}

type Message = LanguageModelV4Prompt[number];

/** In what a user said, and in what tools returned. */
function filesOf(message: Message): UrlFile[] {
  if (message.role === 'user') return message.content.filter(isUrlFile);
  if (message.role !== 'tool') return [];
  return message.content.flatMap((part) =>
    part.type === 'tool-result' && part.output.type === 'content' ? part.output.value.filter(isUrlFile) : [],
  );
}

function replaced(
  prompt: LanguageModelV4Prompt,
  replace: <T extends object>(part: T) => T | UserPart,
): LanguageModelV4Prompt {
  return prompt.map((message): Message => {
    if (message.role === 'user') return { ...message, content: message.content.map(replace) };
    if (message.role !== 'tool') return message;
    const content = message.content.map((part) =>
      part.type === 'tool-result' && part.output.type === 'content'
        ? { ...part, output: { ...part.output, value: part.output.value.map(replace) } }
        : part,
    );
    return { ...message, content };
  });
}

const ownOptions = (file: UrlFile) => file.providerOptions?.[OWN_OPTIONS] ?? {};

const wantedOf = (file: UrlFile): Wanted => ({
  url: file.data.url,
  mediaType: file.mediaType,
  allowLocal: ownOptions(file).download === 'allow-local',
});

const keyOf = (file: UrlFile) => JSON.stringify([file.data.url.href, file.mediaType, ownOptions(file).download]);

function isSupported(file: UrlFile, supported: Record<string, RegExp[]>): boolean {
  const url = file.data.url.href.toLowerCase();
  return Object.entries(supported).some(
    ([pattern, urls]) => covers(pattern, file.mediaType) && urls.some((allowed) => allowed.test(url)),
  );
}

function covers(pattern: string, mediaType: string): boolean {
  if (pattern === '*' || pattern === '*/*') return true;
  if (!pattern.endsWith('/*')) return pattern === mediaType;
  return mediaType === pattern.slice(0, -2) || mediaType.startsWith(pattern.slice(0, -1));
}
