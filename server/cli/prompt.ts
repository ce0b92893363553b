import type { Readable } from 'node:stream';
import type { UserContent } from '../../protocol/messages/content.ts';
import { readAttachments } from './attachment.ts';
import { type Allowance, decodeText, inputLimits, readStream } from './input.ts';
import { UsageError } from './options.ts';
import type { RunOptions } from './run-options.ts';

/** Where text can be piped in. */
export interface Input {
  /** A terminal, something that is piped in, or nothing that would be read unless it is named. */
  readonly kind: 'terminal' | 'piped' | 'none';
  readonly stream: Readable;
}

/** How long nothing may arrive before a hint explains the wait. */
const hintAfterMs = 3000;

/**
 * Returns the prompt: the argument, the piped text after it, the attached files; undefined when there is only a history.
 *
 * Errors: `UsageError`.
 */
export async function readPrompt(
  { prompt, attach, history }: Pick<RunOptions, 'prompt' | 'attach' | 'history'>,
  input: Input,
  warn: (text: string) => void,
): Promise<string | UserContent[] | undefined> {
  const files = await readAttachments(attach);
  const argument = prompt === '-' ? undefined : prompt;
  // Stdin that holds the history is not a prompt.
  const piped = isRead(prompt, input) && !history.includes('-') ? await readPiped(input, warn) : '';
  const contents: UserContent[] = [...(argument === undefined ? [] : [argument]), ...(piped ? [piped] : []), ...files];
  if (contents.length === 0 && history.length > 0 && prompt === undefined) return undefined;
  if (contents.length === 0) throw new UsageError('there is no prompt: give one as PROMPT, or pipe it in');
  const [only] = contents;
  return contents.length === 1 && typeof only === 'string' ? only : contents;
}

/** A device like /dev/null is read only when there is no other prompt; a terminal only for `-`. */
function isRead(prompt: string | undefined, { kind }: Input): boolean {
  return prompt === '-' || kind === 'piped' || (kind === 'none' && prompt === undefined);
}

async function readPiped(input: Input, warn: (text: string) => void): Promise<string> {
  const text = decodeText(await readStdin(input, { name: 'stdin', limit: inputLimits.stdin }, warn));
  if (text === null) throw new UsageError('stdin is not text in UTF-8; give other files with --attach');
  // A program that prints a line ends it; a prompt has no such end.
  return text.replace(/[\r\n]+$/, '');
}

/**
 * Reads stdin to its end; after a while without input from a pipe a warning says what the command waits for.
 *
 * Errors: `UsageError`.
 */
export function readStdin(
  { kind, stream }: Input,
  allowance: Allowance,
  warn: (text: string) => void,
): Promise<Buffer> {
  const advice = 'waiting for the end of stdin; add </dev/null to run without it';
  const timer = kind === 'piped' ? setTimeout(() => warn(advice), hintAfterMs) : undefined;
  const chunks = async function* () {
    for await (const chunk of stream) {
      clearTimeout(timer);
      yield chunk;
    }
    clearTimeout(timer);
  };
  return readStream(chunks(), allowance);
}
