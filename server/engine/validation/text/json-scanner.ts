const MAX_DEPTH = 200; // a value inside more objects and lists than that is refused
const SPACE = new Set([' ', '\t', '\n', '\r']);
const DIGIT = /[0-9]/;
const HEX = /[0-9a-fA-F]/;
const WORDS: Readonly<Record<string, string>> = { t: 'true', f: 'false', n: 'null', N: 'NaN', I: 'Infinity' };
const STOPS_STRING = /[^ !#-[\]-\uffff]/g; // a quote, a backslash, a control character

/** Where the scanner stands. */
export type Scan = { readonly text: string; at: number; depth: number; strange: number | undefined };

/** Thrown at the first problem. */
export class Found extends Error {
  readonly at: number;

  constructor(at: number, problem: string) {
    super(problem);
    this.at = at;
  }
}

/**
 * Reads one JSON value and nothing after it.
 *
 * Errors: {@link Found}. Source: the jiter crate, `JsonErrorType`.
 */
export function scanDocument(scan: Scan): void {
  skipSpace(scan);
  scanValue(scan);
  skipSpace(scan);
  if (scan.at < scan.text.length) stop(scan, 'trailing characters');
}

function stop(scan: Scan, problem: string, at = scan.at): never {
  throw new Found(at, problem);
}

function skipSpace(scan: Scan): void {
  while (SPACE.has(scan.text[scan.at] ?? '')) scan.at++;
}

function scanValue(scan: Scan): void {
  const char = scan.text[scan.at];
  if (char === undefined) stop(scan, 'EOF while parsing a value');
  if (scan.depth > MAX_DEPTH) stop(scan, 'recursion limit exceeded');
  if (char === '{') nested(scan, scanObject);
  else if (char === '[') nested(scan, scanArray);
  else if (char === '"') scanString(scan);
  else if (char === '-' || DIGIT.test(char)) scanNumber(scan);
  else if (Object.hasOwn(WORDS, char)) scanWord(scan, WORDS[char] ?? '');
  else stop(scan, 'expected value');
}

function nested(scan: Scan, inside: (scan: Scan) => void): void {
  scan.at++;
  skipSpace(scan);
  scan.depth++;
  inside(scan);
  scan.depth--;
}

function scanObject(scan: Scan): void {
  const { text } = scan;
  if (text[scan.at] === undefined) stop(scan, 'EOF while parsing an object');
  if (text[scan.at] === '}') {
    scan.at++;
    return;
  }
  for (;;) {
    if (text[scan.at] !== '"') stop(scan, 'key must be a string');
    scanString(scan);
    skipSpace(scan);
    if (text[scan.at] === undefined) stop(scan, 'EOF while parsing an object');
    if (text[scan.at] !== ':') stop(scan, 'expected `:`');
    scan.at++;
    skipSpace(scan);
    scanValue(scan);
    if (atEnd(scan, '}', 'an object')) return;
  }
}

function scanArray(scan: Scan): void {
  if (scan.text[scan.at] === undefined) stop(scan, 'EOF while parsing a list');
  if (scan.text[scan.at] === ']') {
    scan.at++;
    return;
  }
  for (;;) {
    scanValue(scan);
    if (atEnd(scan, ']', 'a list')) return;
  }
}

/** After an element: the closing bracket ends the structure, a comma must be followed by another element. */
function atEnd(scan: Scan, close: string, what: string): boolean {
  skipSpace(scan);
  const char = scan.text[scan.at];
  if (char === undefined) stop(scan, `EOF while parsing ${what}`);
  if (char !== ',' && char !== close) stop(scan, `expected \`,\` or \`${close}\``);
  scan.at++;
  if (char === close) return true;
  skipSpace(scan);
  if (scan.text[scan.at] === undefined) stop(scan, 'EOF while parsing a value');
  if (scan.text[scan.at] === close) stop(scan, 'trailing comma');
  return false;
}

function scanWord(scan: Scan, word: string): void {
  const start = scan.at;
  for (const char of word) {
    if (scan.text[scan.at] === undefined) stop(scan, 'EOF while parsing a value');
    if (scan.text[scan.at] !== char) stop(scan, 'expected ident');
    scan.at++;
  }
  if (word === 'NaN' || word === 'Infinity') scan.strange ??= start;
}

function scanNumber(scan: Scan): void {
  const { text } = scan;
  const start = scan.at;
  if (text[scan.at] === '-') scan.at++;
  if (text[scan.at] === 'I') {
    scanWord(scan, WORDS.I ?? '');
    scan.strange = Math.min(scan.strange ?? start, start);
    return;
  }
  if (text[scan.at] === '0') {
    scan.at++;
    if (DIGIT.test(text[scan.at] ?? '')) stop(scan, 'invalid number');
  } else scanDigits(scan);
  if (text[scan.at] === '.') {
    scan.at++;
    scanDigits(scan);
  }
  if (text[scan.at] === 'e' || text[scan.at] === 'E') {
    scan.at++;
    if (text[scan.at] === '+' || text[scan.at] === '-') scan.at++;
    scanDigits(scan);
  }
}

function scanDigits(scan: Scan): void {
  if (scan.text[scan.at] === undefined) stop(scan, 'EOF while parsing a value');
  if (!DIGIT.test(scan.text[scan.at] ?? '')) stop(scan, 'invalid number');
  while (DIGIT.test(scan.text[scan.at] ?? '')) scan.at++;
}

function scanString(scan: Scan): void {
  const { text } = scan;
  for (scan.at++; ; ) {
    STOPS_STRING.lastIndex = scan.at;
    scan.at = STOPS_STRING.exec(text)?.index ?? text.length;
    const char = text[scan.at];
    if (char === undefined) stop(scan, 'EOF while parsing a string');
    if (char === '"') {
      scan.at++;
      return;
    }
    if (char !== '\\') stop(scan, 'control character (\\u0000-\\u001F) found while parsing a string');
    scan.at++;
    scanEscape(scan);
  }
}

function scanEscape(scan: Scan): void {
  const char = scan.text[scan.at];
  if (char === undefined) stop(scan, 'EOF while parsing a string', scan.text.length);
  if (char !== 'u') {
    if (!'"\\/bfnrt'.includes(char)) stop(scan, 'invalid escape');
    scan.at++;
    return;
  }
  scan.at++;
  const unit = scanHex(scan);
  if (unit >= 0xdc00 && unit <= 0xdfff) stop(scan, 'lone leading surrogate in hex escape', scan.at - 1);
  if (unit < 0xd800 || unit > 0xdbff) return;
  for (const expected of ['\\', 'u']) {
    if (scan.text[scan.at] === undefined) stop(scan, 'EOF while parsing a string');
    if (scan.text[scan.at] !== expected) stop(scan, 'unexpected end of hex escape');
    scan.at++;
  }
  const low = scanHex(scan);
  if (low < 0xdc00 || low > 0xdfff) stop(scan, 'lone leading surrogate in hex escape', scan.at - 1);
}

function scanHex(scan: Scan): number {
  const start = scan.at;
  while (scan.at < start + 4) {
    const char = scan.text[scan.at];
    if (char === undefined) stop(scan, 'EOF while parsing a string');
    if (!HEX.test(char)) stop(scan, 'invalid escape');
    scan.at++;
  }
  return Number.parseInt(scan.text.slice(start, scan.at), 16);
}
