import type { LanguageModelV4FinishReason, LanguageModelV4StreamPart, SharedV4Warning } from '@ai-sdk/provider';
import type { RequestUsage } from '../../../../protocol/messages/usage.ts';
import { wholeCharacter } from '../../../engine/json/whole-character.ts';
import { unmeasuredUsage } from '../../../engine/request/response.ts';
import type { PartStream } from '../../../engine/streaming/part-stream.ts';
import type { Redaction } from '../../../redaction/redaction.ts';
import type { BodyReader, Provider } from '../provider.ts';
import type { Exchange } from '../transport/exchange.ts';
import { turnIfDue } from '../transport/turns.ts';
import type { Ended } from './answer.ts';
import { answerParts } from './answer-parts.ts';
import { packageCounts, usageOf } from './answer-usage.ts';
import { Opening } from './opening.ts';
import { StreamedBlocks } from './streamed-blocks.ts';
import { StreamedCalls } from './streamed-calls.ts';

type StreamPart = LanguageModelV4StreamPart;

const interrupted: LanguageModelV4FinishReason = { unified: 'interrupted', raw: undefined };

/**
 * Reads a stream of the AI SDK to its end and reports each piece to `target` as it arrives. Leaving it early, by an
 * error or an abort, closes the connection. A client that lags far pauses it.
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
  /** Resolves when the client has caught up; undefined when it need not. */
  const take = (part: StreamPart): Promise<void> | undefined => {
    const before = target.size;
    answer.take(part);
    if (target.size > before || isContent(part)) exchange.content();
    const paused = target.ready();
    return paused && exchange.hold(paused);
  };
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return answer.ended();
      if (isLong(value)) {
        for (const slice of cut(value)) await (take(slice) ?? turnIfDue());
        continue;
      }
      const held = take(value);
      if (held) await held;
    }
  } finally {
    answer.flush();
    reader.cancel().catch(() => {}); // the error that ended the stream is known already
  }
}

type Delta = Extract<StreamPart, { delta: string }>;

/** Characters of a piece that are taken at once. */
const pieceSize = 64 * 1024;

const isLong = (part: StreamPart): part is Delta => 'delta' in part && part.delta.length > pieceSize;

/** A long piece as several, so that others have a turn in between, and a client that lags is not sent all of it at once. */
function* cut(part: Delta): Generator<Delta> {
  for (let from = 0; from < part.delta.length; ) {
    const to = wholeCharacter(part.delta, from + pieceSize);
    yield { ...part, delta: part.delta.slice(from, to) };
    from = to;
  }
}

/** Tools that the provider runs itself count as content, too, though none of our parts grows. */
function isContent(part: StreamPart): boolean {
  if ('delta' in part) return part.delta !== '';
  return part.type === 'tool-input-start' || part.type === 'tool-call' || part.type === 'tool-result';
}

/** The origin of a response. */
interface Origin {
  readonly provider: Provider;
  readonly modelName: string;
  readonly redaction: Redaction;
}

/** A response while it is assembled. */
class StreamedAnswer {
  readonly #target: PartStream;
  readonly #opening: Opening;
  readonly #reader: BodyReader | undefined;
  readonly #blocks: StreamedBlocks;
  readonly #calls: StreamedCalls;
  #warnings: SharedV4Warning[] = [];
  /** Derived whenever counts come: from the body where they are read there, else from the package at the end. */
  #usage: RequestUsage = unmeasuredUsage();
  #finish: LanguageModelV4FinishReason = interrupted;
  #failure: { error: unknown } | undefined;

  constructor(target: PartStream, { provider, modelName, redaction }: Origin) {
    this.#target = target;
    this.#opening = new Opening(target, provider);
    this.#reader = provider.answers.bodyReader?.();
    this.#blocks = new StreamedBlocks(this.#opening, modelName, redaction);
    this.#calls = new StreamedCalls(this.#opening, this.#reader?.natives, () => this.#blocks.turnToCall());
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
        this.#opening.identify(part);
        break;
      case 'text-start':
      case 'reasoning-start':
        this.#blocks.begin(part);
        break;
      case 'text-delta':
      case 'text-end':
        // The package reports a refusal as text.
        if (this.#reader?.refusal === undefined) this.#blocks.text(part);
        break;
      case 'reasoning-delta':
      case 'reasoning-end':
        this.#blocks.thinking(part);
        break;
      case 'tool-input-start':
        this.#calls.begin(part);
        break;
      case 'tool-input-delta':
        this.#calls.grow(part);
        break;
      case 'tool-call':
        this.#calls.whole(part);
        break;
      case 'tool-result':
        this.#calls.result(part);
        break;
      case 'file':
      case 'source':
      case 'custom':
      case 'reasoning-file':
      case 'tool-approval-request':
        for (const whole of answerParts([part], this.#opening.provider)) this.#opening.open().whole(whole);
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

  /** Shows what was held back. */
  flush(): void {
    this.#blocks.flush();
  }

  /** Errors: what the stream reported. */
  ended(): Ended {
    this.flush();
    this.#calls.end();
    this.#showUsage();
    if (this.#failure && !isLackOfFinish(this.#failure.error)) {
      if (this.#target.opened) this.#target.open({ finish_reason: 'error' });
      throw this.#failure.error;
    }
    return {
      parts: this.#target.parts(),
      finishReason: this.#calls.areCut ? interrupted : this.#finished(),
      usage: this.#usage,
      metadata: this.#opening.metadata,
      facts: this.#reader ?? {},
      warnings: this.#warnings,
    };
  }

  /** A stream that brought neither parts nor tokens stays unopened, so that it may be requested again. */
  #showUsage(): void {
    const { unmeasured_requests, input_tokens, output_tokens } = this.#usage;
    if (unmeasured_requests || !(this.#target.opened || input_tokens + output_tokens > 0)) return;
    this.#opening.open().setUsage(this.#usage);
  }

  /** Packages disagree on what an end is, so the body decides where it is read. */
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
    for (const thinking of read) this.#blocks.readThinking(thinking);
    for (const part of reader.takeParts?.() ?? []) this.#opening.opened().whole(part);
    if (!reader.usage || reader.usage === before) return;
    this.#usage = usageOf(reader.usage);
    this.#opening.open().setUsage(this.#usage);
  }
}

/** Returns whether an error is a package's complaint about a missing end, which is decided here. */
const isLackOfFinish = (error: unknown): boolean =>
  error instanceof Error && error.message.includes('without a finish reason');
