import type { ContentItem, UserContent } from '../../../../protocol/messages/content.ts';
import { userError } from '../../../engine/errors.ts';
import { mediaTypeOf } from '../../../engine/messages/media-types.ts';

type ItemOf<K extends ContentItem['kind']> = Extract<ContentItem, { kind: K }>;

/** The kind of a file, whatever its media type. */
export type FileKind = 'image' | 'audio' | 'video' | 'document';

/** A file given by URL. */
export type UrlItem = ItemOf<'image-url' | 'audio-url' | 'video-url' | 'document-url'>;

/** A file given as bytes, or downloaded; a downloaded file keeps the kind that its URL was declared as. */
export type BytesItem = ItemOf<'binary'> & { readonly downloadedAs?: FileKind };

export type UploadedItem = ItemOf<'uploaded-file'>;

/** An item of user content that is a file. */
export type FileItem = UrlItem | BytesItem | UploadedItem;

export const isFileItem = (item: UserContent): item is FileItem =>
  typeof item !== 'string' && (item.kind === 'binary' || item.kind === 'uploaded-file' || item.kind.endsWith('-url'));

export const isUrlItem = (item: UserContent): item is UrlItem => typeof item !== 'string' && item.kind.endsWith('-url');

const kinds: Record<UrlItem['kind'], FileKind> = {
  'image-url': 'image',
  'audio-url': 'audio',
  'video-url': 'video',
  'document-url': 'document',
};

/** Returns the kind of a file; undefined for bytes of an unknown type. */
export function kindOf(item: FileItem): FileKind | undefined {
  if (item.kind !== 'binary' && item.kind !== 'uploaded-file') return kinds[item.kind];
  if (item.kind === 'binary' && item.downloadedAs) return item.downloadedAs;
  const type = mediaType(item);
  const top = type.split('/', 1)[0];
  if (top === 'image' || top === 'audio' || top === 'video') return top;
  return documentFormat(type) || isTextLike(type) ? 'document' : undefined;
}

/** Returns the media type of a file, guessed from its URL if it has none. */
export const mediaType = (item: FileItem): string =>
  item.media_type ?? (isUrlItem(item) ? mediaTypeOf(item.kind, item.url) : null) ?? 'application/octet-stream';

const documentFormats: Readonly<Record<string, string>> = {
  'application/pdf': 'pdf',
  'text/plain': 'txt',
  'text/csv': 'csv',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': 'docx',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'xlsx',
  'text/html': 'html',
  'text/markdown': 'md',
  'application/msword': 'doc',
  'application/vnd.ms-excel': 'xls',
};

const mediaFormats: Readonly<Record<string, string>> = {
  'audio/mpeg': 'mp3',
  'audio/wav': 'wav',
  'audio/flac': 'flac',
  'audio/ogg': 'oga',
  'audio/aiff': 'aiff',
  'audio/aac': 'aac',
  'image/jpeg': 'jpeg',
  'image/png': 'png',
  'image/gif': 'gif',
  'image/webp': 'webp',
  'video/x-matroska': 'mkv',
  'video/quicktime': 'mov',
  'video/mp4': 'mp4',
  'video/webm': 'webm',
  'video/x-flv': 'flv',
  'video/mpeg': 'mpeg',
  'video/x-ms-wmv': 'wmv',
  'video/3gpp': 'three_gp',
};

/**
 * Types that no model is known to support, as documents nevertheless: the provider reports those it does not support.
 */
const otherFormats: Readonly<Record<string, string>> = {
  'application/javascript': 'js',
  'application/octet-stream': 'bin',
  'application/postscript': 'ps',
  'application/rtf': 'rtf',
  'application/vnd.ms-powerpoint': 'ppt',
  'application/vnd.openxmlformats-officedocument.presentationml.presentation': 'pptx',
  'application/wasm': 'wasm',
  'application/x-hdf5': 'h5',
  'application/x-latex': 'latex',
  'application/x-sh': 'sh',
  'application/x-tar': 'tar',
  'application/x-tex': 'tex',
  'application/zip': 'zip',
  'message/rfc822': 'eml',
};

const documentFormat = (type: string) => documentFormats[type] ?? otherFormats[type];

/** The format of a file as APIs name it. Source: Pydantic AI `BinaryContent.format`. */
export function formatOf(item: FileItem): string {
  const type = mediaType(item);
  const format = documentFormat(type) ?? mediaFormats[type];
  if (format) return format;
  throw userError(`The format of the media type '${type}' is not known.`);
}

const textTypes = new Set([
  'application/json',
  'application/xml',
  'application/x-yaml',
  'application/yaml',
  'application/toml',
]);

/** Returns whether a file is text. Source: Pydantic AI `is_text_like_media_type`. */
export function isTextLike(type: string): boolean {
  const bare = type.split(';', 1)[0]?.trim() ?? '';
  return bare.startsWith('text/') || textTypes.has(bare) || /\+(json|xml)$/.test(bare);
}

/** Returns the bytes in the base64 alphabet that APIs expect; histories use the other one. */
export const base64Of = ({ data }: BytesItem): string => data.replaceAll('-', '+').replaceAll('_', '/');

/** Returns the bytes as a data URL. */
export const dataUri = (item: BytesItem): string => `data:${item.media_type};base64,${base64Of(item)}`;

export const textOf = ({ data }: BytesItem): string => Buffer.from(data, 'base64url').toString('utf8');

/** A file of text inside a prompt; the delimiters are upstream's. Source: Pydantic AI `format_inlined_text_file`. */
export function inlinedFile(item: BytesItem): string {
  const id = item.identifier ?? '';
  return `-----BEGIN FILE id="${id}" type="${item.media_type}"-----\n${textOf(item)}\n-----END FILE id="${id}"-----`;
}

/**
 * Refuses a file that another provider holds.
 *
 * Errors: `run.invalid`.
 */
export function checkUploaded(item: UploadedItem, providerName: string): void {
  if (item.provider_name === providerName) return;
  throw userError(
    `UploadedFile with \`provider_name='${item.provider_name}'\` cannot be used with provider '${providerName}'. ` +
      `Expected \`provider_name\` to be \`'${providerName}'\`.`,
  );
}

/** Returns the error of a file that an API does not support. */
export const unsupportedFile = (item: FileItem, providerName: string, where = 'user prompts') =>
  userError(`'${providerName}' does not support files of type '${mediaType(item)}' in ${where}.`);
