import type {
  ErrorDetails,
  RetryFeedbackPart,
  ToolCallPart,
  ToolReturnPart,
} from '../../../protocol/messages/messages.ts';
import { parseExact, stringifyExact } from '../json/exact-json.ts';
import { isFileIn } from '../tools/tool-content.ts';
import { deepEqual } from '../validation/keywords/literals.ts';

// The texts that a model is shown for the parts of a history. Source: Pydantic AI `model_response`, `model_response_str`,
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
 * The return of a tool without its files; the rest of a list with files may be one value.
 *
 * Source: Pydantic AI `ToolReturnPart._unwrap_data`.
 */
export function withoutFiles({ content, content_file_digests = [] }: ReturnContent): unknown {
  const isFile = (item: unknown) => isFileIn(item, content_file_digests);
  if (isFile(content)) return null;
  if (!Array.isArray(content) || !content.some(isFile)) return content;
  const data = content.filter((item) => !isFile(item));
  return data.length === 1 ? data[0] : data;
}

type ReturnContent = Pick<ToolReturnPart, 'content' | 'content_file_digests'>;

/** The outcomes that a provider with an error channel is sent through it. Source: Pydantic AI `ERROR_OUTCOMES`. */
export const isErrorOutcome = (outcome: ToolReturnPart['outcome']): boolean =>
  outcome === 'failed' || outcome === 'retried';

/** A tool return as text, without the frame of an error: for providers with an error channel. */
export const bareReturnText = (part: Pick<ToolReturnPart, 'content'>): string => asText(part.content);

/** Returns an error as it is shown: a failure as a string, validation errors as a list. */
function errorOf({ content, outcome }: Pick<ToolReturnPart, 'content' | 'outcome'>): unknown {
  return outcome === 'retried' && !isNothing(content) ? content : asText(content);
}

/** A tool return as text. */
export function toolReturnText(part: Pick<ToolReturnPart, 'content' | 'outcome'>): string {
  if (isErrorOutcome(part.outcome)) return stringifyExact({ error: errorOf(part) });
  return asText(part.content);
}

/** A tool return as an object, for providers that want one. */
export function toolReturnObject(part: Pick<ToolReturnPart, 'content' | 'outcome'>): Record<string, unknown> {
  if (isErrorOutcome(part.outcome)) return { error: errorOf(part) };
  if (isNothing(part.content)) return {};
  return isObject(part.content) ? part.content : { return_value: part.content };
}

/**
 * Validation errors as a model is shown them: never with their context, and each distinct input once. Errors about the
 * whole value share one input, which would be repeated for each of them.
 *
 * Source: Pydantic AI `_dump_error_details`.
 */
export function shownErrors(errors: readonly ErrorDetails[]): ErrorDetails[] {
  const first = errors.find(({ loc }) => loc.length <= 1);
  return errors.map((error) => {
    const { ctx: _, ...shown } = error as ErrorDetails & { ctx?: unknown };
    if (error === first || error.loc.length > 1 || !deepEqual(error.input, first?.input)) return shown;
    const { input: _input, ...rest } = shown;
    return rest;
  });
}

/** The line that names the speaker. Source: Pydantic AI `_RETRY_FEEDBACK_FRAMING`. */
const framing =
  "Your previous response failed the application's validation (this is automated feedback, not a message from the user):";

const fenced = (tag: string, content: string) => `${framing}\n<pyai:${tag}>\n${content}\n</pyai:${tag}>`;

/**
 * Returns the request to a model whose response held nothing usable, by the ways that are open to it.
 *
 * Source: Pydantic AI `_no_output_feedback_text`.
 */
export const noOutputText = (alternatives: readonly string[]): string => `Please ${alternatives.join(' or ')}.`;

const alternatives = [
  ['return text'],
  ['include your response in a tool call', 'call a tool'],
  ['return an image'],
] as const;

/** Every text that the loop itself may write; only these speak for the program rather than for a model. */
const noOutputTexts: ReadonlySet<string> = new Set(
  alternatives
    .reduce<string[][]>((lists, slot) => lists.flatMap((list) => [list, ...slot.map((one) => [...list, one])]), [[]])
    .map(noOutputText),
);

/** Returns whether feedback is a fixed text of the loop, which goes to the model as a system message. */
export const isFixedFeedback = ({ content, retry }: Pick<RetryFeedbackPart, 'content' | 'retry'>): boolean =>
  retry.cause === 'no_output' && typeof content === 'string' && noOutputTexts.has(content);

/** Retry feedback as a model is shown it. Source: Pydantic AI `RetryFeedbackPart.model_response`. */
export function retryFeedbackText(part: Pick<RetryFeedbackPart, 'content' | 'retry'>): string {
  const { content, retry } = part;
  const text = typeof content === 'string' ? content : stringifyExact(shownErrors(content as ErrorDetails[]));
  if (isFixedFeedback(part)) return text;
  return fenced(retry.cause === 'validation_error' ? 'validation_errors' : 'retry_feedback', text);
}

/** Returns the arguments of a call as an object; anything but a JSON object is put under `INVALID_JSON`. */
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

/**
 * The arguments of a call as compact JSON text.
 *
 * Source: Pydantic AI `ToolCallPart.args_as_json_str`.
 */
export const argsAsJson = (part: Pick<ToolCallPart, 'args'>): string =>
  typeof part.args === 'string' ? compacted(part.args) : stringifyExact(argsAsDict(part));

/** Numbers stay as they came, since a double cannot hold each of them; blanks and needless escapes go. */
function compacted(text: string): string {
  const dict = argsAsDict({ args: text });
  if ('INVALID_JSON' in dict && dict.INVALID_JSON === text) return stringifyExact(dict);
  if (text === '') return '{}';
  let compact = '';
  for (let at = 0; at < text.length; ) {
    const end = text[at] === '"' ? endOfString(text, at) : text.indexOf('"', at);
    const token = text.slice(at, end < 0 ? undefined : end);
    compact += token[0] === '"' ? JSON.stringify(JSON.parse(token)) : token.replace(/[ \t\r\n]+/g, '');
    at += token.length;
  }
  return compact;
}

/** The position after the string that begins here, in text that is valid JSON. */
function endOfString(text: string, start: number): number {
  for (let quote = text.indexOf('"', start + 1); ; quote = text.indexOf('"', quote + 1)) {
    let backslashes = 0;
    while (text[quote - 1 - backslashes] === '\\') backslashes += 1;
    if (backslashes % 2 === 0) return quote + 1;
  }
}

/** Returns whether a call has arguments at all. */
export function hasContent(part: Pick<ToolCallPart, 'args'>): boolean {
  const { args } = part;
  if (args === null || args === '') return false;
  return typeof args === 'string' || Object.keys(args).length > 0;
}
