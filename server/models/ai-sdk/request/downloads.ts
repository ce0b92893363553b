import type { ModelMessage, ModelRequestPart } from '../../../../protocol/messages/messages.ts';
import { userError } from '../../../engine/errors.ts';
import { mediaTypeOf } from '../../../engine/messages/media-types.ts';
import type { Downloaded, Wanted } from '../../downloads/download.ts';
import type { ProviderEntry } from '../provider.ts';
import type { FilePlace, RequestApi } from './api.ts';
import { type BytesItem, type FileKind, isUrlItem, kindOf, type UrlItem } from './files.ts';
import type { WireRequest } from './request.ts';
import { returnItems } from './returns.ts';

/**
 * Returns the request with the bytes of the files that its provider does not fetch by URL, or that are to be downloaded
 * anyway. A downloaded file keeps the kind that its URL was declared as.
 *
 * Errors: `run.invalid` for what cannot be downloaded, or when nothing can be.
 * Source: Pydantic AI `download_item`.
 */
export async function withDownloadedFiles(
  request: WireRequest,
  api: RequestApi,
  download: ProviderEntry['download'],
  signal: AbortSignal,
): Promise<WireRequest> {
  const needed = new Set<UrlItem>();
  eachUrl(request.messages, (item, place) => {
    if (api.needsDownload(item, request, place)) needed.add(item);
    return item;
  });
  const [first] = needed;
  if (!first) return request;
  if (!download) {
    throw userError(
      `Model '${request.modelName}' does not accept files of type '${wantedType(first)}' by URL. Pass the bytes instead.`,
    );
  }
  // The same address may stand in several messages.
  const wanted = new Map([...needed].map((item) => [keyOf(item), wantedOf(item)]));
  const downloaded = await download([...wanted.values()], signal);
  const byKey = new Map([...wanted.keys()].map((key, index) => [key, downloaded[index]]));
  const messages = eachUrl(request.messages, (item, place) => {
    const file = api.needsDownload(item, request, place) ? byKey.get(keyOf(item)) : undefined;
    return file ? bytesOf(item, file) : item;
  });
  return { ...request, messages };
}

type Visit = (item: UrlItem, place: FilePlace) => UrlItem | BytesItem;

/** The messages with each file by its address replaced, in what a user said and in what tools returned. */
function eachUrl(messages: readonly ModelMessage[], visit: Visit): readonly ModelMessage[] {
  return messages.map((message) => {
    if (message.kind !== 'request') return message;
    const parts = message.parts.map((part) => visited(part, visit));
    return parts.some((part, index) => part !== message.parts[index]) ? { ...message, parts } : message;
  });
}

function visited(part: ModelRequestPart, visit: Visit): ModelRequestPart {
  if (part.part_kind === 'user-prompt' && Array.isArray(part.content)) {
    const content = part.content.map((item) => (isUrlItem(item) ? visit(item, 'user') : item));
    return content.some((item, index) => item !== part.content[index]) ? { ...part, content } : part;
  }
  if (part.part_kind !== 'tool-return') return part;
  const items = returnItems(part);
  const isList = Array.isArray(part.content);
  const given: readonly unknown[] = isList ? (part.content as unknown[]) : [part.content];
  const content = items.map(({ file }, index) => {
    const replaced = file && isUrlItem(file) ? visit(file, 'result') : file;
    return replaced === file ? given[index] : replaced;
  });
  if (content.every((item, index) => item === given[index])) return part;
  return { ...part, content: isList ? content : content[0] } as ModelRequestPart;
}

function wantedOf(item: UrlItem): Wanted {
  if (!URL.canParse(item.url)) throw userError(`'${item.url}' is not a valid URL.`);
  return { url: new URL(item.url), mediaType: wantedType(item), allowLocal: item.force_download === 'allow-local' };
}

const wantedType = (item: UrlItem): string =>
  item.media_type ??
  mediaTypeOf(item.kind, item.url) ??
  (item.kind === 'document-url' ? 'application/octet-stream' : (kindOf(item) as FileKind));

const keyOf = (item: UrlItem) => JSON.stringify([item.url, wantedType(item), item.force_download]);

function bytesOf(item: UrlItem, { bytes, mediaType }: Downloaded): BytesItem {
  const { identifier, vendor_metadata } = item;
  const data = Buffer.from(bytes).toString('base64').replaceAll('+', '-').replaceAll('/', '_');
  const downloadedAs = kindOf(item) as FileKind;
  return { kind: 'binary', data, media_type: mediaType, identifier, vendor_metadata, downloadedAs };
}
