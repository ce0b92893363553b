import { userError } from '../../../../engine/errors.ts';
import {
  base64Of,
  checkUploaded,
  type FileItem,
  formatOf,
  isUrlItem,
  kindOf,
  mediaType,
  type UrlItem,
  unsupportedFile,
} from '../files.ts';
import type { WireRequest } from '../request.ts';
import type { Block } from './types.ts';

type Kind = 'image' | 'document' | 'video';

const formats: Readonly<Record<Kind, readonly string[]>> = {
  image: ['jpeg', 'png', 'gif', 'webp'],
  video: ['mkv', 'mov', 'mp4', 'webm', 'flv', 'mpeg', 'mpg', 'wmv', 'three_gp'],
  document: ['pdf', 'txt', 'csv', 'doc', 'docx', 'xls', 'xlsx', 'html', 'md'],
};

/** Gives each document of a request its number, as the API wants documents to have names. */
export type Numbering = () => number;

/**
 * Returns a file as a block.
 *
 * Errors: `run.invalid` for audio, for types that the API has no block for, and for uploaded files outside of S3.
 * Source: Pydantic AI `BedrockConverseModel._map_file_to_content_block`, `_map_uploaded_file`.
 */
export function fileBlock(item: FileItem, request: WireRequest, next: Numbering, where: string): Block {
  const kind = blockKind(item);
  if (!kind) throw unsupportedFile(item, request.providerName, where);
  const format = formatName(item);
  if (!formats[kind].includes(format))
    throw userError(`Bedrock does not support the ${kind} format '${format}', only ${formats[kind].join(', ')}.`);
  const source = sourceOf(item, request);
  if (kind !== 'document') return { [kind]: { format, source } };
  return { document: { name: `Document ${next()}`, format, source } };
}

function blockKind(item: FileItem): Kind | undefined {
  const kind = kindOf(item);
  if (kind === 'audio') return undefined;
  return kind ?? (item.kind === 'uploaded-file' ? 'document' : undefined);
}

/** A format that is not known by its type is the end of the type. */
function formatName(item: FileItem): string {
  const type = mediaType(item);
  try {
    return formatOf(item);
  } catch (error) {
    if (!isUrlItem(item)) throw error;
    return type.split('/')[1] ?? type;
  }
}

function sourceOf(item: FileItem, { providerName }: WireRequest): Block {
  if (item.kind === 'uploaded-file') {
    checkUploaded(item, providerName);
    if (isInS3(item.file_id)) return s3Source(item.file_id);
    throw userError(`UploadedFile for Bedrock must use an S3 URL (s3://bucket/key), got: ${item.file_id}`);
  }
  if (isUrlItem(item)) return s3Source(item.url);
  return { bytes: base64Of(item) };
}

const isInS3 = (url: string) => url.startsWith('s3://');

/** Bedrock reads what is in S3 itself. Source: Pydantic AI `_parse_s3_source`. */
function s3Source(url: string): Block {
  const [uri = '', query] = url.split(/\?(.*)/s);
  const bucketOwner = new URLSearchParams(query).get('bucketOwner');
  return { s3Location: { uri: uri.replace(/#.*/s, ''), ...(bucketOwner ? { bucketOwner } : {}) } };
}

/** All other addresses are downloaded. */
export const needsDownload = ({ url }: UrlItem): boolean => !isInS3(url);
