import type { UserContent } from '../../../../../protocol/messages/content.ts';
import {
  type BytesItem,
  checkUploaded,
  dataUri,
  type FileItem,
  inlinedFile,
  isTextLike,
  kindOf,
  unsupportedFile,
} from '../files.ts';
import type { WireRequest } from '../request.ts';

type Item = Record<string, unknown>;

/** What a user says as an item of xAI's Responses API; nothing when nothing of it can be said there. */
export function xaiUser(content: string | readonly UserContent[], request: WireRequest): Item[] {
  if (typeof content === 'string') return [{ role: 'user', content }];
  const parts = content.flatMap((item) => partOf(item, request));
  return parts.length > 0 ? [{ role: 'user', content: parts }] : [];
}

const text = (value: string): Item => ({ type: 'input_text', text: value });

function partOf(item: UserContent, request: WireRequest): Item[] {
  if (typeof item === 'string') return [text(item)];
  switch (item.kind) {
    case 'cache-point':
      return []; // prompts are cached there without a request for it
    case 'text-content':
    case 'structured-content':
      return [text(item.content)];
    case 'uploaded-file':
      checkUploaded(item, request.providerName);
      return [{ type: 'input_file', file_id: item.file_id }];
    case 'binary':
      return [bytes(item, request)];
    case 'image-url':
      return [image(item, item.url)];
    case 'document-url':
      return [{ type: 'input_file', file_url: item.url }];
    default:
      throw unsupportedFile(item, request.providerName);
  }
}

const image = ({ vendor_metadata }: FileItem, image_url: string): Item => ({
  type: 'input_image',
  image_url,
  detail: vendor_metadata?.detail ?? 'auto',
});

/** Documents are taken by their address or as uploaded files, and upstream uploads them. */
function bytes(item: BytesItem, { providerName }: WireRequest): Item {
  if (kindOf(item) === 'image') return image(item, dataUri(item));
  if (isTextLike(item.media_type)) return text(inlinedFile(item));
  throw unsupportedFile(item, providerName);
}
