/** A field that came out otherwise than expected; `(absent)` stands for none. */
export interface Difference {
  /** Where it is, the kinds of what it is in beside their indexes: `all_messages[1:response].parts[0:text].content`. */
  readonly path: string;
  readonly expected: unknown;
  readonly actual: unknown;
}

type Json = Record<string, unknown>;

/** Differences between JSON values, as `toEqual` sees them: a field that is undefined is absent. */
export function differencesBetween(expected: unknown, actual: unknown, path: string): Difference[] {
  if (Array.isArray(expected) && Array.isArray(actual)) return betweenLists(expected, actual, path);
  if (isObject(expected) && isObject(actual)) return betweenObjects(expected, actual, path);
  return Object.is(expected, actual) ? [] : [{ path, expected: orAbsent(expected), actual: orAbsent(actual) }];
}

function betweenObjects(expected: Json, actual: Json, path: string): Difference[] {
  const keys = new Set([...Object.keys(expected), ...Object.keys(actual)]);
  return [...keys].flatMap((key) => differencesBetween(expected[key], actual[key], path ? `${path}.${key}` : key));
}

/** Items are compared as far as both lists go; that one is longer is a difference of its own, with what it has more. */
function betweenLists(expected: unknown[], actual: unknown[], path: string): Difference[] {
  const common = Math.min(expected.length, actual.length);
  const items = expected
    .slice(0, common)
    .flatMap((item, index) => differencesBetween(item, actual[index], `${path}[${index}${kindOf(item)}]`));
  if (expected.length === actual.length) return items;
  return [...items, { path: `${path}.length`, expected: restOf(expected, common), actual: restOf(actual, common) }];
}

const restOf = (list: unknown[], from: number) =>
  list.length > from ? { length: list.length, rest: list.slice(from) } : { length: list.length };

const isObject = (value: unknown): value is Json =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

const orAbsent = (value: unknown) => (value === undefined ? '(absent)' : value);

function kindOf(item: unknown): string {
  if (!isObject(item)) return '';
  const kind = item.part_kind ?? item.event_kind ?? item.kind;
  return typeof kind === 'string' ? `:${kind}` : '';
}
