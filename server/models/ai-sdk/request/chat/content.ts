import type { UserContent } from '../../../../../protocol/messages/content.ts';
import { userError } from '../../../../engine/errors.ts';
import {
  type BytesItem,
  base64Of,
  checkUploaded,
  dataUri,
  type FileItem,
  formatOf,
  inlinedFile,
  isTextLike,
  kindOf,
  mediaType,
  type UploadedItem,
  type UrlItem,
  unsupportedFile,
} from '../files.ts';
import { markBreakpoint } from '../openai-cache.ts';
import type { WireRequest } from '../request.ts';
import type { ChatMessage, ChatPart, ChatVariant } from './types.ts';

/** Returns user content as a message. Source: Pydantic AI `OpenAIChatModel._map_user_prompt`. */
export function userMessage(
  content: string | readonly UserContent[],
  request: WireRequest,
  variant: ChatVariant,
): ChatMessage {
  if (typeof content === 'string') return { role: 'user', content };
  const parts: ChatPart[] = [];
  for (const item of content) addItem(item, parts, request, variant);
  return { role: 'user', content: parts };
}

function addItem(item: UserContent, parts: ChatPart[], request: WireRequest, variant: ChatVariant): void {
  if (typeof item === 'string') {
    parts.push({ type: 'text', text: item });
    return;
  }
  if (variant.item?.(item, parts, request)) return;
  switch (item.kind) {
    case 'cache-point':
      if (request.profile.openai_supports_prompt_cache_breakpoints) markBreakpoint(parts, 'text');
      return;
    case 'text-content':
    case 'structured-content':
      parts.push({ type: 'text', text: item.content });
      return;
    case 'uploaded-file':
      parts.push(uploaded(item, request));
      return;
    case 'binary':
      parts.push(bytes(item, request));
      return;
    default:
      parts.push(byAddress(item, request));
  }
}

function uploaded(item: UploadedItem, { providerName }: WireRequest): ChatPart {
  checkUploaded(item, providerName);
  if (mediaType(item).startsWith('image/')) {
    throw userError(
      'The Chat Completions API cannot refer to an uploaded image by its id. Pass its URL or its bytes, or use the Responses API.',
    );
  }
  return { type: 'file', file: { file_id: item.file_id } };
}

const detail = ({ vendor_metadata }: FileItem) =>
  vendor_metadata && Object.keys(vendor_metadata).length > 0 ? { detail: vendor_metadata.detail ?? 'auto' } : {};

function bytes(item: BytesItem, request: WireRequest): ChatPart {
  const { profile, providerName } = request;
  if (isTextLike(item.media_type) && item.downloadedAs !== 'image') return { type: 'text', text: inlinedFile(item) };
  switch (kindOf(item)) {
    case 'image':
      return { type: 'image_url', image_url: { url: dataUri(item), ...detail(item) } };
    case 'audio': {
      const data = profile.openai_chat_audio_input_encoding === 'uri' ? dataUri(item) : base64Of(item);
      return { type: 'input_audio', input_audio: { data, format: formatOf(item) } };
    }
    case 'document':
      if (profile.openai_chat_supports_document_input === false) throw noDocuments(providerName);
      return { type: 'file', file: { file_data: dataUri(item), filename: `filename.${formatOf(item)}` } };
    default:
      throw unsupportedFile(item, providerName);
  }
}

/** Returns a file by its URL, which the host fetches. */
function byAddress(item: UrlItem, { providerName }: WireRequest): ChatPart {
  if (item.kind === 'image-url') return { type: 'image_url', image_url: { url: item.url, ...detail(item) } };
  if (item.kind !== 'document-url') throw unsupportedFile(item, providerName);
  return { type: 'file', file: { file_data: item.url, filename: `filename.${formatOf(item)}` } };
}

const noDocuments = (providerName: string) =>
  userError(`The '${providerName}' provider does not support document input via the Chat Completions API.`);

/** Returns whether a file given by URL has to be downloaded first. */
export function needsDownload(item: UrlItem, { profile }: Pick<WireRequest, 'profile'>): boolean {
  if (item.force_download || item.kind === 'audio-url') return true;
  return item.kind === 'document-url' && !profile.openai_chat_supports_file_urls;
}
