import { isRequestId, type RequestId } from './envelope.ts';

/** The parts of a message that say whom it concerns, as far as they can be read. */
export interface MessageParts {
  readonly id?: RequestId;
  readonly method?: string;
  /** True when it has a result or an error. */
  readonly isAnswer: boolean;
}

/** Bytes of each end of a message that are read: so few that it takes no noticeable time. */
export const lookedAt = 64 * 1024;

/** The parts of a message that is valid JSON. */
export function partsOf(value: unknown): MessageParts {
  if (value === null || typeof value !== 'object') return { isAnswer: false };
  const { id, method } = value as Record<string, unknown>;
  return {
    ...(isRequestId(id) ? { id } : {}),
    ...(typeof method === 'string' ? { method } : {}),
    isAnswer: 'result' in value || 'error' in value,
  };
}

/** The visible parts of the top level of an object. */
type Token =
  /** A string, a number or a word; `isWhole` when its end is visible. */
  | { readonly kind: 'scalar'; readonly text: string; readonly isWhole: boolean }
  | { readonly kind: 'colon' | 'comma' | 'nested' };

const lexeme = /"[^"\\]*(?:\\.[^"\\]*)*"?|'[^'\\]*(?:\\.[^'\\]*)*'?|[{}[\]:,]|[^\s"'{}[\]:,]+/gs;

/**
 * Finds id and method of a message that is not valid JSON, or of which only the ends are at hand. Values that are nested
 * are passed over, whatever is wrong inside them. `end` is the end of the message after a gap.
 */
export function readableParts(start: Buffer, end?: Buffer): MessageParts {
  const first = partsIn(topLevelOf(textOf(start)));
  if (first.id !== undefined || !end) return first;
  const last = partsIn(topLevelAtEnd(textOf(end).trimEnd()));
  return { ...last, ...first, isAnswer: first.isAnswer || last.isAnswer };
}

/** The same for a message whose bytes are all at hand. */
export function readablePartsOf(bytes: Buffer): MessageParts {
  if (bytes.length <= lookedAt) return readableParts(bytes);
  return readableParts(bytes.subarray(0, lookedAt), bytes.subarray(Math.max(lookedAt, bytes.length - lookedAt)));
}

/** Text in UTF-16 shows as letters with zero bytes between them. */
const textOf = (bytes: Buffer) => bytes.toString('utf8').replaceAll('\0', '');

/** The tokens of the first object, without nested ones. */
function topLevelOf(text: string): Token[] {
  const tokens: Token[] = [];
  let depth = 0;
  const from = text.indexOf('{');
  if (from < 0) return tokens;
  lexeme.lastIndex = from;
  for (let found = lexeme.exec(text); found; found = lexeme.exec(text)) {
    const [lexed] = found;
    if (lexed === '{' || lexed === '[') {
      if (depth === 1) tokens.push({ kind: 'nested' });
      depth += 1;
    } else if (lexed === '}' || lexed === ']') {
      depth -= 1;
      if (depth === 0) break;
    } else if (depth === 1) tokens.push(tokenOf(lexed, lexeme.lastIndex < text.length));
  }
  return tokens;
}

/** The tokens of the object that ends where the text does, as far as the text goes back. */
function topLevelAtEnd(text: string): Token[] {
  const tokens: Token[] = [];
  if (!text.endsWith('}')) return tokens;
  let depth = 0;
  for (let at = text.length; at > 0; ) {
    const from = startOfLexeme(text, at);
    if (from < 0) break;
    const lexed = text.slice(from, at);
    at = from;
    if (lexed === '}' || lexed === ']') {
      if (depth === 1) tokens.push({ kind: 'nested' });
      depth += 1;
    } else if (lexed === '{' || lexed === '[') {
      depth -= 1;
      if (depth === 0) break;
    } else if (depth === 1 && lexed.trim() !== '') tokens.push(tokenOf(lexed, from > 0));
  }
  return tokens.reverse();
}

/** Where the lexeme that ends before `end` begins; -1 when that is not at hand. */
function startOfLexeme(text: string, end: number): number {
  const last = text[end - 1] ?? '';
  if (last === '"') {
    let from = end - 1;
    do from = from === 0 ? -1 : text.lastIndexOf('"', from - 1);
    while (from > 0 && isEscaped(text, from));
    return from;
  }
  if (isMark(last)) return end - 1;
  let from = end - 1;
  while (from > 0 && !isMark(text[from - 1] ?? '') && text[from - 1] !== '"') from -= 1;
  return from;
}

const isMark = (letter: string) => '{}[]:,'.includes(letter);

function isEscaped(text: string, at: number): boolean {
  let from = at;
  while (text[from - 1] === '\\') from -= 1;
  return (at - from) % 2 === 1;
}

function tokenOf(lexed: string, hasMore: boolean): Token {
  if (lexed === ':') return { kind: 'colon' };
  if (lexed === ',') return { kind: 'comma' };
  const text = lexed.trim();
  const [quote = ''] = text;
  const isQuoted = quote === '"' || quote === "'";
  return { kind: 'scalar', text, isWhole: isQuoted ? text.length > 1 && text.endsWith(quote) : hasMore };
}

/** Reads `key: scalar` in place; the first of a name counts, as anything may follow a fault. */
function partsIn(tokens: readonly Token[]): MessageParts {
  const found: { id?: RequestId; method?: string; isAnswer: boolean } = { isAnswer: false };
  for (const [at, token] of tokens.entries()) {
    if (token.kind !== 'colon') continue;
    const key = tokens[at - 1];
    const value = tokens[at + 1];
    const name = key?.kind === 'scalar' ? unquoted(key.text) : undefined;
    if (name === 'result' || name === 'error') found.isAnswer = true;
    if (value?.kind !== 'scalar') continue;
    if (name === 'id' && found.id === undefined) Object.assign(found, idIn(value));
    if (name === 'method' && found.method === undefined) Object.assign(found, methodIn(value));
  }
  return found;
}

function idIn({ text, isWhole }: Token & { kind: 'scalar' }): { id?: RequestId } {
  // Ours have ten digits: where the message breaks off, one with ten is whole.
  if (!isWhole && !/^\d{10}$/.test(text)) return {};
  const id = isQuoted(text) ? unquoted(text) : Number(text);
  // A character that could not be read cannot be echoed.
  return isRequestId(id) && !String(id).includes('\ufffd') ? { id } : {};
}

function methodIn({ text, isWhole }: Token & { kind: 'scalar' }): { method?: string } {
  const method = isWhole && isQuoted(text) ? unquoted(text) : undefined;
  return method === undefined ? {} : { method };
}

const isQuoted = (text: string) => text.startsWith('"') || text.startsWith("'");

function unquoted(text: string): string | undefined {
  if (!isQuoted(text)) return text;
  if (text.startsWith("'")) return text.slice(1, -1);
  try {
    return JSON.parse(text) as string;
  } catch {
    return undefined;
  }
}
