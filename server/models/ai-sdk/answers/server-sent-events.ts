/** One event of a stream: its name when it has one, and its data. */
export interface ServerSentEvent {
  readonly name: string | undefined;
  readonly data: string;
}

/** Reads events out of pieces of text that may be cut anywhere. Comments and events without data are left out. */
export class EventDecoder {
  readonly #decoder = new TextDecoder();
  /** The bytes since the last line end: a long line is decoded and joined once, however small its pieces. */
  #held: Uint8Array[] = [];
  /** The current line, decoded so far. */
  #open = '';
  #name: string | undefined;
  #data: string[] = [];

  *add(bytes: Uint8Array): Generator<ServerSentEvent> {
    this.#held.push(bytes);
    if (this.#open.endsWith('\r') || bytes.includes(lineFeed) || bytes.includes(carriageReturn)) {
      yield* this.#read(this.#decoder.decode(this.#taken(), { stream: true }));
    }
  }

  /** A last event counts without its empty line, which some servers omit. */
  *end(): Generator<ServerSentEvent> {
    yield* this.#read(`${this.#decoder.decode(this.#taken())}\n\n`);
  }

  #taken(): Uint8Array {
    const [only] = this.#held;
    const taken = this.#held.length === 1 && only ? only : Buffer.concat(this.#held);
    this.#held = [];
    return taken;
  }

  *#read(text: string): Generator<ServerSentEvent> {
    const given = this.#open + text;
    // A carriage return at the end may be the first half of a line break.
    const isCut = given.endsWith('\r');
    const lines = (isCut ? given.slice(0, -1) : given).split(/\r\n|\n|\r/);
    this.#open = `${lines.pop() ?? ''}${isCut ? '\r' : ''}`;
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

const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/** Returns the event as text. */
export const encodedEvent = ({ name, data }: ServerSentEvent): string =>
  `${name ? `event: ${name}\n` : ''}data: ${data}\n\n`;
