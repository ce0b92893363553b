import { Found, type Scan, scanDocument } from './json-scanner.ts';

/**
 * What is wrong with a JSON text, with line and column, in the words of pydantic-core's parser; undefined when that
 * parser would take it. Columns count UTF-8 bytes.
 * Source: the jiter crate, `JsonErrorType` and `LinePosition`.
 */
export function jsonProblem(text: string): string | undefined {
  const scan: Scan = { text, at: 0, depth: 0, strange: undefined };
  try {
    scanDocument(scan);
  } catch (error) {
    if (error instanceof Found) return `${error.message} at ${position(text, error.at)}`;
    throw error;
  }
  // The parser takes NaN and Infinity; JSON has no such values and no host could receive them.
  return scan.strange === undefined ? undefined : `expected value at ${position(text, scan.strange)}`;
}

function position(text: string, at: number): string {
  const before = text.slice(0, at);
  let line = 1;
  for (let end = before.indexOf('\n'); end >= 0; end = before.indexOf('\n', end + 1)) line++;
  if (text[at] === '\n') return `line ${line + 1} column 0`;
  const column = Buffer.byteLength(before.slice(before.lastIndexOf('\n') + 1));
  return `line ${line} column ${at < text.length ? column + 1 : column}`;
}
