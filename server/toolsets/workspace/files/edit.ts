import { ToolFailure } from '../tool-failure.ts';

/** What a call of `edit_file` or `write_file` does to a text. */
export interface PlannedEdit {
  readonly path: string;
  /** The whole text as it is; null for a new file. */
  readonly before: string | null;
  readonly after: string;
}

/**
 * Replaces the one place where a text occurs. A text with the line ends of Unix is also found in a file with those of
 * Windows, which it keeps.
 *
 * Errors: `ToolFailure` when it does not occur exactly once.
 */
export function replacedOnce(text: string, { path, from, to }: { path: string; from: string; to: string }): string {
  if (from === '') throw new ToolFailure('`old_text` is empty; use write_file for a new file.');
  if (from === to) throw new ToolFailure('`old_text` and `new_text` are the same.');
  const isWindows = !text.includes(from) && text.includes('\r\n') && !from.includes('\r');
  const [old, replacement] = isWindows ? [from.replaceAll('\n', '\r\n'), to.replaceAll('\n', '\r\n')] : [from, to];
  const at = text.indexOf(old);
  if (at < 0) throw new ToolFailure(`\`old_text\` does not occur in '${path}'; read the file and copy it exactly.`);
  const count = text.split(old).length - 1;
  if (count > 1 || text.indexOf(old, at + 1) >= 0)
    throw new ToolFailure(
      `\`old_text\` occurs ${Math.max(count, 2)} times in '${path}'; add lines around it until it occurs once.`,
    );
  return text.slice(0, at) + replacement + text.slice(at + old.length);
}
