import type { ToolCallContent } from '@agentclientprotocol/sdk';
import type { PlannedEdit } from '../../../toolsets/workspace/files/edit.ts';
import { lineBytes } from './shortened.ts';

/** A change of a file, as editors show it. */
export type DiffContent = Extract<ToolCallContent, { type: 'diff' }>;

/** Bytes of a diff: its call, with arguments, has to fit the same line. */
const maxDiffBytes = 36 * 1024;
/** Lines that are shown around a change, when the whole texts are too long. */
const contextLines = 3;

/**
 * The diff of an edit: with the whole texts when they fit a line, else with the changed lines and some around them. Null when
 * not even those fit.
 */
export function diffOf({ path, before, after }: PlannedEdit): DiffContent | null {
  const whole = diff(path, before, after);
  if (lineBytes(whole) <= maxDiffBytes) return whole;
  if (before === null) return null;
  const changed = diff(path, ...changedPart(before.split('\n'), after.split('\n')));
  return lineBytes(changed) <= maxDiffBytes ? changed : null;
}

const diff = (path: string, oldText: string | null, newText: string): DiffContent => ({
  type: 'diff',
  path,
  ...(oldText === null ? {} : { oldText }),
  newText,
});

/** Both texts without the lines that they begin and end with alike. */
function changedPart(before: readonly string[], after: readonly string[]): [string, string] {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start += 1;
  let end = 0;
  const most = Math.min(before.length, after.length) - start;
  while (end < most && before[before.length - 1 - end] === after[after.length - 1 - end]) end += 1;
  const from = Math.max(0, start - contextLines);
  const until = Math.max(0, end - contextLines);
  return [before.slice(from, before.length - until).join('\n'), after.slice(from, after.length - until).join('\n')];
}

/** Reads a diff that a run recorded. */
export function isDiff(value: unknown): value is DiffContent {
  const { type, path, newText } = (value ?? {}) as Record<string, unknown>;
  return type === 'diff' && typeof path === 'string' && typeof newText === 'string';
}
