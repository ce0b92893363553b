import type {
  LanguageModelV4FinishReason,
  LanguageModelV4ResponseMetadata,
  LanguageModelV4StreamPart,
  LanguageModelV4ToolCall,
  SharedV4ProviderMetadata,
  SharedV4Warning,
} from '@ai-sdk/provider';
import type { RequestUsage } from '../../../../protocol/messages/usage.ts';
import { unmeasuredUsage } from '../../../engine/request/response.ts';
import type { PartFields } from '../../../engine/streaming/delta-sink.ts';
import type { PartStream } from '../../../engine/streaming/part-stream.ts';
import type { Redaction } from '../../../redaction/redaction.ts';
import { withNative } from '../answers/native-parts.ts';
import { StreamedText } from '../answers/streamed-text.ts';
import type { BodyReader, Provider } from '../provider.ts';
import type { Exchange } from '../transport/exchange.ts';
import { callId, createdAt, type Ended, servedFields } from './answer.ts';
import { answerParts } from './answer-parts.ts';
import { packageCounts, usageOf } from './answer-usage.ts';
import { CleanThinking } from './clean-thinking.ts';
import { storeMetadata, storeThinkingMetadata } from './metadata.ts';

type StreamPart = LanguageModelV4StreamPart;
type Piece<K extends StreamPart['type']> = Extract<StreamPart, { type: K }>;

const interrupted: LanguageModelV4FinishReason = { unified: 'interrupted', raw: undefined };

/**
 * Reads a stream of the AI SDK to its end, each piece reported to `target` as it comes. Leaving it early, by an error
 * or an abort, closes the connection. A reader that lags far pauses it.
 *
 * Errors: what the stream reported as an error, once its end has reported the usage; what reading throws.
 * Source: Pydantic AI `OpenAIStreamedResponse._get_event_iterator`.
 */
export async function readStream(
  stream: ReadableStream<StreamPart>,
  target: PartStream,
  { provider, exchange, redaction }: { provider: Provider; exchange: Exchange; redaction: Redaction },
): Promise<Ended> {
  const answer = new StreamedAnswer(target, { provider, modelName: exchange.options.modelName, redaction });
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return answer.ended();
      const before = target.size;
      answer.take(value);
      if (target.size > before || isContent(value)) exchange.content();
      const paused = target.ready();
      if (paused) await exchange.hold(paused);
    }
  } finally {
    answer.flush();
    reader.cancel().catch(() => {}); // the error that ended the stream is known already
  }
}

/** Work of a tool that the provider runs itself is content, too, though no part of ours grows by it. */
function isContent(part: StreamPart): boolean {
  if ('delta' in part) return part.delta !== '';
  return part.type === 'tool-input-start' || part.type === 'tool-call' || part.type === 'tool-result';
}

/** Whether pieces of nothing but blanks are left out before a text, of models that send some ahead of their calls. */
function skipsBlankStarts({ answers, api }: Provider, modelName: string): boolean {
  const isPossible = answers.readsTags || answers.skipsBlankStarts;
  return Boolean(isPossible && api.profileOf(modelName)?.ignore_streamed_leading_whitespace);
}

/** Where an answer comes from. */
interface Origin {
  readonly provider: Provider;
  readonly modelName: string;
  readonly redaction: Redaction;
}

/** One answer while it is put together. */
class StreamedAnswer {
  readonly #target: PartStream;
  readonly #provider: Provider;
  readonly #redaction: Redaction;
  readonly #reader: BodyReader | undefined;
  readonly #cleanThinking: CleanThinking;
  readonly #skipsBlankStarts: boolean;
  /** Texts that have begun, by their keys. */
  readonly #texts = new Set<string>();
  /** The text where it may hold thinking between tags; undefined where it cannot. */
  readonly #chatText: StreamedText | undefined;
  /** Fields of thinking that says nothing of itself. */
  readonly #thinker: PartFields;
  /** Blocks that began without content yet, with what was said of them. */
  readonly #begun = new Map<string, SharedV4ProviderMetadata | undefined>();
  /** Calls of the provider's own tools whose result has not come. */
  readonly #waiting = new Map<string, LanguageModelV4ToolCall>();
  /** Calls that are shown piece by piece and have not come as a whole yet, the oldest first: ids need not be unique. */
  readonly #unsettled = new Map<string, string[]>();
  #calls = 0;
  #metadata: LanguageModelV4ResponseMetadata = {};
  #warnings: SharedV4Warning[] = [];
  /** Derived whenever counts come: from the body where they are read there, else from the package at the end. */
  #usage: RequestUsage = unmeasuredUsage();
  #finish: LanguageModelV4FinishReason = interrupted;
  #failure: { error: unknown } | undefined;

