import type { RunResult } from '../../protocol/result.ts';
import { stringifyExact } from '../engine/json/exact-json.ts';
import { jsonWithoutControls, PiecewiseText, withoutControls } from './terminal-text.ts';

/** Where something is written. */
export interface TextSink {
  /** Whether a person looks at it. */
  readonly isTerminal: boolean;
  /** Characters of a line where lines can be rewritten; absent where they cannot. */
  readonly columns?: number;
  write(text: string): void;
}

/** Writes a value as JSON: a line for programs, several for a person. */
export function writeJson(out: TextSink, value: unknown): void {
  const json = stringifyExact(value ?? null, out.isTerminal ? 2 : 0);
  out.write(`${out.isTerminal ? jsonWithoutControls(json) : json}\n`);
}

/** The text of a run on stdout: as it comes as far as it comes, and whole in the end. */
export class TextOutput {
  readonly #out: TextSink;
  readonly #cleaned = new PiecewiseText();
  #shown = '';

  constructor(out: TextSink) {
    this.#out = out;
  }

  /** Shows a piece at once. */
  push(piece: string): void {
    this.#shown += piece;
    const text = this.#out.isTerminal ? this.#cleaned.push(piece) : piece;
    if (text !== '') this.#out.write(text);
  }

  /** Shows what is missing of the output. Text before a tool of the provider is shown, and no part of the output. */
  end(output: string): void {
    if (output.startsWith(this.#shown)) this.push(output.slice(this.#shown.length));
    else if (!this.#shown.endsWith(output)) this.push(`\n${output}`);
    this.close();
  }

  /** Ends the line, also of a text that was cut off. */
  close(): void {
    if (this.#out.isTerminal) this.#out.write(this.#cleaned.end());
    if (this.#shown !== '' && !this.#shown.endsWith('\n')) this.#out.write('\n');
  }
}

const takenAway = '\r\u001b[K';

/** Messages beside the result, on stderr. */
export class Voice {
  readonly #out: TextSink;
  #hasStatus = false;

  constructor(out: TextSink) {
    this.#out = out;
  }

  say(text: string): void {
    this.clear();
    this.#out.write(`runwire: ${this.#out.isTerminal ? withoutControls(text) : text}\n`);
  }

  warn(text: string): void {
    this.say(`warning: ${text}`);
  }

  /** Replaces the line that says what is going on; for a person only. */
  status(text: string): void {
    const { columns } = this.#out;
    if (columns === undefined) return;
    // In one piece, so that it does not flicker. A full line would wrap, and could not be taken away again.
    const line = Array.from(withoutControls(text)).slice(0, columns - 1);
    this.#out.write(`${this.#hasStatus ? takenAway : ''}${line.join('')}`);
    this.#hasStatus = true;
  }

  clear(): void {
    if (this.#hasStatus) this.#out.write(takenAway);
    this.#hasStatus = false;
  }
}

/** Reports why a run has not succeeded, with the error that caused it. */
export function sayEnding(voice: Voice, { outcome, error }: RunResult): void {
  if (outcome === 'deferred') voice.say('the run ended with calls that others have to answer; --json shows them');
  if (!error) return;
  const { cause } = error.data;
  voice.say(cause ? `${error.message}\n${cause.message}` : error.message);
}
