import { userError } from '../../../../engine/errors.ts';
import { type FileItem, isUrlItem, mediaType, type UploadedItem, type UrlItem } from '../files.ts';
import type { WireRequest } from '../request.ts';
import type { House, Part } from './types.ts';

const filesApi = 'https://generativelanguage.googleapis.com/v1beta/files';
const youtube = ['youtu.be', 'youtube.com', 'www.youtube.com', 'm.youtube.com'];

const isYoutube = ({ kind, url }: UrlItem) =>
  kind === 'video-url' && URL.canParse(url) && youtube.includes(new URL(url).hostname);

/** Source: Pydantic AI `GoogleModel._resolve_file`. */
export function needsDownload(item: UrlItem, { isCloud }: House): boolean {
  const isInBucket = item.kind === 'video-url' && isCloud && item.url.startsWith('gs://');
  if (isYoutube(item) || isInBucket) return false;
  return Boolean(item.force_download) || (!isCloud && !item.url.startsWith(filesApi));
}

/** Bytes in the alphabet of base64 that Google's own libraries write. */
export const urlSafe = (base64: string): string => base64.replaceAll('+', '-').replaceAll('/', '_');

/** Video settings that Google supports; others are meant for other providers. */
const videoSettings = ['fps', 'start_offset', 'end_offset', 'startOffset', 'endOffset'];

/** A file as a part. Source: Pydantic AI `GoogleModel._map_file_to_part`. */
export function filePart(item: FileItem, request: WireRequest, house: House): Part {
  const { media_resolution, media_processing, ...more } = item.vendor_metadata ?? {};
  const video = Object.fromEntries(Object.entries(more).filter(([name]) => videoSettings.includes(name)));
  return {
    ...fileData(item, request, house),
    ...(media_resolution == null ? {} : { mediaResolution: media_resolution }),
    ...(media_processing == null ? {} : { mediaProcessing: media_processing }),
    ...(Object.keys(video).length > 0 ? { videoMetadata: video } : {}),
  };
}

/**
 * Returns a file by its bytes or its URL.
 *
 * Errors: `run.invalid` for an uploaded file that this house does not hold.
 */
export function fileData(item: FileItem, request: WireRequest, house: House): Part {
  const mimeType = mediaType(item);
  if (item.kind === 'uploaded-file') return { fileData: { fileUri: uploadedAddress(item, request, house), mimeType } };
  if (isUrlItem(item)) return { fileData: { fileUri: item.url, mimeType } };
  return { inlineData: { data: urlSafe(item.data), mimeType } };
}

const names = { cloud: ['google-cloud', 'google-vertex'], developer: ['google', 'google-gla'] };

function uploadedAddress({ provider_name, file_id }: UploadedItem, { providerName }: WireRequest, { isCloud }: House) {
  const known = [...(isCloud ? names.cloud : names.developer), providerName];
  if (!known.includes(provider_name)) {
    throw userError(
      `UploadedFile with \`provider_name='${provider_name}'\` cannot be used with provider '${providerName}'. ` +
        `Expected \`provider_name\` to be \`'${providerName}'\`.`,
    );
  }
  const scheme = isCloud ? 'gs://' : 'https://';
  if (!file_id.startsWith(scheme)) {
    throw userError(`The uploaded file '${file_id}' must be a URL that begins with '${scheme}'.`);
  }
  return file_id;
}
