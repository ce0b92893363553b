/**
 * Returns JSON without halves of surrogate pairs, which providers refuse as invalid Unicode. A model that is cut in the
 * middle of an emoji leaves one in a history. What has none is shared.
 */
export function wellFormed<T>(value: T): T {
  if (typeof value === 'string') return fixed(value) as T;
  if (Array.isArray(value)) {
    const items = value.map(wellFormed);
    return (items.some((item, index) => item !== value[index]) ? items : value) as T;
  }
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value);
  const changed = entries.map(([key, item]) => [fixed(key), wellFormed(item)] as const);
  const isSame = changed.every(([key, item], index) => key === entries[index]?.[0] && item === entries[index]?.[1]);
  return isSame ? value : (Object.fromEntries(changed) as T);
}

const half = /[\uD800-\uDFFF]/u;

const fixed = (text: string) => (half.test(text) ? text.replace(/[\uD800-\uDFFF]/gu, '\uFFFD') : text);
