import { StringDecoder } from 'node:string_decoder';

/** One event of a stream: its name when it has one, and its data, which is let go once a long one has been parsed. */
export interface ServerSentEvent {
  readonly name: string | undefined;
  data: string;
}

/** Bytes that are decoded at once, in a few milliseconds. */
const bytesAtOnce = 512 * 1024;

/** Reads events out of pieces of text that may be cut anywhere. Comments and events without data are left out. */
export class EventDecoder {
  // A `TextDecoder` that is given pieces makes strings of two bytes a character, whatever they hold.
  readonly #decoder = new StringDecoder('utf8');
  #isAtStart = true;
  /** The bytes since the last line end, or since those that were decoded: however small they come, they are joined once. */
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  /** A long line is decoded while it comes: at its end that would take too long. */
  #decoded: string[] = [];
  /** The current line, decoded so far. */
  #open = '';
  #name: string | undefined;
  #data: string[] = [];
  readonly #bytesAtOnce: number;

  /** `atOnce`: the bytes of a long line that are decoded at once. */
  constructor(atOnce = bytesAtOnce) {
    this.#bytesAtOnce = atOnce;
  }

  add(bytes: Uint8Array): ServerSentEvent[] {
    if (this.#decoded.length === 0) return this.#add(bytes);
    // Decoded apart from the long line: a slice of one text keeps all of it in memory.
    const ends = [bytes.indexOf(lineFeed), bytes.indexOf(carriageReturn)].filter((at) => at >= 0);
    const end = ends.length > 0 ? Math.min(...ends) + 1 : bytes.length;
    return [...this.#add(bytes.subarray(0, end)), ...this.#add(bytes.subarray(end))];
  }

  #add(bytes: Uint8Array): ServerSentEvent[] {
    this.#held.push(bytes);
    this.#heldBytes += bytes.length;
    const hasLine = this.#open.endsWith('\r') || bytes.includes(lineFeed) || bytes.includes(carriageReturn);
    if (!hasLine) {
      if (this.#heldBytes > this.#bytesAtOnce) this.#decoded.push(this.#decoder.write(this.#taken()));
      return [];
    }
    return this.#read(this.#whole(this.#decoder.write(this.#taken())));
  }

  /** A last event counts without its empty line, which some servers omit. */
  end(): ServerSentEvent[] {
    return this.#read(`${this.#whole(this.#decoder.end(this.#taken()))}\n\n`);
  }

  #whole(last: string): string {
    if (this.#decoded.length === 0) return last;
    const whole = this.#decoded.join('') + last;
    this.#decoded = [];
    return whole;
  }

  #taken(): Buffer {
    const [only] = this.#held;
    const isOne = this.#held.length === 1 && only;
    const taken = isOne ? Buffer.from(only.buffer, only.byteOffset, only.length) : Buffer.concat(this.#held);
    this.#held = [];
    this.#heldBytes = 0;
    return taken;
  }

  #read(text: string): ServerSentEvent[] {
    const given = this.#open + (this.#isAtStart ? withoutMark(text) : text);
    if (text !== '') this.#isAtStart = false;
    // A carriage return at the end may be the first half of a line break.
    const isCut = given.endsWith('\r');
    const whole = isCut ? given.slice(0, -1) : given;
    const lines = whole.split(whole.includes('\r') ? /\r\n|\n|\r/ : '\n');
    this.#open = `${lines.pop() ?? ''}${isCut ? '\r' : ''}`;
    const events: ServerSentEvent[] = [];
    for (const line of lines) this.#line(line, events);
    return events;
  }

  #line(line: string, events: ServerSentEvent[]): void {
    if (line === '') {
      this.#dispatch(events);
      return;
    }
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    if (field !== 'data' && field !== 'event') return;
    const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (field === 'data') this.#data.push(value);
    else this.#name = value;
  }

  #dispatch(events: ServerSentEvent[]): void {
    const [first, ...more] = this.#data;
    if (first !== undefined) {
      events.push({ name: this.#name, data: more.length > 0 ? `${first}\n${more.join('\n')}` : first });
      this.#data = [];
    }
    this.#name = undefined;
  }
}

/** Returns a text without the byte order mark that it may begin with. */
export const withoutMark = (text: string) => (text.startsWith('\ufeff') ? text.slice(1) : text);

const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/** Returns the event as text. */
export const encodedEvent = ({ name, data }: ServerSentEvent): string =>
  `${name ? `event: ${name}\n` : ''}data: ${data}\n\n`;