  constructor(target: PartStream, { provider, modelName, redaction }: Origin) {
    this.#cleanThinking = new CleanThinking(redaction, ({ key, text, signature, fields }) =>
      this.#opened().thinking(key, text, signature, fields),
    );
    this.#target = target;
    this.#provider = provider;
    this.#redaction = redaction;
    this.#reader = provider.answers.bodyReader?.();
    this.#skipsBlankStarts = skipsBlankStarts(provider, modelName);
    if (provider.answers.readsTags) {
      this.#chatText = new StreamedText(provider, this.#skipsBlankStarts, () => this.#opened());
    }
    this.#thinker = provider.answers.namesThinking === false ? {} : { provider_name: provider.name };
  }

  take(part: StreamPart): void {
    switch (part.type) {
      case 'raw':
        this.#takeRaw(part.rawValue);
        break;
      case 'stream-start':
        this.#warnings = part.warnings;
        break;
      case 'response-metadata':
        this.#identify(part);
        break;
      case 'text-start':
      case 'reasoning-start':
        this.#begun.set(keyOf(part), part.providerMetadata);
        break;
      case 'text-delta':
      case 'text-end':
        this.#text(part);
        break;
      case 'reasoning-delta':
      case 'reasoning-end':
        this.#thinking(part);
        break;
      case 'tool-input-start':
        this.#beginCall(part);
        break;
      case 'tool-input-delta':
        this.#growCall(part);
        break;
      case 'tool-call':
        this.#call(part);
        break;
      case 'tool-result':
        this.#nativeResult(part);
        break;
      case 'file':
      case 'source':
      case 'custom':
      case 'reasoning-file':
      case 'tool-approval-request':
        for (const whole of answerParts([part], this.#provider)) this.#shown().whole(whole);
        break;
      case 'error':
        this.#failure ??= { error: part.error };
        break;
      case 'finish':
        this.#finish = part.finishReason;
        if (!this.#reader) this.#usage = usageOf(packageCounts(part.usage));
        break;
      case 'tool-input-end':
      case 'ping':
        break;
    }
  }

  /** Errors: what the stream reported. */
  ended(): Ended {
    this.flush();
    for (const call of this.#waiting.values()) this.#wholes(call);
    const usage = this.#usage;
    if (!usage.unmeasured_requests && (this.#target.opened || usage.input_tokens + usage.output_tokens > 0)) {
      this.#shown().setUsage(usage);
    }
    if (this.#failure && !isLackOfFinish(this.#failure.error)) {
      if (this.#target.opened) this.#target.open({ finish_reason: 'error' });
      throw this.#failure.error;
    }
    return {
      parts: this.#target.parts(),
      // A call that never came as a whole is cut, whatever the stream says of its end.
      finishReason: this.#unsettled.size > 0 ? interrupted : this.#finished(),
      usage,
      metadata: this.#metadata,
      facts: this.#reader ?? {},
      warnings: this.#warnings,
    };
  }

  /** Packages do not agree on what an end is: what was read in the answer decides. */
  #finished(): LanguageModelV4FinishReason {
    if (!this.#reader) return this.#finish;
    const { finishWord, isOver, isBlocked } = this.#reader;
    return finishWord || isOver || isBlocked ? { unified: 'other', raw: finishWord } : interrupted;
  }

  #takeRaw(chunk: unknown): void {
    const reader = this.#reader;
    if (!reader) return;
    const { usage: before, kept = 0 } = reader;
    const read = reader.add(chunk);
    this.#target.count((reader.kept ?? 0) - kept);
    for (const { id, text, signature = null, fields, details } of read) {
      const turn = fields && !id.startsWith('detail') ? ` ${this.#chatText?.turnTo('thinking')}` : '';
      const own = details ? { ...this.#thinker, provider_details: this.#redaction.value(details) } : this.#thinker;
      this.#cleanThinking.add({ key: `thinking ${id}${turn}`, text, signature, fields: fields ?? own });
    }
    for (const part of reader.takeParts?.() ?? []) this.#opened().whole(part);
    if (!reader.usage || reader.usage === before) return;
    this.#usage = usageOf(reader.usage);
    this.#shown().setUsage(this.#usage);
  }

  #identify({ id, timestamp, modelId }: Piece<'response-metadata'>): void {
    this.#metadata = {
      ...this.#metadata,
      ...(id ? { id } : {}),
      ...(timestamp ? { timestamp } : {}),
      ...(modelId ? { modelId } : {}),
    };
    if (this.#target.opened) this.#shown();
  }

  /** The target, opened with what is known of the response: from here on the request is not repeated. */
  #shown(): PartStream {
    const created = createdAt(this.#metadata);
    this.#target.open({
      ...servedFields(this.#metadata, this.#provider),
      ...(created.timestamp ? { provider_details: created } : {}),
    });
    return this.#target;
  }

  #text(part: Piece<'text-delta'> | Piece<'text-end'>): void {
    if (this.#reader?.refusal !== undefined) return; // the package reports a refusal as text
    const piece = this.#piece(part);
    if (!piece) return;
    const fields = piece.metadata && storeMetadata(piece.metadata, this.#provider);
    // An id alone makes no part of a block without text.
    if (piece.delta === '' && !fields?.provider_details && this.#begun.has(piece.key)) return;
    this.#begun.delete(piece.key);
    if (this.#chatText) {
      this.#chatText.add(piece.delta);
      return;
    }
    if (this.#skipsBlankStarts && !this.#texts.has(piece.key) && piece.delta.trim() === '') return;
    this.#texts.add(piece.key);
    this.#opened().text(piece.key, piece.delta, fields);
  }

  /** Shows what was held back because it could have become a tag, or a secret. */
  flush(): void {
    this.#cleanThinking.flush();
    this.#chatText?.flush();
  }

  #thinking(part: Piece<'reasoning-delta'> | Piece<'reasoning-end'>): void {
    const piece = this.#piece(part);
    if (!piece) return;
    this.#begun.delete(piece.key);
    if (!piece.metadata) this.#opened().thinking(piece.key, piece.delta, null, this.#thinker);
    else {
      const { signature, ...fields } = storeThinkingMetadata(piece.metadata, this.#provider);
      this.#opened().thinking(piece.key, piece.delta, signature, fields);
    }
  }

  /** What a piece adds; nothing when it is empty and says nothing. */
  #piece(part: Piece<'text-delta' | 'text-end' | 'reasoning-delta' | 'reasoning-end'>) {
    const key = keyOf(part);
    const delta = 'delta' in part ? part.delta : '';
    const metadata = merged(this.#begun.get(key), part.providerMetadata);
    if (delta === '' && !metadata?.[this.#provider.optionsKey]) return undefined;
    return { key, delta, metadata };
  }

  #beginCall({ id, toolName, providerExecuted, providerMetadata }: Piece<'tool-input-start'>): void {
    if (providerExecuted) return; // comes as a whole
    this.#chatText?.turnTo('call');
    const key = this.#nextCall();
    const unsettled = this.#unsettled.get(id);
    if (unsettled) unsettled.push(key);
    else this.#unsettled.set(id, [key]);
    const fields = storeMetadata(providerMetadata, this.#provider);
    this.#opened().toolCall(key, { name: toolName, id: this.#callId(id) }, fields);
  }

  #growCall({ id, delta }: Piece<'tool-input-delta'>): void {
    const key = this.#unsettled.get(id)?.at(-1);
    if (key !== undefined) this.#target.toolCall(key, { args: delta });
  }

  #call(part: LanguageModelV4ToolCall): void {
    if (part.providerExecuted) {
      // The arguments may come with the result alone.
      if (this.#reader?.natives) this.#waiting.set(part.toolCallId, part);
      else this.#wholes(part);
      return;
    }
    this.#chatText?.turnTo('call');
    const { toolCallId: id, toolName: name, input } = part;
    const fields = storeMetadata(part.providerMetadata, this.#provider);
    const key = this.#settle(id);
    if (key === undefined) {
      this.#opened().toolCall(this.#nextCall(), { name, args: input, id: this.#callId(id) }, fields);
      return;
    }
    if (fields.provider_details) this.#target.toolCall(key, {}, fields);
    this.#target.settleCall(key, input);
  }

  #nextCall(): string {
    this.#calls += 1;
    return `call ${this.#calls}`;
  }

  /** The key of the oldest call under the id that has not come as a whole yet. */
  #settle(id: string): string | undefined {
    const unsettled = this.#unsettled.get(id);
    const key = unsettled?.shift();
    if (unsettled?.length === 0) this.#unsettled.delete(id);
    return key;
  }

  #nativeResult(part: Piece<'tool-result'>): void {
    const call = this.#waiting.get(part.toolCallId);
    this.#waiting.delete(part.toolCallId);
    if (call) this.#wholes(call);
    this.#wholes(part);
  }

  #wholes(part: Piece<'tool-call' | 'tool-result'>): void {
    for (const whole of answerParts([part], this.#provider)) {
      this.#opened().whole(withNative(whole, this.#reader?.natives));
    }
  }

  #callId(id: string): string {
    return callId(id, this.#metadata.id, this.#provider);
  }

  #opened(): PartStream {
    return this.#target.opened ? this.#target : this.#shown();
  }
}

const keyOf = ({ type, id }: { type: string; id: string }) => `${type.startsWith('text') ? 'text' : 'thinking'} ${id}`;

/** The complaint of a package about a stream without an end, which is judged here. */
const isLackOfFinish = (error: unknown): boolean =>
  error instanceof Error && error.message.includes('without a finish reason');

/** What was said of a block as it began, and with a later piece of it. */
function merged(first: SharedV4ProviderMetadata | undefined, later: SharedV4ProviderMetadata | undefined) {
  if (!first || !later) return later ?? first;
  const keys = new Set([...Object.keys(first), ...Object.keys(later)]);
  return Object.fromEntries([...keys].map((key) => [key, { ...first[key], ...later[key] }]));
}
