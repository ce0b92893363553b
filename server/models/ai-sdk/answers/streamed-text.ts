import type { PartStream } from '../../../engine/streaming/part-stream.ts';
import type { Provider } from '../provider.ts';
import { taggedFields } from '../response/answer-parts.ts';
import { type Segment, TagSplitter } from './thinking-tags.ts';

type Turn = 'text' | 'thinking' | 'call';

/**
 * The text of a chat completion that comes in pieces, split at thinking tags, and alternating with thinking and calls.
 */
export class StreamedText {
  readonly #provider: Provider;
  readonly #skipsBlankStarts: boolean;
  readonly #target: () => PartStream;
  readonly #splitter: TagSplitter;
  #turn: { readonly kind: Turn | undefined; readonly number: number } = { kind: undefined, number: 0 };
  /** The keys of texts that have begun. */
  readonly #begun = new Set<string>();
  /** Blanks that were left out between a text and its continuation after thinking; they precede the next text. */
  #held = '';
  #isInterrupted = false;
  /** True if the last segment was text, not thinking between tags. */
  #isText = false;

  /** `target` returns the parts, which are open from then on. */
  constructor(provider: Provider, skipsBlankStarts: boolean, target: () => PartStream) {
    this.#provider = provider;
    this.#skipsBlankStarts = skipsBlankStarts;
    this.#target = target;
    this.#splitter = new TagSplitter(provider.answers.thinkingTags);
  }

  add(delta: string): void {
    this.#show(this.#splitter.add(delta));
  }

  /** Shows text that was held back because it could have become a tag. */
  flush(): void {
    this.#show(this.#splitter.end());
  }

  /** Returns the number of the turn of a kind of part: after another kind it goes on in a part of its own. */
  turnTo(kind: Turn): number {
    if (this.#turn.kind === kind) return this.#turn.number;
    if (this.#turn.kind === 'text') this.flush();
    this.#isInterrupted = kind === 'thinking' && this.#turn.kind === 'text' && this.#isText;
    this.#turn = { kind, number: this.#turn.number + 1 };
    return this.#turn.number;
  }

  #show(segments: readonly Segment[]): void {
    for (const segment of segments) {
      if (this.#isBlankStart(segment)) {
        // Where thinking does not name its provider, upstream ends it with any text, even one that is left out.
        if (this.#isOneText) this.turnTo('text');
        continue;
      }
      const key = this.#keyOf(segment, this.turnTo('text'));
      this.#isText = segment.kind === 'text';
      if (segment.kind === 'thinking') {
        this.#target().thinking(key, segment.content, null, taggedFields(this.#provider));
        continue;
      }
      const held = this.#begun.has(key) ? '' : this.#held;
      if (!this.#begun.has(key)) this.#held = '';
      this.#begun.add(key);
      this.#target().text(key, held + segment.content);
    }
  }

  /** Source: Pydantic AI `ignore_streamed_leading_whitespace`, `OpenAIStreamedResponse._map_text_delta`. */
  #isBlankStart(segment: Segment): boolean {
    const { kind, content } = segment;
    if (!this.#skipsBlankStarts || kind !== 'text' || content.trim() !== '') return false;
    const next = this.#turn.kind === 'text' ? this.#turn.number : this.#turn.number + 1;
    if (this.#begun.has(this.#keyOf(segment, next))) return false;
    if (this.#isInterrupted) this.#held += content;
    return true;
  }

  /** Upstream keeps a single text where thinking does not name its provider. */
  #keyOf({ kind, number }: Segment, turn: number): string {
    return `${kind} ${number} of text ${this.#isOneText ? '' : turn}`;
  }

  get #isOneText(): boolean {
    return this.#provider.answers.namesThinking === false;
  }
}
