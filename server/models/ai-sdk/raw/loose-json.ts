/** JSON of which nothing is known. */
export type Loose = Readonly<Record<string, unknown>>;

/** The object, or an empty one for anything else. */
export const asObject = (value: unknown): Loose =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Loose) : {};

/** The list of objects, or an empty one for anything else. */
export const asObjects = (value: unknown): readonly Loose[] => (Array.isArray(value) ? value.map(asObject) : []);

/** The whole numbers among the values. */
export function integers(counts: unknown): Record<string, number> {
  return Object.fromEntries(
    Object.entries(asObject(counts)).filter((entry): entry is [string, number] => Number.isInteger(entry[1])),
  );
}

/** The text, unless it is empty or something else. */
export const wordOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;
