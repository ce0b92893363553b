import type { UserContent } from '../../../../../protocol/messages/content.ts';
import {
  type BytesItem,
  checkUploaded,
  dataUri,
  type FileItem,
  formatOf,
  isUrlItem,
  kindOf,
  mediaType,
  unsupportedFile,
} from '../files.ts';
import { markBreakpoint } from '../openai-cache.ts';
import type { WireRequest } from '../request.ts';
import type { Item } from './types.ts';

/** Returns user content as an item. Source: Pydantic AI `OpenAIResponsesModel._map_user_prompt`. */
export function userItem(content: string | readonly UserContent[], request: WireRequest): Item {
  if (typeof content === 'string') return { role: 'user', content };
  const parts: Item[] = [];
  for (const item of content) {
    if (typeof item === 'string') parts.push(inputText(item));
    else if (item.kind === 'text-content' || item.kind === 'structured-content') parts.push(inputText(item.content));
    else if (item.kind !== 'cache-point') parts.push(filePart(item, request, 'user prompts'));
    else if (request.profile.openai_supports_prompt_cache_breakpoints) markBreakpoint(parts, 'input_text');
  }
  return { role: 'user', content: parts };
}

export const inputText = (text: string): Item => ({ type: 'input_text', text });

const detailOf = ({ vendor_metadata }: FileItem) => vendor_metadata?.detail ?? 'auto';

/**
 * Returns a file as a part.
 *
 * Errors: `run.invalid` for bytes of audio, for video, and for types that are not known.
 * Source: Pydantic AI `OpenAIResponsesModel._map_file_to_response_content`, `uploaded_file_to_response_content`.
 */
export function filePart(item: FileItem, request: WireRequest, where: string): Item {
  if (item.kind === 'uploaded-file') {
    checkUploaded(item, request.providerName);
    const { file_id } = item;
    if (mediaType(item).startsWith('image/')) return { type: 'input_image', file_id, detail: detailOf(item) };
    return { type: 'input_file', file_id };
  }
  const kind = kindOf(item);
  if (isUrlItem(item)) {
    if (kind === 'image') return { type: 'input_image', image_url: item.url, detail: detailOf(item) };
    if (kind === 'video') throw unsupportedFile(item, request.providerName, where);
    return { type: 'input_file', file_url: item.url };
  }
  return bytesPart(item, kind, request, where);
}

function bytesPart(item: BytesItem, kind: ReturnType<typeof kindOf>, request: WireRequest, where: string): Item {
  if (kind === 'image') return { type: 'input_image', image_url: dataUri(item), detail: detailOf(item) };
  // Audio given by URL is a file, downloaded or not; bytes of audio are not supported.
  if (kind !== 'document' && item.downloadedAs !== 'audio') throw unsupportedFile(item, request.providerName, where);
  return { type: 'input_file', file_data: dataUri(item), filename: `filename.${formatOf(item)}` };
}
