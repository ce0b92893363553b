import { asObject, asObjects, type Loose, wordOf } from '../raw/loose-json.ts';
import { contentText, contentThinking } from './content.ts';
import type { Normalizer } from './normalizer.ts';
import { StreamedToolCalls, wholeToolCalls } from './tool-calls.ts';

/** The differences between a provider's chat completions and those its package reads. */
export interface ChatDialect {
  /** True if the package reads content that is a list, including thinking. */
  readonly contentLists?: boolean;
  /** Returns the response that an error of the provider contains. */
  readonly answerOf?: (error: unknown) => Loose | undefined;
  /** True if the package requires a usage; one that was not counted is then marked. */
  readonly needsUsage?: boolean;
}

/** The fields with thinking, which the package does not read; they are passed on as `thought`. */
const thinkingFields = ['reasoning', 'reasoning_content', 'reasoning_details'] as const;

/** Normalizes chat completions of OpenAI, and of the many servers with a dialect of their own. */
export class ChatNormalizer implements Normalizer {
  readonly #dialect: ChatDialect;
  readonly #calls = new StreamedToolCalls();
  #head: Loose = {};
  #hasWord = false;
  #endsWithUsage = false;
  #hasCalls = false;

  constructor(dialect: ChatDialect = {}) {
    this.#dialect = dialect;
  }

  answerOf(error: unknown): unknown {
    return this.#dialect.answerOf?.(error);
  }

  body(given: unknown): unknown {
    const { usage, ...body } = completionOf(asObject(given));
    const choices = asObjects(body.choices);
    if (choices.length === 0) return undefined;
    return {
      ...body,
      ...headOf(body, 'chat.completion'),
      choices: choices.map((choice, index) => ({
        ...choiceOf(choice, index),
        message: this.#message(asObject(choice.message ?? choice.delta), wholeToolCalls),
      })),
      ...this.#usage(usage, this.#dialect.needsUsage),
    };
  }

  event(given: unknown): readonly unknown[] {
    const chunk = completionOf(asObject(given));
    const [choice] = asObjects(chunk.choices);
    const usage = this.#usage(chunk.usage);
    if (!choice && !usage.usage && !chunk.x_groq) return [];
    this.#hasWord ||= wordOf(choice?.finish_reason) !== undefined;
    this.#endsWithUsage = usage.usage !== undefined && !choice;
    this.#head = headOf(chunk, 'chat.completion.chunk');
    const isWhole = choice !== undefined && !choice.delta && choice.message !== undefined;
    const message = asObject(choice?.delta ?? choice?.message);
    this.#hasCalls ||= Array.isArray(message.tool_calls) && message.tool_calls.length > 0;
    const calls = (pieces: unknown) => this.#calls.pieces(isWhole ? wholeToolCalls(pieces) : pieces);
    const { usage: _, error: __, ...rest } = chunk;
    return [
      {
        ...rest,
        ...this.#head,
        choices: [{ ...choiceOf(choice ?? {}, 0), delta: this.#message(message, calls) }],
        ...usage,
      },
    ];
  }

  /**
   * A server without finish reasons has finished when it sends the end mark, or when usage comes last; but not with
   * calls, which have to be complete before they run.
   */
  end(marked: boolean): readonly unknown[] {
    if (this.#hasWord || !(marked || (this.#endsWithUsage && !this.#hasCalls))) return [];
    this.#hasWord = true;
    return [{ ...this.#head, choices: [{ index: 0, delta: {}, finish_reason: 'stop' }], assumed: true }];
  }

  #message(message: Loose, callsOf: (given: unknown) => Loose[]): Loose {
    const { content, refusal, tool_calls } = message;
    const thought = thoughtOf(message, this.#dialect.contentLists ? '' : contentThinking(content));
    const calls = callsOf(tool_calls);
    return {
      role: 'assistant',
      content: this.#dialect.contentLists && Array.isArray(content) ? knownContent(content) : contentText(content),
      ...(wordOf(refusal) ? { refusal } : {}),
      ...(thought ? { thought } : {}),
      ...(calls.length > 0 ? { tool_calls: calls } : {}),
    };
  }

  #usage(given: unknown, isNeeded = false): { usage?: Loose } {
    const usage = countsOf(given);
    if (usage) return { usage };
    return isNeeded ? { usage: { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0, uncounted: true } } : {};
  }
}

/** Some gateways put the completion of their provider into `provider`. Source: Pydantic AI `_OpenRouterNestedProviderResponse`. */
function completionOf(body: Loose): Loose {
  const nested = asObject(body.provider);
  return !Array.isArray(body.choices) && Array.isArray(nested.choices) ? nested : body;
}

const headOf = ({ id, created, model }: Loose, object: string): Loose => ({
  object,
  id: wordOf(id) ?? null,
  created: typeof created === 'number' && created > 0 && created < lastMillisecond ? seconds(created) : null,
  model: wordOf(model) ?? null,
});

/** The largest number that is a date. */
const lastMillisecond = 8.64e15;

/** Some servers report milliseconds. */
const seconds = (created: number) => Math.floor(created > 1e11 ? created / 1_000 : created);

/** Log probabilities are renamed, since packages are strict about them; we read them ourselves. */
function choiceOf({ index, finish_reason, logprobs, native_finish_reason }: Loose, position: number): Loose {
  const { content } = asObject(logprobs);
  return {
    index: Number.isInteger(index) ? index : position,
    finish_reason: wordOf(finish_reason) ?? null,
    ...(wordOf(native_finish_reason) ? { native_finish_reason } : {}),
    ...(Array.isArray(content) && content.length > 0 ? { token_logprobs: content } : {}),
  };
}

function thoughtOf(message: Loose, listed: string): Loose | undefined {
  const fields = thinkingFields.flatMap((name) => {
    const value = message[name];
    const isThere = Array.isArray(value) ? value.length > 0 : wordOf(value) !== undefined;
    return isThere ? [[name, value] as const] : [];
  });
  if (fields.length === 0 && listed !== '') return { content: listed };
  return fields.length > 0 ? Object.fromEntries(fields) : undefined;
}

const knownContent = (content: readonly unknown[]) =>
  asObjects(content).filter(
    ({ type, text, thinking }) =>
      (type === 'text' && typeof text === 'string') || (type === 'thinking' && Array.isArray(thinking)),
  );

/** Returns the numbers of a usage and of the objects in it; undefined when there are none. */
function countsOf(given: unknown): Loose | undefined {
  const entries = Object.entries(asObject(given));
  const flat = entries.filter(([, value]) => typeof value === 'number' || typeof value === 'boolean');
  if (!flat.some(([, value]) => typeof value === 'number')) return undefined;
  const details = entries.map(([name, value]) => [name, numbersOf(value)] as const);
  const nested = details.filter(([, numbers]) => Object.keys(numbers).length > 0);
  const counts: Loose = Object.fromEntries([...flat, ...nested]);
  const { prompt_tokens = 0, completion_tokens = 0 } = counts;
  return {
    total_tokens: Number(prompt_tokens) + Number(completion_tokens),
    ...counts,
    prompt_tokens,
    completion_tokens,
  };
}

const numbersOf = (given: unknown): Loose =>
  Object.fromEntries(Object.entries(asObject(given)).filter(([, value]) => typeof value === 'number'));
