import { userError } from '../../../../engine/errors.ts';
import {
  type BytesItem,
  base64Of,
  checkUploaded,
  type FileItem,
  isUrlItem,
  kindOf,
  mediaType,
  textOf,
  type UploadedItem,
  type UrlItem,
  unsupportedFile,
} from '../files.ts';
import type { WireRequest } from '../request.ts';
import type { Block } from './types.ts';

/**
 * Returns a file as a block.
 *
 * Errors: `run.invalid` for types that the API has no block for.
 * Source: Pydantic AI `AnthropicModel._map_file_to_content_block`, `_map_uploaded_file`.
 */
export function fileBlock(item: FileItem, request: WireRequest, where: string): Block {
  if (item.kind === 'uploaded-file') return uploadedBlock(item, request);
  if (!isUrlItem(item)) return bytesBlock(item, request, where);
  const kind = kindOf(item);
  if (kind === 'image') return { type: 'image', source: { type: 'url', url: item.url } };
  if (kind === 'document' && mediaType(item) === 'application/pdf') {
    return { type: 'document', source: { type: 'url', url: item.url } };
  }
  throw unsupportedFile(item, request.providerName, where);
}

function bytesBlock(item: BytesItem, request: WireRequest, where: string): Block {
  const { media_type } = item;
  if (kindOf(item) === 'image') {
    return { type: 'image', source: { type: 'base64', media_type, data: base64Of(item) } };
  }
  switch (media_type) {
    case 'application/pdf':
      return { type: 'document', source: { type: 'base64', media_type, data: base64Of(item) } };
    case 'text/plain':
      return { type: 'document', source: { type: 'text', media_type, data: textOf(item) } };
    default:
      throw unsupportedFile(item, request.providerName, where);
  }
}

function uploadedBlock(item: UploadedItem, { providerName }: WireRequest): Block {
  checkUploaded(item, providerName);
  const type = mediaType(item);
  const source = { type: 'file', file_id: item.file_id };
  if (type.startsWith('image/')) return { type: 'image', source };
  if (/^(text|application)\//.test(type)) return { type: 'document', source };
  throw userError(`Anthropic supports uploaded images and documents, not files of type '${type}'.`);
}

/** The API fetches images and PDFs itself; text it wants inline. */
export const needsDownload = (item: UrlItem): boolean =>
  Boolean(item.force_download) || (item.kind === 'document-url' && mediaType(item) === 'text/plain');
