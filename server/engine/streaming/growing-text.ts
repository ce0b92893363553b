const block = 4096;

/**
 * Text that grows by small pieces. Plain `+=` keeps every piece and a node that joins it until the text is read: seven
 * times the text itself. Here only the last block is kept like that.
 */
export class GrowingText {
  #blocks = '';
  #tail = '';

  constructor(text = '') {
    this.#tail = text;
  }

  get length(): number {
    return this.#blocks.length + this.#tail.length;
  }

  add(text: string): void {
    this.#tail += text;
    if (this.#tail.length < block) return;
    // Reading a character makes the engine join the pieces.
    this.#tail.charCodeAt(0);
    this.#blocks += this.#tail;
    this.#tail = '';
  }

  toString(): string {
    return this.#blocks + this.#tail;
  }
}
