import { ContentItem, type UserContent } from '../../../../protocol/messages/content.ts';
import type { ToolReturnPart } from '../../../../protocol/messages/messages.ts';
import { stringifyExact } from '../../../engine/json/exact-json.ts';
import {
  bareReturnText,
  isErrorOutcome,
  toolReturnObject,
  toolReturnText,
  withoutFiles,
} from '../../../engine/messages/wording.ts';
import { isFileIn } from '../../../engine/tools/tool-content.ts';
import type { BytesItem, FileItem } from './files.ts';

// What a tool returned, in the forms that APIs want. Objects that look like media may be data: the text of a web page must
// not become a file that is fetched, so addresses are files only when the return recorded them.

/** A file, or another value. */
export type ReturnItem = { readonly file: FileItem } | { readonly file?: undefined; readonly data: unknown };

/** The items of a result, in order; only the value itself and the items of a list can be files. */
export function returnItems({ content, content_file_digests = [] }: ToolReturnPart): ReturnItem[] {
  const items: unknown[] = Array.isArray(content) ? content : [content];
  return items.map((data) => {
    if (!isFileIn(data, content_file_digests)) return { data };
    if (isDownloaded(data)) return { file: data };
    const parsed = ContentItem().safeParse(data);
    return parsed.success ? { file: parsed.data as FileItem } : { data };
  });
}

/** Bytes that took the place of an address: a schema would lose what they were downloaded as. */
const isDownloaded = (data: unknown): data is BytesItem => 'downloadedAs' in (data as object);

export const filesOf = (part: ToolReturnPart): FileItem[] =>
  returnItems(part).flatMap(({ file }) => (file ? [file] : []));

const asText = (data: unknown) => (typeof data === 'string' ? data : stringifyExact(data));

/** Returns the result without its files. */
const bare = (part: ToolReturnPart): ToolReturnPart => ({ ...part, content: withoutFiles(part) }) as ToolReturnPart;

/** The result as text; a failure is framed as one. Source: Pydantic AI `model_response_str`. */
export const textOfReturn = (part: ToolReturnPart): string => toolReturnText(bare(part));

/** The same without a frame, for APIs with an error mark of their own. */
export const bareTextOfReturn = (part: ToolReturnPart): string => bareReturnText(bare(part));

/** The result as an object. Source: Pydantic AI `model_response_object`. */
export const objectOfReturn = (part: ToolReturnPart): Record<string, unknown> => toolReturnObject(bare(part));

/**
 * The items of a result as texts and files.
 *
 * Source: Pydantic AI `content_items(mode='str')`.
 */
export function itemsOfReturn(part: ToolReturnPart, options: { framesErrors: boolean }): (string | FileItem)[] {
  const items = returnItems(part);
  const files = items.flatMap(({ file }) => (file ? [file] : []));
  if (options.framesErrors && isErrorOutcome(part.outcome)) return [textOfReturn(part), ...files];
  if (part.outcome === 'retried' && Array.isArray(part.content) && files.length === 0) return [bareTextOfReturn(part)];
  return items.map((item) => item.file ?? asText(item.data));
}

/** A result whose files stand elsewhere, and those files in frames that say which call they are from. */
export interface SplitReturn {
  readonly text: string;
  readonly files: readonly UserContent[];
}

/**
 * The result as text in which files are named, and the files for a message of the user.
 *
 * Source: Pydantic AI `model_response_str_and_user_content`.
 */
export function splitReturn(
  part: ToolReturnPart,
  options: { framesErrors: boolean } = { framesErrors: true },
): SplitReturn {
  const items = returnItems(part);
  const files = items.flatMap(({ file }) => (file ? [file] : []));
  if (files.length === 0) {
    return { text: options.framesErrors ? textOfReturn(part) : bareTextOfReturn(part), files: [] };
  }
  const framed = files.flatMap((file) => framedFile(part, file));
  return { text: referringText(part, items, options.framesErrors), files: framed };
}

/** A file that a tool returned, between texts that say which call it is from. */
export const framedFile = (part: ToolReturnPart, file: FileItem): readonly [string, FileItem, string] => [
  openFrame(part, file),
  file,
  `</${frame}>`,
];

function referringText(part: ToolReturnPart, items: readonly ReturnItem[], framesErrors: boolean): string {
  const reference = ({ identifier }: FileItem) => `See file ${identifier}.`;
  if (framesErrors && isErrorOutcome(part.outcome)) {
    const references = items.flatMap(({ file }) => (file ? [reference(file)] : []));
    return stringifyExact([objectOfReturn(part), ...references]);
  }
  const texts = items.map((item) => (item.file ? reference(item.file) : asText(item.data)));
  return Array.isArray(part.content) ? JSON.stringify(texts) : (texts[0] ?? '');
}

const frame = 'pyai:tool_result';

/** Source: Pydantic AI `_tool_result_provenance_tags`. */
function openFrame({ tool_name, tool_call_id }: ToolReturnPart, { identifier }: FileItem): string {
  const attributes = { tool_name, tool_call_id, file_id: identifier ?? '' };
  const written = Object.entries(attributes).map(([name, value]) => ` ${name}="${escaped(value)}"`);
  return `<${frame}${written.join('')}>`;
}

/** As Python's `html.escape` writes it. */
const escaped = (value: string) => value.replace(/[&<>"']/g, (c) => entities[c] ?? c);
const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#x27;' };
