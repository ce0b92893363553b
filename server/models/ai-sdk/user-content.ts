import type { LanguageModelV4FilePart, LanguageModelV4TextPart, SharedV4ProviderOptions } from '@ai-sdk/provider';
import type { ContentItem, UserContent } from '../../../protocol/content.ts';
import { userError } from '../../engine/errors.ts';
import { mediaTypeOf } from '../../engine/media-types.ts';
import type { Downloaded } from '../download.ts';
import type { Provider } from './provider.ts';

/** A part of a user message. @since 0.1.0 */
export type UserPart = LanguageModelV4TextPart | LanguageModelV4FilePart;

/** Key of `providerOptions` for marks of our own; no provider reads it. @since 0.1.0 */
export const OWN_OPTIONS = 'runwire';

const topLevel = { 'image-url': 'image', 'audio-url': 'audio', 'video-url': 'video' } as const;

/**
 * User content as parts of a message; cache points mark the part before them, where the provider knows such marks.
 *
 * Source: Pydantic AI `OpenAIChatModel._map_content_item`.
 * @since 0.1.0
 */
export function userParts(content: string | readonly UserContent[], provider: Provider): UserPart[] {
  if (typeof content === 'string') return [text(content)];
  const parts: UserPart[] = [];
  for (const item of content) {
    if (typeof item === 'string') parts.push(text(item));
    else if (item.kind === 'cache-point') markCached(parts, item.ttl, provider);
    else parts.push(...itemParts(item, provider));
  }
  return parts;
}

/** The part before a cache point ends the cached prefix. */
function markCached(parts: UserPart[], ttl: string, provider: Provider): void {
  if (!provider.quirks.cachePoint) return;
  const last = parts.pop();
  if (!last) {
    throw userError(
      'CachePoint cannot be the first content in a user message - there must be previous content to cache when using ' +
        `${provider.name}. To cache system instructions or tool definitions, use the settings for it.`,
    );
  }
  parts.push(withCachePoint(last, ttl, provider));
}

/** The same with the mark that ends a cached prefix, where the provider has one. @since 0.2.0 */
export function withCachePoint<T extends { providerOptions?: SharedV4ProviderOptions }>(
  marked: T,
  ttl: string,
  { quirks, optionsKey }: Provider,
): T {
  const own = quirks.cachePoint?.(ttl);
  if (!own) return marked;
  const { providerOptions } = marked;
  return {
    ...marked,
    providerOptions: { ...providerOptions, [optionsKey]: { ...providerOptions?.[optionsKey], ...own } },
  };
}

const text = (value: string): LanguageModelV4TextPart => ({ type: 'text', text: value });

function itemParts(item: Exclude<ContentItem, { kind: 'cache-point' }>, provider: Provider): UserPart[] {
  switch (item.kind) {
    case 'text-content':
    case 'structured-content':
      return [text(item.content)];
    case 'uploaded-file':
      return [uploadedFile(item, provider)];
    case 'binary':
      return [binary(item, provider)];
    case 'image-url':
    case 'audio-url':
    case 'video-url':
    case 'document-url':
      return [urlFile(item, provider)];
  }
}

type Item<K extends ContentItem['kind']> = Extract<ContentItem, { kind: K }>;

function uploadedFile(item: Item<'uploaded-file'>, provider: Provider): LanguageModelV4FilePart {
  if (item.provider_name !== provider.name) {
    throw userError(
      `UploadedFile with \`provider_name='${item.provider_name}'\` cannot be used with provider '${provider.name}'. ` +
        `Expected \`provider_name\` to be \`'${provider.name}'\`.`,
    );
  }
  return {
    type: 'file',
    mediaType: item.media_type ?? 'application/octet-stream',
    data: { type: 'reference', reference: { [provider.optionsKey]: item.file_id } },
  };
}

function binary(item: Item<'binary'>, provider: Provider): UserPart {
  const bytes = Buffer.from(item.data, 'base64url');
  if (provider.quirks.inlineTextFiles && isTextLike(item.media_type)) {
    return text(inlinedFile(bytes.toString('utf8'), item));
  }
  if (provider.quirks.fileTypes?.test(item.media_type) === false) {
    throw userError(`'${provider.name}' takes no files of type '${item.media_type}'.`);
  }
  return {
    type: 'file',
    mediaType: item.media_type,
    data: { type: 'data', data: bytes.toString('base64') },
    ...fileOptions(item.vendor_metadata, false, provider),
  };
}

function urlFile(item: Item<keyof typeof topLevel | 'document-url'>, provider: Provider): LanguageModelV4FilePart {
  if (!URL.canParse(item.url)) throw userError(`'${item.url}' is not a URL.`);
  const guess = item.kind === 'document-url' ? 'application/octet-stream' : topLevel[item.kind];
  const mediaType = item.media_type ?? mediaTypeOf(item.kind, item.url) ?? guess;
  // Text goes as text where files of text are unknown.
  const isInlined = provider.quirks.inlineTextFiles && isTextLike(mediaType);
  const download = item.force_download || isInlined;
  return {
    type: 'file',
    mediaType,
    data: { type: 'url', url: new URL(item.url) },
    ...fileOptions(item.vendor_metadata, download && { download, identifier: item.identifier ?? '' }, provider),
  };
}

/** A file by its address, now that it was downloaded. @since 0.2.0 */
export function downloadedFile(
  { providerOptions = {} }: LanguageModelV4FilePart,
  { bytes, mediaType }: Downloaded,
  { quirks }: Provider,
): UserPart {
  const { [OWN_OPTIONS]: own, ...options } = providerOptions;
  if (quirks.inlineTextFiles && isTextLike(mediaType)) {
    const item = { identifier: String(own?.identifier ?? ''), media_type: mediaType };
    return text(inlinedFile(Buffer.from(bytes).toString('utf8'), item));
  }
  const file: LanguageModelV4FilePart = { type: 'file', mediaType, data: { type: 'data', data: bytes } };
  return Object.keys(options).length > 0 ? { ...file, providerOptions: options } : file;
}

function fileOptions(
  metadata: Readonly<Record<string, unknown>> | null,
  own: false | Record<string, boolean | string>,
  { quirks, optionsKey }: Provider,
): { providerOptions?: SharedV4ProviderOptions } {
  const media = metadata && Object.keys(metadata).length > 0 ? quirks.mediaOptions?.(metadata) : undefined;
  const providerOptions = {
    ...(media ? { [optionsKey]: media } : {}),
    ...(own ? { [OWN_OPTIONS]: own } : {}),
  };
  return Object.keys(providerOptions).length > 0 ? { providerOptions } : {};
}

const textTypes = new Set(['application/json', 'application/xml', 'application/x-yaml', 'application/yaml']);

function isTextLike(mediaType: string): boolean {
  return mediaType.startsWith('text/') || textTypes.has(mediaType) || /\+(json|xml)$/.test(mediaType);
}

/** The delimiters are upstream's. Source: Pydantic AI `format_inlined_text_file`. */
function inlinedFile(content: string, item: Pick<Item<'binary'>, 'identifier' | 'media_type'>): string {
  const id = item.identifier ?? '';
  return `-----BEGIN FILE id="${id}" type="${item.media_type}"-----\n${content}\n-----END FILE id="${id}"-----`;
}
