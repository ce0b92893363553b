import type { CutText } from './view/run-data.ts';

/** Returns a pointer with one more token, as RFC 6901 writes it. */
export const pointerTo = (pointer: string, token: string | number): string =>
  `${pointer}/${String(token).replaceAll('~', '~0').replaceAll('/', '~1')}`;

/** Returns the tokens of a JSON pointer. */
export const tokensOf = (pointer: string): string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));

/** Returns the value at tokens; undefined when there is none. */
export function valueAt(value: unknown, tokens: readonly string[]): unknown {
  return tokens.reduce<unknown>((at, token) => {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, token)) return undefined;
    return (at as Record<string, unknown>)[token];
  }, value);
}

/**
 * Returns a value whose texts have at most so many characters, and adds those that were cut to a list. What has no long
 * text is the same object.
 */
export function withCutTexts<T>(value: T, at: string, { most, cuts }: { most: number; cuts: CutText[] }): T {
  return cut(value, at, { most, cuts }) as T;
}

function cut(value: unknown, at: string, to: { most: number; cuts: CutText[] }): unknown {
  if (typeof value === 'string') return value.length > to.most ? cutText(value, at, to) : value;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const items = value.map((item, index) => cut(item, pointerTo(at, index), to));
    return items.every((item, index) => item === value[index]) ? value : items;
  }
  const entries = Object.entries(value).map(([key, item]) => [key, cut(item, pointerTo(at, key), to)] as const);
  const isSame = entries.every(([key, item]) => item === (value as Record<string, unknown>)[key]);
  return isSame ? value : Object.fromEntries(entries);
}

function cutText(text: string, at: string, { most, cuts }: { most: number; cuts: CutText[] }): string {
  cuts.push({ at, length: text.length });
  const last = text.charCodeAt(most - 1);
  // No pair of surrogates is cut in two.
  return text.slice(0, last >= 0xd800 && last < 0xdc00 ? most - 1 : most);
}
