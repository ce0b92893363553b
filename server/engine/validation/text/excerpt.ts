/** The JSON of a value, or its first characters; takes no longer than those do, whatever the value is. */
export function excerpt(value: unknown, max: number): { readonly text: string; readonly isWhole: boolean } {
  const writer = new Writer(max);
  writer.write(value);
  return { text: writer.text, isWhole: writer.hasRoom };
}

/** The beginning of a text, without half of a surrogate pair at its end. */
export function cutText(text: string, max: number): string {
  const isSplit = max > 0 && (text.charCodeAt(max - 1) & 0xfc00) === 0xd800;
  return text.slice(0, isSplit ? max - 1 : max);
}

class Writer {
  text = '';
  hasRoom = true;
  readonly #max: number;

  constructor(max: number) {
    this.#max = max;
  }

  write(value: unknown): void {
    if (typeof value === 'string') this.#string(value);
    else if (Array.isArray(value)) this.#list(value);
    else if (typeof value === 'object' && value !== null) this.#object(value as Record<string, unknown>);
    else this.#put(typeof value === 'bigint' ? String(value) : (JSON.stringify(value) ?? 'null'));
  }

  #put(text: string): void {
    if (!this.hasRoom) return;
    const room = this.#max - this.text.length;
    this.hasRoom = text.length <= room;
    this.text += this.hasRoom ? text : cutText(text, room);
  }

  #string(value: string): void {
    // The end of a long text would be cut anyway.
    this.#put(JSON.stringify(value.length > this.#max ? cutText(value, this.#max) : value));
  }

  #list(items: readonly unknown[]): void {
    this.#put('[');
    for (const [index, item] of items.entries()) {
      if (index > 0) this.#put(',');
      this.write(item);
      if (!this.hasRoom) return;
    }
    this.#put(']');
  }

  #object(value: Record<string, unknown>): void {
    this.#put('{');
    let isFirst = true;
    for (const key in value) {
      if (!isFirst) this.#put(',');
      isFirst = false;
      this.#string(key);
      this.#put(':');
      this.write(value[key]);
      if (!this.hasRoom) return;
    }
    this.#put('}');
  }
}
