// Decimal numbers as text: prices have more digits than a double keeps.

/** A decimal without an exponent, which JavaScript writes for very small and very large numbers. */
export function plainDecimal(decimal: string): string {
  if (!/e/i.test(decimal)) return decimal;
  const fixed = Number(decimal).toFixed(20);
  return fixed.includes('.') ? fixed.replace(/\.?0+$/, '') : fixed;
}

/** The exact sum. */
export function addDecimals(a: string, b: string): string {
  const places = Math.max(fractionOf(a).length, fractionOf(b).length);
  const total = scaled(a, places) + scaled(b, places);
  if (places === 0) return String(total);
  const digits = (total < 0n ? -total : total).toString().padStart(places + 1, '0');
  return `${total < 0n ? '-' : ''}${digits.slice(0, -places)}.${digits.slice(-places)}`;
}

/** Returns whether the first is greater. */
export function isGreater(a: string, b: string): boolean {
  const places = Math.max(fractionOf(a).length, fractionOf(b).length);
  return scaled(a, places) > scaled(b, places);
}

const fractionOf = (decimal: string) => plainDecimal(decimal).split('.')[1] ?? '';
const scaled = (decimal: string, places: number) =>
  BigInt(`${plainDecimal(decimal).split('.')[0]}${fractionOf(decimal).padEnd(places, '0')}`);
