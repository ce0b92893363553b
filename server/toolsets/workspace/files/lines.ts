/** Lines that `read_file` returns when it is given no limit. */
export const defaultLines = 2000;
/** Characters of one result, so that one long line does not fill the context of a model. */
const maxCharacters = 256 * 1024;

/** The lines of a text from one on, with a note when that is not all of them. Lines count from 0. */
export function linesOf(
  text: string,
  { offset = 0, limit = defaultLines }: { offset?: number; limit?: number },
): string {
  const lines = text.split('\n');
  // The end of the last line begins no further one.
  if (lines.at(-1) === '' && lines.length > 1) lines.pop();
  const part = lines.slice(offset, offset + limit);
  const isWhole = part.length === lines.length;
  const shown = isWhole ? text : part.map((line) => `${line}\n`).join('');
  const cut = shown.length > maxCharacters ? `${shown.slice(0, maxCharacters)}\n` : shown;
  const notes = [
    ...(isWhole ? [] : [`lines ${offset} to ${Math.max(offset, offset + part.length - 1)} of ${lines.length}`]),
    ...(cut.length < shown.length ? [`cut after ${maxCharacters} characters`] : []),
  ];
  return notes.length > 0 ? `${cut}[${notes.join(', ')}]` : cut;
}
