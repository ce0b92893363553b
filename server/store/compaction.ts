import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import { dirname, join } from 'node:path';
import type { ModelMessage } from '../../protocol/messages/messages.ts';
import { stringifyExact } from '../engine/json/exact-json.ts';
import { encodeLine } from './line.ts';
import type { RunRef } from './names.ts';
import type { RunStore } from './run-store.ts';
import type { StoredRun } from './stored-run.ts';

/**
 * Writes an ended run anew with its head, its messages and its end alone; its events are not there any more then. Returns how
 * many bytes that saved; 0 for a run that is as short as can be, or cannot be read to its end.
 *
 * Errors: those of the system.
 */
export async function compact(store: RunStore, ref: RunRef): Promise<number> {
  const run = await store.load(ref);
  if (!run?.result || run.isCompact || run.isDamaged) return 0;
  const text = await compactText(store, run);
  const path = store.pathOf(run.ref);
  const before = await fs.promises.stat(path);
  if (Buffer.byteLength(text) >= before.size) return 0;
  const draft = join(dirname(path), `.compact-${randomUUID()}`);
  try {
    const file = await fs.promises.open(draft, 'wx', 0o600);
    try {
      await file.writeFile(text);
      await file.utimes(before.atime, before.mtime);
      await file.sync();
    } finally {
      await file.close();
    }
    await fs.promises.rename(draft, path);
  } finally {
    await fs.promises.rm(draft, { force: true });
  }
  return before.size - Buffer.byteLength(text);
}

/** Two lines: the head, and the end with every message that the run did not begin with. */
async function compactText(store: RunStore, run: StoredRun): Promise<string> {
  const base = await store.historyOf(run.head.history);
  const { messages } = run.messagesAfter(base);
  const at = commonLength(base, messages);
  const result = run.result;
  const head = encodeLine({ n: 0, k: 'run', ...run.head, compact: true });
  return head + encodeLine({ n: 1, k: 'end', result, m: { at, list: messages.slice(at) } });
}

function commonLength(one: readonly ModelMessage[], other: readonly ModelMessage[]): number {
  let at = 0;
  while (at < one.length && at < other.length && isEqual(one[at], other[at])) at += 1;
  return at;
}

const isEqual = (a: unknown, b: unknown) => a === b || stringifyExact(a) === stringifyExact(b);
