import type { ContentBlock, ToolCallContent } from '@agentclientprotocol/sdk';
import { lineBytes, maxUpdateBytes, shortText } from './shortened.ts';

/** Items of one result that are shown. */
const mostItems = 16;

/** What a tool returned, as content of its call: texts, small images, and anything else as JSON. */
export function resultContent(value: unknown): ToolCallContent[] {
  const items = Array.isArray(value) ? value.slice(0, mostItems) : [value];
  const blocks = items.flatMap((item) => blockOf(item));
  const content = blocks.map((block): ToolCallContent => ({ type: 'content', content: block }));
  if (lineBytes(content) <= maxUpdateBytes / 2) return content;
  return [{ type: 'content', content: { type: 'text', text: shortText(textOf(value)) } }];
}

function blockOf(item: unknown): ContentBlock[] {
  if (item === null || item === undefined || item === '') return [];
  const { kind, data, media_type: mediaType } = item as Record<string, unknown>;
  const isImage = kind === 'binary' && typeof mediaType === 'string' && mediaType.startsWith('image/');
  if (isImage && typeof data === 'string' && data.length < maxUpdateBytes / 2)
    return [{ type: 'image', data: plainBase64(data), mimeType: mediaType }];
  if (kind === 'binary') return [{ type: 'text', text: `[${String(mediaType)}]` }];
  return [{ type: 'text', text: shortText(textOf(item)) }];
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : (JSON.stringify(value, null, 2) ?? ''));

/** Histories hold the URL-safe alphabet. */
export const plainBase64 = (text: string) => text.replaceAll('-', '+').replaceAll('_', '/');
