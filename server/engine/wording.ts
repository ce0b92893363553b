import type { ErrorDetails, RetryPromptPart, ToolCallPart, ToolReturnPart } from '../../protocol/messages.ts';
import { parseExact, stringifyExact } from './exact-json.ts';
import { isMedia } from './media-types.ts';

// What a model is shown for the parts of a history. Source: Pydantic AI `model_response`, `model_response_str`,
// `model_response_object`, `args_as_dict`, `args_as_json_str`.

const isObject = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

const isNothing = (content: unknown) => content === null || (Array.isArray(content) && content.length === 0);

/** Content as text: nothing is empty, a string stays as it is, anything else is compact JSON. */
function asText(content: unknown): string {
  if (isNothing(content)) return '';
  return typeof content === 'string' ? content : stringifyExact(content);
}

/**
 * What a tool returned beside its files; what is left of a list with files may be one value.
 *
 * Source: Pydantic AI `ToolReturnPart._unwrap_data`.
 * @since 0.2.0
 */
export function withoutFiles(content: unknown): unknown {
  if (isMedia(content)) return null;
  if (!Array.isArray(content) || !content.some(isMedia)) return content;
  const data = content.filter((item) => !isMedia(item));
  return data.length === 1 ? data[0] : data;
}

/** A tool return as text. @since 0.1.0 */
export function toolReturnText(part: Pick<ToolReturnPart, 'content' | 'outcome'>): string {
  if (part.outcome === 'failed') return JSON.stringify({ error: asText(part.content) });
  return asText(part.content);
}

/** A tool return as an object, for providers that want one. @since 0.1.0 */
export function toolReturnObject(part: Pick<ToolReturnPart, 'content' | 'outcome'>): Record<string, unknown> {
  if (part.outcome === 'failed') return { error: asText(part.content) };
  if (isNothing(part.content)) return {};
  return isObject(part.content) ? part.content : { return_value: part.content };
}

/** A retry prompt as the model reads it. @since 0.1.0 */
export function retryPromptText(part: Pick<RetryPromptPart, 'content' | 'tool_name'>): string {
  const feedback = part.tool_name === null;
  const description =
    typeof part.content === 'string' ? part.content : validationText(part.content as ErrorDetails[], feedback);
  const lead = feedback && typeof part.content === 'string' ? 'Validation feedback:\n' : '';
  return `${lead}${description}\n\nFix the errors and try again.`;
}

/** Plain feedback leaves out the input of top-level errors: it would repeat the whole answer. */
function validationText(errors: readonly ErrorDetails[], feedback: boolean): string {
  const shown = errors.map(({ type, loc, msg, input }) =>
    feedback && loc.length <= 1 ? { type, loc, msg } : { type, loc, msg, input },
  );
  const list = stringifyExact(shown, 2);
  return `${errors.length} validation error${errors.length === 1 ? '' : 's'}:\n\`\`\`json\n${list}\n\`\`\``;
}

/** The arguments of a call as an object; what is no JSON object comes back under `INVALID_JSON`. @since 0.1.0 */
export function argsAsDict(part: Pick<ToolCallPart, 'args'>): Record<string, unknown> {
  const { args } = part;
  if (args === null || args === '') return {};
  if (typeof args !== 'string') return args;
  try {
    const parsed = parseExact(args);
    if (isObject(parsed)) return parsed;
  } catch {
    // falls through: the model sees its own text again
  }
  return { INVALID_JSON: args };
}

/** The arguments of a call as JSON text, verbatim when they were a JSON object. @since 0.1.0 */
export function argsAsJson(part: Pick<ToolCallPart, 'args'>): string {
  if (typeof part.args === 'string' && part.args !== '') {
    const dict = argsAsDict(part);
    return 'INVALID_JSON' in dict && dict.INVALID_JSON === part.args ? JSON.stringify(dict) : part.args;
  }
  return stringifyExact(argsAsDict(part));
}

/** Whether a call has arguments at all. @since 0.1.0 */
export function hasContent(part: Pick<ToolCallPart, 'args'>): boolean {
  const { args } = part;
  if (args === null || args === '') return false;
  return typeof args === 'string' || Object.keys(args).length > 0;
}
