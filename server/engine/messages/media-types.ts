import type { UserContent } from '../../../protocol/messages/content.ts';

const byExtension: Record<string, string> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  bmp: 'image/bmp',
  tiff: 'image/tiff',
  svg: 'image/svg+xml',
  heic: 'image/heic',
  mp3: 'audio/mpeg',
  wav: 'audio/wav',
  aac: 'audio/aac',
  aiff: 'audio/aiff',
  flac: 'audio/flac',
  ogg: 'audio/ogg',
  oga: 'audio/ogg',
  opus: 'audio/opus',
  m4a: 'audio/mp4',
  mp4: 'video/mp4',
  mov: 'video/quicktime',
  mkv: 'video/x-matroska',
  webm: 'video/webm',
  mpeg: 'video/mpeg',
  mpg: 'video/mpeg',
  wmv: 'video/x-ms-wmv',
  flv: 'video/x-flv',
  three_gp: 'video/3gpp',
  '3gp': 'video/3gpp',
  pdf: 'application/pdf',
  txt: 'text/plain',
  csv: 'text/csv',
  htm: 'text/html',
  html: 'text/html',
  md: 'text/markdown',
  mdx: 'text/markdown',
  asciidoc: 'text/x-asciidoc',
  rtf: 'application/rtf',
  json: 'application/json',
  toml: 'application/toml',
  xml: 'application/xml',
  yaml: 'application/yaml',
  yml: 'application/yaml',
  doc: 'application/msword',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  xls: 'application/vnd.ms-excel',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  pptx: 'application/vnd.openxmlformats-officedocument.presentationml.presentation',
};

const youTube = new Set(['youtu.be', 'youtube.com', 'www.youtube.com', 'm.youtube.com']);

/**
 * The media type a URL's extension stands for, or null when there is none. YouTube addresses are videos.
 *
 * Source: Pydantic AI `FileUrl.media_type`.
 */
export function mediaTypeOf(kind: string, url: string): string | null {
  if (kind === 'video-url' && youTube.has(hostOf(url))) return 'video/mp4';
  const path = url.split(/[?#]/, 1)[0] ?? '';
  const extension = /\.([A-Za-z0-9_]+)$/.exec(path)?.[1]?.toLowerCase();
  return (extension && byExtension[extension]) || null;
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).hostname : '';
}

const mediaKinds = new Set(['image-url', 'audio-url', 'video-url', 'document-url', 'binary', 'uploaded-file']);

const contentKinds = new Set([...mediaKinds, 'text-content', 'structured-content', 'cache-point']);

/** Returns whether an item of user content is of a known kind. */
export const isShownContent = (item: UserContent): boolean => typeof item === 'string' || contentKinds.has(item.kind);

/** Returns whether a value is a file or refers to one. Source: Pydantic AI `is_multi_modal_content`. */
export const isMedia = (value: unknown): boolean =>
  value !== null && typeof value === 'object' && 'kind' in value && mediaKinds.has(String(value.kind));
