import type { PartStream } from '../../../engine/streaming/part-stream.ts';
import type { Provider } from '../provider.ts';
import { taggedFields } from '../response/answer-parts.ts';
import { type Segment, TagSplitter } from './thinking-tags.ts';

/** The text of a chat completion that comes in pieces: split at thinking tags, and in turns with thinking and calls. */
export class StreamedText {
  readonly #provider: Provider;
  readonly #target: () => PartStream;
  readonly #splitter: TagSplitter;
  #turn = { kind: '', number: 0 };

  /** `target` gives the parts, which are open from then on. */
  constructor(provider: Provider, target: () => PartStream) {
    this.#provider = provider;
    this.#target = target;
    this.#splitter = new TagSplitter(provider.quirks.thinkingTags);
  }

  add(delta: string): void {
    this.#show(this.#splitter.add(delta));
  }

  /** Shows text that was held back because it could have become a tag. */
  flush(): void {
    this.#show(this.#splitter.end());
  }

  /** The number of the turn of a kind of part: after another kind it goes on in a part of its own. */
  turnTo(kind: 'text' | 'thinking' | 'call'): number {
    if (this.#turn.kind === kind) return this.#turn.number;
    if (this.#turn.kind === 'text') this.flush();
    this.#turn = { kind, number: this.#turn.number + 1 };
    return this.#turn.number;
  }

  #show(segments: readonly Segment[]): void {
    for (const { kind, number, content } of segments) {
      const turn = this.turnTo('text');
      // Upstream keeps one text where thinking is not named.
      const key = `${kind} ${number} of text ${this.#provider.quirks.namesThinking === false ? '' : turn}`;
      if (kind === 'text') this.#target().text(key, content);
      else this.#target().thinking(key, content, null, taggedFields(this.#provider));
    }
  }
}
