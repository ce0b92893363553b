/** JSON of unknown shape. */
export type Loose = Readonly<Record<string, unknown>>;

/** Returns the value if it is an object, else an empty one. */
export const asObject = (value: unknown): Loose =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Loose) : {};

/** Returns the objects of a list; empty for anything else. */
export const asObjects = (value: unknown): readonly Loose[] => (Array.isArray(value) ? value.map(asObject) : []);

/** Returns the integers among the values. */
export function integers(counts: unknown): Record<string, number> {
  return Object.fromEntries(
    Object.entries(asObject(counts)).filter((entry): entry is [string, number] => Number.isInteger(entry[1])),
  );
}

/** Returns the value if it is a non-empty string. */
export const wordOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;
