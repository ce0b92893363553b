import { randomUUID } from 'node:crypto';
import { asObject, asObjects, type Loose, wordOf } from '../raw/loose-json.ts';
import { contentText } from './content.ts';
import type { Normalizer } from './normalizer.ts';
import { argumentsText, madeCallId } from './tool-calls.ts';

/** The items and events that a package of the Responses API knows; others are left out. */
export interface ResponsesDialect {
  readonly items: ReadonlySet<string>;
  /** Absent if the package skips unknown events. */
  readonly events?: RegExp;
}

const sharedItems = [
  'message',
  'reasoning',
  'function_call',
  'web_search_call',
  'file_search_call',
  'image_generation_call',
  'code_interpreter_call',
  'custom_tool_call',
  'mcp_call',
];

export const openAiDialect: ResponsesDialect = {
  items: new Set([
    ...sharedItems,
    'mcp_list_tools',
    'mcp_approval_request',
    'apply_patch_call',
    'shell_call',
    'shell_call_output',
    'compaction',
    'tool_search_call',
    'tool_search_output',
  ]),
};

export const xaiDialect: ResponsesDialect = {
  items: new Set([...sharedItems, 'x_search_call', 'code_execution_call', 'view_image_call', 'view_x_video_call']),
  events:
    /^(response\.(created|in_progress|output_item\.|content_part\.|output_text\.|reasoning_(summary_)?(part|text)\.|web_search_call\.|x_search_call\.|file_search_call\.|image_generation_call\.|code_(execution|interpreter)_call|custom_tool_call_input\.|function_call_arguments\.|mcp_call|incomplete|failed|done|completed))/,
};

const madeMark = 'runwire-item-';

/** An id that stands for an absent one: it must not be sent back. */
export const isMadeItemId = (id: string): boolean => id.startsWith(madeMark);

const ends = new Set(['response.completed', 'response.incomplete', 'response.failed', 'response.done']);

/** Normalizes responses of the Responses API, of OpenAI and of other servers. */
export class ResponsesNormalizer implements Normalizer {
  readonly #dialect: ResponsesDialect;
  /** Item ids by position, for events that omit them. */
  readonly #ids = new Map<unknown, string>();

  constructor(dialect: ResponsesDialect = openAiDialect) {
    this.#dialect = dialect;
  }

  body(given: unknown): unknown {
    const body = asObject(given);
    if (!Array.isArray(body.output) && body.status === undefined) return undefined;
    return this.#response(body);
  }

