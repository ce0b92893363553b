/** One event of a stream: its name when it has one, and its data. */
export interface ServerSentEvent {
  readonly name: string | undefined;
  readonly data: string;
}

/** Reads events out of pieces of text that may be cut anywhere. Comments and events without data are left out. */
export class EventDecoder {
  readonly #decoder = new TextDecoder();
  /** The current line in pieces, which are joined once, however small they are. */
  #open: string[] = [];
  #name: string | undefined;
  #data: string[] = [];

  *add(bytes: Uint8Array): Generator<ServerSentEvent> {
    yield* this.#read(this.#decoder.decode(bytes, { stream: true }));
  }

  /** A last event counts without its empty line, which some servers omit. */
  *end(): Generator<ServerSentEvent> {
    yield* this.#read(`${this.#decoder.decode()}\n\n`);
  }

  *#read(text: string): Generator<ServerSentEvent> {
    const isHalf = this.#open.at(-1) === '\r';
    if (!isHalf && !/[\r\n]/.test(text)) {
      this.#open.push(text);
      return;
    }
    const given = this.#open.join('') + text;
    // A carriage return at the end may be the first half of a line break.
    const isCut = given.endsWith('\r');
    const lines = (isCut ? given.slice(0, -1) : given).split(/\r\n|\n|\r/);
    this.#open = [lines.pop() ?? '', ...(isCut ? ['\r'] : [])];
    for (const line of lines) {
      const event = this.#line(line);
      if (event) yield event;
    }
  }

  #line(line: string): ServerSentEvent | undefined {
    if (line === '') return this.#dispatched();
    const [, field = '', value = ''] = /^([^:]*)(?::\x20?(.*))?$/s.exec(line) ?? [];
    if (field === 'data') this.#data.push(value);
    else if (field === 'event') this.#name = value;
    return undefined;
  }

  #dispatched(): ServerSentEvent | undefined {
    const event = this.#data.length > 0 ? { name: this.#name, data: this.#data.join('\n') } : undefined;
    this.#name = undefined;
    this.#data = [];
    return event;
  }
}

/** Returns the event as text. */
export const encodedEvent = ({ name, data }: ServerSentEvent): string =>
  `${name ? `event: ${name}\n` : ''}data: ${data}\n\n`;
