// A model, or a file it has read, could rewrite the screen, set the clipboard or hide what stands there.

/** Intros of sequences as ECMA-48 defines them, in two characters or in one. */
const csi = '(?:\\x1b\\[|\\x9b)';
const text = '(?:\\x1b[\\]PX^_]|[\\x9d\\x90\\x98\\x9e\\x9f])';
/** What stands in a sequence before its end; a text that does not end soon is no sequence. */
const csiBody = '[0-?]*[ -/]*';
const textBody = '[^\\x07\\x1b\\x9c]{0,1024}';

const sequences = new RegExp(
  `${csi}${csiBody}[@-~]|${text}${textBody}(?:\\x07|\\x1b\\\\|\\x9c)|\\x1b[ -/]*[0-Z\\\\^-~]`,
  'g',
);
/** A sequence as far as it has come, at the end of a text. */
const unfinished = new RegExp(`(?:${csi}${csiBody}|${text}${textBody}\\x1b?|\\x1b[ -/]*)$`);
const controls = /[^\P{Cc}\n\t]/gu;
const directions = '\\u202a-\\u202e\\u2066-\\u2069';
const directionOverrides = new RegExp(`[${directions}]`, 'g');
const unescapedByJson = new RegExp(`[\\x7f-\\x9f${directions}]`, 'g');

/**
 * A text without escape sequences, other control characters (line ends and tabs aside) and overrides of the direction
 * of writing.
 */
export function withoutControls(given: string): string {
  return given.replace(sequences, '').replace(controls, '').replace(directionOverrides, '');
}

/** JSON that reads back as the same value, with control characters that JSON leaves as they are escaped. */
export function jsonWithoutControls(json: string): string {
  return json.replace(unescapedByJson, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Cleans a text that comes in pieces; a sequence that is cut in two is held back until it is whole. */
export class PiecewiseText {
  #held = '';

  push(piece: string): string {
    const text = this.#held + piece;
    this.#held = unfinished.exec(text)?.[0] ?? '';
    return withoutControls(text.slice(0, text.length - this.#held.length));
  }

  /** What was held back and did not become a sequence. */
  end(): string {
    const text = withoutControls(this.#held);
    this.#held = '';
    return text;
  }
}
