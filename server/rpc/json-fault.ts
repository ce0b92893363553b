/** Length of a text in which a fault is searched: so short that it takes no noticeable time. */
const lookedAt = 256 * 1024;

/** The tokens that may come next in a JSON text. */
type Expected =
  | 'a value'
  | 'a value or `]`'
  | 'a name'
  | 'a name or `}`'
  | '`:`'
  | '`,` or `}`'
  | '`,` or `]`'
  | 'the end';

const number = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
/** Words of other languages: to name them gives nothing away. */
const wordsOfOthers: Readonly<Record<string, string>> = {
  ...Object.fromEntries(['NaN', 'Infinity', '-Infinity', 'nan', 'inf', '-inf'].map((word) => [word, 'number'])),
  ...Object.fromEntries(['None', 'True', 'False', 'undefined', 'nil'].map((word) => [word, 'value'])),
};

/**
 * Returns what is wrong with a text that is not valid JSON, and where, counted in UTF-16 units from 0. Nothing of the text is
 * quoted, as it may be secret. Undefined when the fault is too far in the text to look for.
 */
export function jsonFault(whole: string): string | undefined {
  const text = whole.slice(0, lookedAt);
  const isCut = text.length < whole.length;
  const open: string[] = [];
  let expected: Expected = 'a value';
  for (let at = afterBlanks(text, 0); at < text.length; at = afterBlanks(text, at)) {
    const end = endOfToken(text, at);
    if (isCut && end >= text.length) return undefined;
    const fault = expected === 'the end' ? `more follows its end at position ${at}` : tokenFault(text, at, end);
    if (fault) return fault;
    const next = following(expected, text.slice(at, end), open);
    if (!next) return `${expected} is missing at position ${at}`;
    expected = next;
    at = end;
  }
  if (isCut || expected === 'the end') return undefined;
  return text.trim() === '' ? 'it is empty' : `it breaks off at position ${text.length}`;
}

function afterBlanks(text: string, from: number): number {
  let at = from;
  while (at < text.length && ' \t\n\r'.includes(text[at] ?? '')) at += 1;
  return at;
}

/** A string extends to its closing quote or a control character, a word to a character that cannot be in one. */
function endOfToken(text: string, from: number): number {
  let at = from + 1;
  if ('{}[]:,'.includes(text[from] ?? '')) return at;
  if (text[from] !== '"') {
    while (at < text.length && !' \t\n\r"{}[]:,'.includes(text[at] ?? '')) at += 1;
    return at;
  }
  for (; at < text.length && text[at] !== '"' && text.charCodeAt(at) >= 32; at += 1) if (text[at] === '\\') at += 1;
  return Math.min(text[at] === '"' ? at + 1 : at, text.length);
}

/** Returns what is wrong with one token by itself. */
function tokenFault(text: string, at: number, end: number): string | undefined {
  const token = text.slice(at, end);
  const [first = ''] = token;
  if (first === '"') return stringFault(text, at, end);
  if ('{}[]:,'.includes(first) || ['true', 'false', 'null'].includes(token) || number.test(token)) return undefined;
  const kind = Object.hasOwn(wordsOfOthers, token) ? wordsOfOthers[token] : undefined;
  if (kind) return `${token} at position ${at} is not a JSON ${kind}`;
  if (first === '\ufeff') return `a byte order mark is at position ${at}`;
  return /^[-+.]?\d/.test(token)
    ? `the number at position ${at} is malformed`
    : `the text at position ${at} is not in quotes`;
}

function stringFault(text: string, at: number, end: number): string | undefined {
  const token = text.slice(at, end);
  const wrong = /\\(?!["\\/bfnrt]|u[0-9a-fA-F]{4})/.exec(token.replaceAll('\\\\', '__'));
  if (wrong && at + wrong.index + 1 < text.length)
    return `the escape at position ${at + wrong.index} is not one of JSON`;
  const isClosed = token.replace(/\\./gs, '__').indexOf('"', 1) > 0;
  if (isClosed) return undefined;
  if (end === text.length) return `it breaks off inside a string, at position ${end}`;
  const what = text[end] === '\n' || text[end] === '\r' ? 'line break' : 'control character';
  return `the ${what} at position ${end} is inside a string and must be escaped`;
}

/** Returns what may follow a token, or undefined when the token is not allowed there. */
function following(expected: Expected, token: string, open: string[]): Expected | undefined {
  const [first = ''] = token;
  const takesValue = expected === 'a value' || expected === 'a value or `]`';
  const takesName = expected === 'a name' || expected === 'a name or `}`';
  if (takesName && first === '"') return '`:`';
  if (expected === '`:`') return first === ':' ? 'a value' : undefined;
  if (takesValue && (first === '{' || first === '[')) {
    open.push(first);
    return first === '{' ? 'a name or `}`' : 'a value or `]`';
  }
  if (first === ',') {
    if (expected === '`,` or `}`') return 'a name';
    return expected === '`,` or `]`' ? 'a value' : undefined;
  }
  const closes = (first === '}' || first === ']') && expected.endsWith(`\`${first}\``);
  if (closes) open.pop();
  else if (!takesValue || ':,}]'.includes(first)) return undefined;
  return afterValue(open);
}

function afterValue(open: readonly string[]): Expected {
  const last = open.at(-1);
  if (last === undefined) return 'the end';
  return last === '{' ? '`,` or `}`' : '`,` or `]`';
}
