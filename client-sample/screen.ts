import { stripVTControlCharacters } from 'node:util';

const styles = { bold: 1, dim: 2, red: 31, yellow: 33, cyan: 36 };

/** A stream to write on, and what may be written there. */
export interface Screen {
  /** Whether a person looks at it, and lines can be rewritten. */
  readonly isTerminal: boolean;
  readonly columns: number;
  write(text: string): void;
  /** Gives a text without control characters, in a colour where colours are wanted. */
  paint(style: keyof typeof styles, text: string): string;
  /** Makes a text of several lines fit to be shown; a file or a pipe gets it unchanged. */
  show(text: string): string;
}

/** What is needed of `process.stdout` and `process.stderr`. */
export interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** The screen of a stream: plain where it is not a terminal, without colours where NO_COLOR is set. */
export function screenOf(output: Output, env: NodeJS.ProcessEnv = process.env): Screen {
  const isTerminal = output.isTTY === true;
  const shown = (text: string) => (isTerminal ? withoutControls(text) : text);
  const hasColours = isTerminal && !env.NO_COLOR && env.TERM !== 'dumb';
  return {
    isTerminal,
    get columns() {
      // A terminal that does not know its width says 0.
      return output.columns || 100;
    },
    write: (text) => void output.write(text),
    paint: (style, text) => (hasColours ? `\u001b[${styles[style]}m${shown(text)}\u001b[0m` : shown(text)),
    show: shown,
  };
}

/**
 * A text without escape sequences and other control characters, line ends and tabs aside. A model, or a file it has
 * read, could otherwise rewrite the screen, set the clipboard or hide what stands there.
 */
export function withoutControls(text: string): string {
  return stripVTControlCharacters(text)
    .replace(/[^\P{Cc}\n\t]/gu, '')
    .replace(/[\u202a-\u202e\u2066-\u2069]/g, '');
}

/** A value as one line of at most `width` characters. */
export function oneLine(value: unknown, width: number): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
  // Cut before it is cleaned, since it may be megabytes long; what is removed makes room for more.
  const cleaned = withoutControls(text.slice(0, width * 8).replace(/\s+/g, ' ')).trim();
  const characters = Array.from(cleaned);
  return characters.length <= width ? cleaned : `${characters.slice(0, Math.max(width - 1, 0)).join('')}…`;
}
