/**
 * The most values that are kept. They cover several renewals, since a response may quote the credentials of an earlier
 * attempt.
 */
const most = 16;

/** The values of recently used credentials. */
export class ShownNowhere {
  readonly #values = new Set<string>();

  add(values: readonly (string | null | undefined)[]): void {
    for (const value of values) {
      if (!value) continue;
      this.#values.delete(value);
      this.#values.add(value);
    }
    for (const oldest of this.#values) {
      if (this.#values.size > most) this.#values.delete(oldest);
    }
  }

  get values(): readonly string[] {
    return [...this.#values];
  }
}
