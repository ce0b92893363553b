import type { ErrorDetails as WireErrorDetails } from '../../../protocol/messages/messages.ts';

/**
 * One validation error in Pydantic's shape: its kind (`int_parsing`), where it is (property names, list indexes and
 * names of union branches), what a reader should correct, and the value as it was given, which for `missing` is the
 * surrounding object.
 * Source: `pydantic_core.ErrorDetails` (Pydantic 2.14) without `ctx` and `url`.
 */
export type ErrorDetails = Required<WireErrorDetails>;

/** A value as Python's `repr` shows it, the way Pydantic quotes values in messages. */
export function pythonRepr(value: unknown): string {
  if (value === null || value === undefined) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'string') return stringRepr(value);
  if (Array.isArray(value)) return `[${value.map(pythonRepr).join(', ')}]`;
  if (typeof value === 'object') {
    return `{${Object.entries(value)
      .map(([key, item]) => `${stringRepr(key)}: ${pythonRepr(item)}`)
      .join(', ')}}`;
  }
  return numberText(value);
}

/** A value as Python's `str` shows it: strings stay bare. */
export function pythonStr(value: unknown): string {
  return typeof value === 'string' ? value : pythonRepr(value);
}

/** A number as Pydantic writes it in messages: no exponent for whole numbers. */
export function numberText(value: unknown): string {
  return typeof value === 'number' && Number.isInteger(value) ? BigInt(value).toString() : String(value);
}

/** `'a', 'b' or 'c'`: the list of allowed values in a literal or enum error. */
export function alternatives(values: readonly unknown[]): string {
  const shown = values.map(pythonRepr);
  const last = shown.pop() ?? '';
  return shown.length === 0 ? last : `${shown.join(', ')} or ${last}`;
}

/** `1 item`, `2 items`. */
export function plural(count: number, noun: string): string {
  return `${numberText(count)} ${noun}${count === 1 ? '' : 's'}`;
}

const escapes: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\\': '\\\\' };

function stringRepr(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  let out = '';
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0;
    if (char === quote) out += `\\${char}`;
    else if (escapes[char] !== undefined) out += escapes[char];
    else if (code < 32 || (code >= 127 && code < 160)) out += `\\x${code.toString(16).padStart(2, '0')}`;
    else out += char;
  }
  return quote + out + quote;
}
