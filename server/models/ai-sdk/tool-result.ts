import type { JSONObject, LanguageModelV4ToolResultOutput, LanguageModelV4ToolResultPart } from '@ai-sdk/provider';
import { ContentItem, type UserContent } from '../../../protocol/content.ts';
import type { ToolReturnPart } from '../../../protocol/messages.ts';
import { hasBigInt, stringifyExact } from '../../engine/exact-json.ts';
import { isFileIn } from '../../engine/tool-content.ts';
import { bareReturnText, isErrorOutcome, toolReturnObject, toolReturnText } from '../../engine/wording.ts';
import type { Provider } from './provider.ts';
import { userParts } from './user-content.ts';

/** A tool result, and the files that must follow it in a user message. @since 0.1.0 */
export interface MappedReturn {
  readonly result: LanguageModelV4ToolResultPart;
  readonly files: readonly UserContent[];
}

/**
 * A tool return as a tool result. Objects that look like media may be data: the text of a web page must not become a
 * file that somebody fetches, so addresses are files only when the return recorded them. A file that the result cannot
 * hold follows in a frame that says which call it is from.
 *
 * Source: Pydantic AI `ToolReturnPart.model_response_str_and_user_content`, `content_items`.
 * @since 0.1.0
 */
export function toolReturn(part: ToolReturnPart, provider: Provider): MappedReturn {
  const items = splitContent(part);
  if (!items.some(({ file }) => file)) return { result: resultPart(part, plainOutput(part, provider)), files: [] };
  if (provider.quirks.filesInResults) return { result: resultPart(part, contentOutput(items, provider)), files: [] };
  return {
    result: resultPart(part, { type: 'text', value: referringText(part, items) }),
    files: items.flatMap(({ file }) => (file ? [openFrame(part, file), file, `</${frame}>`] : [])),
  };
}

const frame = 'pyai:tool_result';

/** Source: Pydantic AI `_tool_result_provenance_tags`. */
function openFrame({ tool_name, tool_call_id }: ToolReturnPart, { identifier }: MediaFile): string {
  const attributes = { tool_name, tool_call_id, file_id: identifier ?? '' };
  return `<${frame}${Object.entries(attributes)
    .map(([name, value]) => ` ${name}="${escaped(value)}"`)
    .join('')}>`;
}

/** As Python's `html.escape` writes it. */
const escaped = (value: string) => value.replace(/[&<>"']/g, (c) => entities[c] ?? c);
const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#x27;' };

const resultPart = (part: ToolReturnPart, output: LanguageModelV4ToolResultOutput): LanguageModelV4ToolResultPart => ({
  type: 'tool-result',
  toolCallId: part.tool_call_id,
  toolName: part.tool_name,
  output,
});

/** A provider with an error mark gets the bare text under it, any other one the text inside an `error` object. */
function plainOutput(part: ToolReturnPart, { quirks }: Provider): LanguageModelV4ToolResultOutput {
  if (isErrorOutcome(part.outcome) && quirks.errorResults) return { type: 'error-text', value: bareReturnText(part) };
  // Packages copy objects, and would round a BigInt in them.
  return quirks.objectResults && !hasBigInt(part.content)
    ? { type: 'json', value: toolReturnObject(part) as JSONObject }
    : { type: 'text', value: toolReturnText(part) };
}

function contentOutput(items: readonly Item[], provider: Provider): LanguageModelV4ToolResultOutput {
  return { type: 'content', value: items.flatMap((item) => userParts([item.file ?? item.text], provider)) };
}

/** The text of a result whose files come later: each stands as a reference in its place. */
function referringText(part: ToolReturnPart, items: readonly Item[]): string {
  const references = items.flatMap(({ file }) => (file ? [`See file ${file.identifier}.`] : []));
  if (isErrorOutcome(part.outcome)) {
    const data = items.flatMap((item) => (item.file ? [] : [item.data]));
    const error = bareReturnText({ content: data.length === 1 ? data[0] : data });
    return JSON.stringify([{ error }, ...references]);
  }
  const texts = items.map((item) => (item.file ? `See file ${item.file.identifier}.` : item.text));
  return Array.isArray(part.content) ? JSON.stringify(texts) : (texts[0] ?? '');
}

type MediaFile = Exclude<ContentItem, { kind: 'text-content' | 'structured-content' | 'cache-point' }>;
type Item = { file: MediaFile } | { file?: undefined; data: unknown; text: string };

/** Only the value itself and the items of a list can be media, never what is nested deeper. */
function splitContent({ content, content_file_digests = [] }: ToolReturnPart): Item[] {
  const items: unknown[] = Array.isArray(content) ? content : [content];
  return items.map((data) => {
    const file = asFile(data, content_file_digests);
    return file ? { file } : { data, text: typeof data === 'string' ? data : stringifyExact(data) };
  });
}

/** A file by its address is one when the return recorded it. */
function asFile(value: unknown, digests: readonly string[]): MediaFile | undefined {
  if (!isFileIn(value, digests)) return undefined;
  const parsed = ContentItem().safeParse(value);
  return parsed.success ? (parsed.data as MediaFile) : undefined;
}
