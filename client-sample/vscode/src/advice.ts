import { DaemonGoneError, RunFailedError } from 'runwire';
import type { Entry } from './entries.ts';

type ErrorEntry = Extract<Entry, { kind: 'error' }>;

const byKind: Readonly<Record<string, { advice: string; command?: string }>> = {
  'auth.missing': { advice: 'Enter a key for this provider, or choose another model.', command: 'runwire.setKey' },
  'model.unknown': { advice: 'Choose a model of the list.', command: 'runwire.chooseModel' },
  'usage.limitExceeded': { advice: 'Send "go on" to continue from here.' },
  'conversation.busy': { advice: 'Another window works on this conversation; wait for it, or begin a new one.' },
  'store.unavailable': { advice: 'Look at the folder in the log; conversations cannot be kept until it is usable.' },
};

/** What is shown of an error: what happened, and what to do. */
export function errorEntry(error: unknown): ErrorEntry {
  if (error instanceof DaemonGoneError)
    return {
      kind: 'error',
      text: `The Runwire daemon has ended (${error.signal ?? `exit code ${error.code}`}).`,
      advice: 'It is started again with your next message; everything before is kept.',
    };
  const { message } = error as Error;
  const { status } = error instanceof RunFailedError ? (error.result.error?.data ?? {}) : {};
  if (status === 401 || status === 403)
    return {
      kind: 'error',
      text: message,
      advice: 'The provider refused the key: enter another one.',
      command: 'runwire.setKey',
    };
  return { kind: 'error', text: message, advice: 'Try again, or look at the log.', ...byKind[kindOf(error)] };
}

function kindOf(error: unknown): string {
  if (error instanceof RunFailedError) return error.kind;
  const { data } = (error ?? {}) as { data?: { kind?: unknown } };
  return String(data?.kind ?? '');
}
