import type { JSONObject, LanguageModelV4ToolResultOutput, LanguageModelV4ToolResultPart } from '@ai-sdk/provider';
import { ContentItem, type UserContent } from '../../../protocol/content.ts';
import type { RetryPromptPart, ToolReturnPart } from '../../../protocol/messages.ts';
import { hasBigInt, stringifyExact } from '../../engine/exact-json.ts';
import { isMedia } from '../../engine/media-types.ts';
import { retryPromptText, toolReturnObject, toolReturnText } from '../../engine/wording.ts';
import type { Provider } from './provider.ts';
import { userParts } from './user-content.ts';

/** A tool result, and the files that must follow it in a user message. @since 0.1.0 */
export interface MappedReturn {
  readonly result: LanguageModelV4ToolResultPart;
  readonly files: readonly UserContent[];
}

/** Which objects of a result are media, when they look like it: all, none, or those that are no address. @since 0.2.0 */
export type MediaInResults = 'all' | 'bytes' | 'none';

/**
 * A tool return as a tool result. Objects that look like media may be data: the text of a web page must not become a
 * file that somebody fetches.
 *
 * Source: Pydantic AI `ToolReturnPart.model_response_str_and_user_content`, `content_items`.
 * @since 0.1.0
 */
export function toolReturn(part: ToolReturnPart, provider: Provider, media: MediaInResults): MappedReturn {
  const items = media === 'none' ? [] : splitContent(part.content, media === 'all');
  if (!items.some(({ file }) => file)) return { result: resultPart(part, plainOutput(part, provider)), files: [] };
  if (provider.quirks.filesInResults) return { result: resultPart(part, contentOutput(items, provider)), files: [] };
  return {
    result: resultPart(part, { type: 'text', value: referringText(part, items) }),
    files: items.flatMap(({ file }) => (file ? [`This is file ${file.identifier}:`, file] : [])),
  };
}

/**
 * A refused call as a tool result; the caller has made sure that it names a tool.
 *
 * Source: Pydantic AI `RetryPromptPart.model_response`.
 * @since 0.1.0
 */
export function retryResult(
  part: RetryPromptPart,
  toolName: string,
  { quirks }: Provider,
): LanguageModelV4ToolResultPart {
  const output = { type: quirks.errorResults ? 'error-text' : 'text', value: retryPromptText(part) } as const;
  return { type: 'tool-result', toolCallId: part.tool_call_id, toolName, output };
}

const resultPart = (part: ToolReturnPart, output: LanguageModelV4ToolResultOutput): LanguageModelV4ToolResultPart => ({
  type: 'tool-result',
  toolCallId: part.tool_call_id,
  toolName: part.tool_name,
  output,
});

/** A provider with an error mark gets the bare text under it, any other one the text inside an `error` object. */
function plainOutput(part: ToolReturnPart, { quirks }: Provider): LanguageModelV4ToolResultOutput {
  if (part.outcome === 'failed' && quirks.errorResults) {
    return { type: 'error-text', value: toolReturnText({ ...part, outcome: 'success' }) };
  }
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
  if (part.outcome === 'failed') {
    const data = items.flatMap((item) => (item.file ? [] : [item.data]));
    const error = toolReturnText({ content: data.length === 1 ? data[0] : data, outcome: 'success' });
    return JSON.stringify([{ error }, ...references]);
  }
  const texts = items.map((item) => (item.file ? `See file ${item.file.identifier}.` : item.text));
  return Array.isArray(part.content) ? JSON.stringify(texts) : (texts[0] ?? '');
}

type MediaFile = Exclude<ContentItem, { kind: 'text-content' | 'cache-point' }>;
type Item = { file: MediaFile } | { file?: undefined; data: unknown; text: string };

/** Only the value itself and the items of a list can be media, never what is nested deeper. */
function splitContent(content: unknown, withUrls: boolean): Item[] {
  const items: unknown[] = Array.isArray(content) ? content : [content];
  return items.map((data) => {
    const file = asFile(data, withUrls);
    return file ? { file } : { data, text: typeof data === 'string' ? data : stringifyExact(data) };
  });
}

function asFile(value: unknown, withUrls: boolean): MediaFile | undefined {
  const parsed = isMedia(value) ? ContentItem().safeParse(value) : undefined;
  const file = parsed?.success ? (parsed.data as MediaFile) : undefined;
  return file && 'url' in file && !withUrls ? undefined : file;
}
