import type { LanguageModelV4, LanguageModelV4GenerateResult, LanguageModelV4StreamPart } from '@ai-sdk/provider';
import { Redaction } from '../../../redaction/redaction.ts';
import { TextPieces } from '../../../redaction/text-pieces.ts';
import { LongTexts } from '../transport/long-texts.ts';
import { turnIfDue } from '../transport/turns.ts';

type Part = LanguageModelV4StreamPart;
type Delta = Extract<Part, { delta: string }>;
type Secrets = () => readonly string[];

/** The response that is read. */
interface Current {
  /** What its package did not read. */
  readonly longTexts: LongTexts;
  /** True if it is so large that any of its parts may be. */
  readonly isLarge: boolean;
}

/**
 * Returns a model whose responses contain none of the secrets of their requests: a gateway may echo what it was sent in
 * a response that succeeds. What a model writes about credentials in general is kept. `current` is that of the current
 * request.
 */
export function withoutSecrets(model: LanguageModelV4, secrets: Secrets, current: () => Current): LanguageModelV4 {
  const { specificationVersion, provider, modelId, supportedUrls } = model;
  // Some are only known once the request has been sent.
  const redaction = () => withoutKnown(secrets());
  return {
    specificationVersion,
    provider,
    modelId,
    supportedUrls,
    doGenerate: async (options) => cleanResult(await model.doGenerate(options), redaction()),
    async doStream(options) {
      const result = await model.doStream(options);
      return { ...result, stream: cleanStream(result.stream, current(), redaction()) };
    },
  };
}

/** Returns a redaction of known secrets only: what a model writes about credentials in general is kept. */
export const withoutKnown = (secrets: readonly string[]) => new Redaction(secrets, { byShape: false });

/** Redacts a result. Its request is never shown, and its body is read from where it came. */
function cleanResult(result: LanguageModelV4GenerateResult, redaction: Redaction): LanguageModelV4GenerateResult {
  const { request, response, ...answer } = result;
  const { body: _read, ...metadata } = response ?? {};
  return { ...redaction.value({ ...answer, response: metadata }), ...(request ? { request } : {}) };
}

/** Characters of a piece; a longer one goes on as several, between which others have a turn. */
const longest = 64 * 1024;
/** Characters of a piece that takes no time to speak of. */
const short = 8 * 1024;

function cleanStream(stream: ReadableStream<Part>, current: Current, redaction: Redaction): ReadableStream<Part> {
  const reader = stream.getReader();
  const cleaner = redaction.secrets.size > 0 ? new PartCleaner(redaction) : undefined;
  const parts = cleanParts(reader, current, cleaner);
  return new ReadableStream<Part>(
    {
      async pull(controller) {
        const { done, value } = await parts.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: (reason) => reader.cancel(reason),
    },
    // Nothing is read in advance.
    { highWaterMark: 0 },
  );
}

async function* cleanParts(
  reader: ReadableStreamDefaultReader<Part>,
  current: Current,
  cleaner: PartCleaner | undefined,
): AsyncGenerator<Part, void> {
  for (;;) {
    const { done, value: given } = await reader.read();
    if (done) {
      yield* cleaner?.end() ?? [];
      return;
    }
    const value = current.longTexts.joined(given);
    if (!isDelta(value) && current.isLarge && cleaner) {
      yield* cleaner.addInTurns(value);
      await turnIfDue();
      continue;
    }
    if (!isDelta(value) || value.delta.length <= longest) {
      yield* cleaner?.add(value) ?? [value];
      // Many that were rejoined may have come at once.
      if (isDelta(value) && value.delta.length > short) await turnIfDue();
      continue;
    }
    const { delta, providerMetadata: _last, ...rest } = value;
    for (let at = 0; at < delta.length; at += longest) {
      const end = at + longest;
      const piece: Part = { ...(end >= delta.length ? value : rest), delta: delta.slice(at, end) };
      yield* cleaner?.add(piece) ?? [piece];
      await turnIfDue();
    }
  }
}

const isDelta = (part: Part): part is Delta =>
  part.type === 'text-delta' || part.type === 'reasoning-delta' || part.type === 'tool-input-delta';

const isEnd = (part: Part): part is Extract<Part, { type: 'text-end' | 'reasoning-end' | 'tool-input-end' }> =>
  part.type === 'text-end' || part.type === 'reasoning-end' || part.type === 'tool-input-end';

/** Cleans the parts of one stream; the texts of its blocks and calls come in pieces. */
class PartCleaner {
  readonly #redaction: Redaction;
  readonly #open = new Map<string, { readonly last: Delta; readonly pieces: TextPieces }>();

  constructor(redaction: Redaction) {
    this.#redaction = redaction;
  }

  add(part: Part): Part[] {
    if (isDelta(part)) return this.#piece(part);
    const clean = this.#redaction.value(part);
    // A call may come whole without the end of its pieces, and a stream may finish without an end.
    if (part.type === 'tool-call') return [...this.#flush(keyOf('tool-input', part.toolCallId)), clean];
    if (part.type === 'finish') return [...this.end(), clean];
    return isEnd(part) ? [...this.#flush(keyOf(blockOf(part), part.id)), clean] : [clean];
  }

  /** The same for a part that may be large. */
  async *addInTurns(part: Part): AsyncGenerator<Part, void> {
    const texts = new LongTexts();
    for (const clean of this.add(texts.taken(part))) yield await texts.restored(clean, this.#redaction);
  }

  /** Returns what is still held back, in the order of the blocks. */
  end(): Part[] {
    return [...this.#open.keys()].flatMap((key) => this.#flush(key));
  }

  #piece(part: Delta): Part[] {
    const key = keyOf(blockOf(part), part.id);
    const pieces = this.#open.get(key)?.pieces ?? new TextPieces(this.#redaction);
    this.#open.set(key, { last: part, pieces });
    const delta = pieces.add(part.delta);
    // A signature comes with an empty piece.
    if (delta === '' && part.delta !== '' && !part.providerMetadata) return [];
    // The text was looked through as a piece of its block; where it is as it came, no copy of it is kept.
    return [{ ...this.#redaction.value({ ...part, delta: '' }), delta: delta === part.delta ? part.delta : delta }];
  }

  #flush(key: string): Part[] {
    const block = this.#open.get(key);
    this.#open.delete(key);
    const delta = block?.pieces.end();
    if (!block || !delta) return [];
    const { providerMetadata: _sent, ...last } = block.last;
    return [{ ...last, delta }];
  }
}

const blockOf = ({ type }: Part) => type.slice(0, type.lastIndexOf('-'));
const keyOf = (block: string, id: string) => `${block} ${id}`;
