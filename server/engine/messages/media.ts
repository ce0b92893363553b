import { createHash } from 'node:crypto';
import type { ContentItem, UserContent } from '../../../protocol/messages/content.ts';
import type { UserPromptPart } from '../../../protocol/messages/messages.ts';
import { mediaTypeOf } from './media-types.ts';

/** A user prompt part as the engine stores it. */
export function userPromptPart(content: string | readonly UserContent[], timestamp: string): UserPromptPart {
  return { content: completeUserContent(content), timestamp, part_kind: 'user-prompt' };
}

/** User content with media types and identifiers filled in. */
export function completeUserContent(content: string | readonly UserContent[]): UserPromptPart['content'] {
  return typeof content === 'string'
    ? content
    : content.map((item) => (typeof item === 'string' ? item : completeItem(item)));
}

/** An item with media type and identifier filled in; both are written in Pydantic AI's order: last. */
export function completeItem(item: ContentItem): ContentItem {
  switch (item.kind) {
    case 'binary':
      return withTail(item, { identifier: item.identifier ?? shortHash(Buffer.from(item.data, 'base64url')) });
    case 'image-url':
    case 'audio-url':
    case 'video-url':
    case 'document-url':
      return withTail(item, {
        media_type: item.media_type ?? mediaTypeOf(item.kind, item.url),
        identifier: item.identifier ?? shortHash(item.url),
      });
    case 'uploaded-file':
      return withTail(item, {
        media_type: item.media_type ?? 'application/octet-stream',
        identifier: item.identifier ?? shortHash(item.file_id),
      });
    default:
      return item;
  }
}

/** The fields after the known ones, before keys that are not known here. */
function withTail<T extends ContentItem>(item: T, tail: Partial<ContentItem>): T {
  const known: Record<string, unknown> = {};
  const unknown: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(item)) {
    if (key in tail) continue;
    (head.has(key) ? known : unknown)[key] = value;
  }
  return { ...known, ...tail, ...unknown } as T;
}

const head = new Set([
  'data',
  'media_type',
  'url',
  'force_download',
  'file_id',
  'provider_name',
  'vendor_metadata',
  'kind',
]);

const shortHash = (data: string | Buffer) => createHash('sha1').update(data).digest('hex').slice(0, 6);
