/** Text of a response, or thinking between tags in it. */
export interface Segment {
  readonly kind: 'text' | 'thinking';
  /** The number of the segment in its text: pieces with the same number belong together. */
  readonly number: number;
  readonly content: string;
}

export type ThinkingTags = readonly [open: string, close: string];

/** Splits text that comes in pieces at the tags around thinking; a tag may be cut anywhere. */
export class TagSplitter {
  readonly #tags: ThinkingTags;
  #kind: Segment['kind'] = 'text';
  #number = 0;
  /** Text that may be the beginning of a tag. */
  #held = '';

  constructor(tags: ThinkingTags) {
    this.#tags = tags;
  }

  /** True while a tag is open. */
  get isOpen(): boolean {
    return this.#kind === 'thinking';
  }

  add(piece: string): Segment[] {
    const segments: Segment[] = [];
    let text = this.#held + piece;
    for (;;) {
      const tag = this.#tags[this.#kind === 'text' ? 0 : 1];
      const at = text.indexOf(tag);
      if (at < 0) {
        const kept = text.length - heldBack(text, tag);
        this.#held = text.slice(kept);
        return [...segments, ...this.#segment(text.slice(0, kept))];
      }
      segments.push(...this.#segment(text.slice(0, at)));
      text = text.slice(at + tag.length);
      this.#kind = this.#kind === 'text' ? 'thinking' : 'text';
      this.#number++;
      // Empty thinking counts as thinking, as upstream.
      if (this.#kind === 'thinking') segments.push({ kind: 'thinking', number: this.#number, content: '' });
    }
  }

  /** Returns the text that was held back and is not a tag. */
  end(): Segment[] {
    const rest = this.#held;
    this.#held = '';
    return this.#segment(rest);
  }

  #segment(content: string): Segment[] {
    return content === '' ? [] : [{ kind: this.#kind, number: this.#number, content }];
  }
}

/** Returns the length of the longest end of the text that begins a tag. */
function heldBack(text: string, tag: string): number {
  for (let length = Math.min(tag.length - 1, text.length); length > 0; length--) {
    if (text.endsWith(tag.slice(0, length))) return length;
  }
  return 0;
}

/**
 * Returns the segments of a whole text. Thinking that does not end is text without its tag, as upstream.
 *
 * Source: Pydantic AI `split_content_into_text_and_thinking`.
 */
export function splitThinking(text: string, tags: ThinkingTags): Segment[] {
  const splitter = new TagSplitter(tags);
  const joined: Segment[] = [];
  for (const segment of [...splitter.add(text), ...splitter.end()]) {
    const last = joined.at(-1);
    if (last?.number !== segment.number) joined.push(segment);
    else joined[joined.length - 1] = { ...last, content: last.content + segment.content };
  }
  const last = joined.at(-1);
  if (!last || !splitter.isOpen) return joined;
  return [...joined.slice(0, -1), ...(last.content === '' ? [] : [{ ...last, kind: 'text' as const }])];
}
