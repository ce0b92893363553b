import { basename, extname } from 'node:path';
import type { UserContent } from '../../protocol/messages/content.ts';
import { mediaTypeOf } from '../engine/messages/media-types.ts';
import { decodeText, inputLimits, readFileUpTo } from './input.ts';
import { UsageError } from './options.ts';

/** Documents that are text; XML in whatever dress, SVG among them, is one too. */
const textTypes = new Set(['application/json', 'application/toml', 'application/xml', 'application/yaml']);

const isText = (mediaType: string) =>
  mediaType.startsWith('text/') || textTypes.has(mediaType) || mediaType.endsWith('+xml');

/**
 * Files as user content: media and documents as bytes, text as text between two lines that name it.
 *
 * Errors: `UsageError` for what cannot be read, is of no known kind, or is too large together.
 */
export async function readAttachments(
  paths: readonly string[],
  limit = inputLimits.attachments,
): Promise<UserContent[]> {
  const contents: UserContent[] = [];
  let left = limit;
  for (const path of paths) {
    const name = `--attach '${path}'${paths.length > 1 ? ' together with those before it' : ''}`;
    const bytes = await readFileUpTo(path, { name, limit, left });
    left -= bytes.length;
    contents.push(contentOf(path, bytes));
  }
  return contents;
}

function contentOf(path: string, bytes: Buffer): UserContent {
  if (bytes.length === 0) throw new UsageError(`--attach '${path}' is empty`);
  const mediaType = mediaTypeOf('binary', `file${extname(path)}`);
  if (mediaType && !isText(mediaType)) {
    const data = bytes.toString('base64').replaceAll('+', '-').replaceAll('/', '_');
    return { data, media_type: mediaType, vendor_metadata: null, kind: 'binary' };
  }
  const text = decodeText(bytes);
  if (text !== null) return textFile(basename(path), mediaType ?? 'text/plain', text);
  throw new UsageError(
    mediaType
      ? `--attach '${path}' is not text in UTF-8`
      : `--attach '${path}' is neither text in UTF-8 nor of an extension that tells an image, audio, video or document`,
  );
}

/** The lines are those upstream puts around text files. Source: Pydantic AI `format_inlined_text_file`. */
function textFile(name: string, mediaType: string, text: string): string {
  const id = JSON.stringify(name);
  return `-----BEGIN FILE id=${id} type="${mediaType}"-----\n${text}\n-----END FILE id=${id}-----`;
}