  event(given: unknown): readonly unknown[] {
    const event = asObject(given);
    const type = wordOf(event.type);
    const { events } = this.#dialect;
    if (!type) return event.output ? this.#whole(event) : [];
    if (events && !events.test(type)) return [];
    const at = { sequence_number: 0, output_index: 0, ...event };
    if (type === 'response.created' || type === 'response.in_progress' || ends.has(type)) {
      return [{ ...at, response: this.#response(asObject(event.response)) }];
    }
    if (type === 'response.output_item.added' || type === 'response.output_item.done') {
      const item = this.#item(asObject(event.item), event.output_index ?? 0);
      return item ? [{ ...at, item }] : [];
    }
    const text = 'delta' in event ? { delta: argumentsText(event.delta) } : {};
    const id = wordOf(event.item_id) ?? this.#ids.get(event.output_index ?? 0);
    return [{ ...at, ...(id ? { item_id: id } : {}), ...text }];
  }

  /** Returns a whole response as events: some servers ignore the request for a stream. */
  #whole(body: Loose): readonly unknown[] {
    const { output, ...response } = this.#response(body);
    const items = asObjects(output);
    return [
      { type: 'response.created', sequence_number: 0, response: { ...response, output: [] } },
      ...items.flatMap((item, output_index) => [
        { type: 'response.output_item.added', sequence_number: 0, output_index, item: begunOf(item) },
        ...textsOf(item).map((delta) => ({
          type: 'response.output_text.delta',
          sequence_number: 0,
          item_id: item.id,
          output_index,
          content_index: 0,
          delta,
        })),
        { type: 'response.output_item.done', sequence_number: 0, output_index, item },
      ]),
      { type: 'response.completed', sequence_number: 0, response: { ...response, output: items } },
    ];
  }

  #response({ usage, error: _, ...body }: Loose): Loose {
    const counts = countsOf(usage);
    return {
      ...body,
      object: 'response',
      id: wordOf(body.id) ?? '',
      created_at: typeof body.created_at === 'number' ? body.created_at : 0,
      model: wordOf(body.model) ?? '',
      status: wordOf(body.status) ?? '',
      output: asObjects(body.output).flatMap((item, index) => this.#item(item, index) ?? []),
      ...(counts ? { usage: counts } : {}),
    };
  }

  #item(item: Loose, position: unknown): Loose | undefined {
    const type = wordOf(item.type) ?? (Array.isArray(item.content) ? 'message' : '');
    if (!this.#dialect.items.has(type)) return undefined;
    const id = wordOf(item.id) ?? this.#ids.get(position) ?? `${madeMark}${randomUUID()}`;
    this.#ids.set(position, id);
    const named = { ...item, type, id, status: wordOf(item.status) ?? 'completed' };
    if (type === 'message') return { ...named, role: 'assistant', content: messageContent(item.content) };
    if (type === 'reasoning') return { ...named, summary: summaryOf(item.summary), content: asObjects(item.content) };
    if (type !== 'function_call') return named;
    const name = wordOf(item.name);
    if (!name) return undefined;
    const call_id = wordOf(item.call_id) ?? wordOf(item.id) ?? madeCallId();
    return { ...named, name, call_id, arguments: argumentsText(item.arguments) };
  }
}

const textsOf = ({ type, content }: Loose): readonly string[] =>
  type === 'message' ? asObjects(content).flatMap(({ text }) => wordOf(text) ?? []) : [];

/** Messages begin without content. */
const begunOf = (item: Loose): Loose => (item.type === 'message' ? { ...item, content: [] } : item);

/** Annotations are not kept, so their shape does not matter. */
function messageContent(content: unknown): Loose[] {
  if (typeof content === 'string') return [{ type: 'output_text', text: content, annotations: [] }];
  return asObjects(content).flatMap((part): Loose[] => {
    if (part.type === 'refusal') return [{ type: 'refusal', refusal: contentText(part.refusal) ?? '' }];
    if (part.type !== undefined && part.type !== 'output_text' && part.type !== 'text') return [];
    const { logprobs: _, ...rest } = part;
    const logprobs = asObjects(part.logprobs).map((token) => ({
      ...token,
      top_logprobs: asObjects(token.top_logprobs),
    }));
    const text = { ...rest, type: 'output_text', text: contentText(part.text) ?? '', annotations: [] };
    return [logprobs.length > 0 ? { ...text, logprobs } : text];
  });
}

const summaryOf = (summary: unknown): Loose[] =>
  asObjects(summary).flatMap((part) => (typeof part.text === 'string' ? [{ ...part, type: 'summary_text' }] : []));

function countsOf(given: unknown): Loose | undefined {
  const usage = asObject(given);
  const { input_tokens = 0, output_tokens = 0, input_tokens_details, output_tokens_details } = usage;
  if (typeof usage.input_tokens !== 'number' && typeof usage.output_tokens !== 'number') return undefined;
  return {
    ...usage,
    input_tokens: Number(input_tokens ?? 0),
    output_tokens: Number(output_tokens ?? 0),
    total_tokens:
      typeof usage.total_tokens === 'number' ? usage.total_tokens : Number(input_tokens) + Number(output_tokens),
    input_tokens_details: { cached_tokens: 0, ...numbersOf(input_tokens_details) },
    output_tokens_details: { reasoning_tokens: 0, ...numbersOf(output_tokens_details) },
  };
}

const numbersOf = (given: unknown) =>
  Object.fromEntries(Object.entries(asObject(given)).filter(([, value]) => typeof value === 'number'));
