const STEPS_PER_PART = 10;

/** Which parts of one value the schemas about it have spoken about: what `unevaluated…` leaves alone. */
export class Evaluated {
  readonly properties = new Set<string>();
  readonly items = new Set<number>();
  /** Items before this one were spoken about. */
  firstItems = 0;

  has(key: string | number): boolean {
    if (typeof key === 'string') return this.properties.has(key);
    return key < this.firstItems || this.items.has(key);
  }

  add(key: string | number): void {
    if (typeof key === 'string') this.properties.add(key);
    else this.items.add(key);
  }

  /** Takes in what another schema about the same value has spoken about. */
  merge(other: Evaluated): void {
    for (const name of other.properties) this.properties.add(name);
    for (const index of other.items) this.items.add(index);
    this.firstItems = Math.max(this.firstItems, other.firstItems);
  }

  /** The steps it takes to merge it into another. */
  get cost(): number {
    return (this.properties.size + this.items.size) * STEPS_PER_PART;
  }
}
