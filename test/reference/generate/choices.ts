import type { Random } from '../../support/random.ts';

export const chance = (random: Random, probability: number): boolean => random.next() < probability;

/** Returns what one of the makers makes, chosen by weight. */
export function weighted<T>(random: Random, choices: readonly (readonly [weight: number, make: () => T])[]): T {
  const sum = choices.reduce((total, [weight]) => total + weight, 0);
  let left = random.next() * sum;
  for (const [weight, make] of choices) {
    left -= weight;
    if (left < 0) return make();
  }
  throw new Error('no choice was given');
}

/** Returns the fields with this probability, else none. */
export const optional = <T extends object>(random: Random, probability: number, make: () => T): T | object =>
  chance(random, probability) ? make() : {};

export const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));

/** Returns some of the items in their order, each with this probability. */
export const someOf = <T>(random: Random, probability: number, items: readonly T[]): T[] =>
  items.filter(() => chance(random, probability));

/** Returns the items in a random order. */
export function shuffled<T>(random: Random, items: readonly T[]): T[] {
  const left = [...items];
  return items.map(() => left.splice(random.upTo(left.length - 1), 1)[0] as T);
}
