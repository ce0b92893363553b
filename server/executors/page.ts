/** A page of a list; the cursor is a position. */
export function pageOf<T>(
  all: readonly T[],
  { cursor, limit }: { cursor?: string | null | undefined; limit?: number | null | undefined },
): { items: T[]; nextCursor: { nextCursor?: string } } {
  const from = cursor && /^\d{1,9}$/.test(cursor) ? Number(cursor) : 0;
  const items = all.slice(from, from + (limit ?? 100));
  const next = from + items.length;
  return { items, nextCursor: next < all.length ? { nextCursor: String(next) } : {} };
}
