import { inputLimits, readJsonFile } from './input.ts';
import { UsageError } from './options.ts';

interface Document {
  readonly messages?: unknown;
  readonly newMessages?: unknown;
  readonly newMessageIndex?: unknown;
}

/**
 * Earlier messages out of files, in order: lists of messages, or documents that hold them as `messages` or
 * `newMessages`. What a message must be is left to the run.
 *
 * Errors: `UsageError`.
 * @since 0.1.0
 */
export async function readHistory(paths: readonly string[], warn: (text: string) => void): Promise<unknown[]> {
  const messages: unknown[] = [];
  for (const path of paths) {
    const name = `--history '${path}'`;
    const document = await readJsonFile(path, { name, limit: inputLimits.history });
    const { list, before } = messagesIn(document);
    if (!list) throw new UsageError(`${name} holds no messages: neither a list nor 'messages' or 'newMessages'`);
    if (before > messages.length) {
      const gap = before - messages.length;
      warn(`${name} has the new messages of its run only; the ${gap} before them are not in the history`);
    }
    messages.push(...list);
  }
  return messages;
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
