import { inputLimits, parsedJson, readJsonFile } from './input.ts';
import { UsageError } from './options.ts';
import { type Input, readStdin } from './prompt.ts';

interface Document {
  readonly messages?: unknown;
  readonly newMessages?: unknown;
  readonly newMessageIndex?: unknown;
}

/**
 * Earlier messages out of files or stdin (`-`), in order: lists of messages, or documents that hold them as `messages` or
 * `newMessages`. What a message must be beside its kind is left to the run.
 *
 * Errors: `UsageError`.
 */
export async function readHistory(
  paths: readonly string[],
  input: Input,
  warn: (text: string) => void,
): Promise<unknown[]> {
  const messages: unknown[] = [];
  for (const path of paths) {
    const name = path === '-' ? '--history -' : `--history '${path}'`;
    const allowance = { name, limit: inputLimits.history };
    const document =
      path === '-' ? parsedJson(await readStdin(input, allowance, warn), name) : await readJsonFile(path, allowance);
    const { list, before } = messagesIn(document);
    if (!list) throw new UsageError(`${name} holds no messages: neither a list nor 'messages' or 'newMessages'`);
    if (before > messages.length) {
      const gap = before - messages.length;
      warn(`${name} has the new messages of its run only; the ${gap} before them are not in the history`);
    }
    for (const [index, message] of list.entries()) checkKind(message, `${name}, message ${index}`);
    for (const one of list) messages.push(one);
  }
  return messages;
}

/** Other programs keep messages in other shapes, which would be taken for empty ones. */
function checkKind(message: unknown, name: string): void {
  const isObject = message !== null && typeof message === 'object';
  if (isObject && 'kind' in message && typeof message.kind === 'string') return;
  const role = isObject && 'role' in message ? "a 'role', as messages of OpenAI and others have, but " : '';
  throw new UsageError(
    `${name} has ${role}no 'kind'; give messages as --json and Pydantic AI write them: {"kind": "request", "parts": [...]}`,
  );
}

/** `before` counts the messages that stood before those of the document when they were new. */
function messagesIn(value: unknown): { list?: unknown[]; before: number } {
  if (Array.isArray(value)) return { list: value, before: 0 };
  if (value === null || typeof value !== 'object') return { before: 0 };
  const { messages, newMessages, newMessageIndex }: Document = value;
  if (Array.isArray(messages)) return { list: messages, before: 0 };
  if (!Array.isArray(newMessages)) return { before: 0 };
  return { list: newMessages, before: typeof newMessageIndex === 'number' ? newMessageIndex : 0 };
}
