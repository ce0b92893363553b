import type { ContentItem, UserContent } from '../../../../protocol/messages/content.ts';
import { userError } from '../../../engine/errors.ts';
import { mediaTypeOf } from '../../../engine/messages/media-types.ts';

type ItemOf<K extends ContentItem['kind']> = Extract<ContentItem, { kind: K }>;

/** What a file is, whatever its media type says. */
export type FileKind = 'image' | 'audio' | 'video' | 'document';

/** A file by its address. */
export type UrlItem = ItemOf<'image-url' | 'audio-url' | 'video-url' | 'document-url'>;

/** Bytes, given or downloaded; what was downloaded is still what its address was said to be. */
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

/** What a file is; undefined for bytes of an unknown type. */
export function kindOf(item: FileItem): FileKind | undefined {
  if (item.kind !== 'binary' && item.kind !== 'uploaded-file') return kinds[item.kind];
  if (item.kind === 'binary' && item.downloadedAs) return item.downloadedAs;
  const type = mediaType(item);
  const top = type.split('/', 1)[0];
  if (top === 'image' || top === 'audio' || top === 'video') return top;
  return documentFormat(type) || isTextLike(type) ? 'document' : undefined;
}

/** The media type of a file, guessed from its address where it has none. */
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

/** Types that no model is known to read, as documents all the same: a model that does not take one says so. */
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
  throw userError(`The media type '${type}' is of no known format.`);
}

const textTypes = new Set([
  'application/json',
  'application/xml',
  'application/x-yaml',
  'application/yaml',
  'application/toml',
]);

/** Whether a file is text. Source: Pydantic AI `is_text_like_media_type`. */
export function isTextLike(type: string): boolean {
  const bare = type.split(';', 1)[0]?.trim() ?? '';
  return bare.startsWith('text/') || textTypes.has(bare) || /\+(json|xml)$/.test(bare);
}

/** The bytes in the alphabet of base64 that APIs take; histories hold the other one. */
export const base64Of = ({ data }: BytesItem): string => data.replaceAll('-', '+').replaceAll('_', '/');

/** The bytes as an address. */
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

/** The error for a file that an API takes in no form. */
export const unsupportedFile = (item: FileItem, providerName: string, where = 'user prompts') =>
  userError(`'${providerName}' takes no files of type '${mediaType(item)}' in ${where}.`);
