/**
 * Characters that tell the atoms of a pattern apart: the ends of its ranges, their neighbours, and some of each kind.
 * @since 0.1.0
 */
export function sampleCharacters(pattern: string): string[] {
  const points = new Set<number>();
  const common = '09AZ_az`@[{/: \t\n\r-.,é中😀\u00a0\u2028';
  const escaped = pattern.matchAll(/\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|u\{([0-9a-f]+)\})/gi);
  const add = (point: number) => {
    for (const near of [point - 1, point, point + 1]) if (near >= 0 && near <= 0x10ffff) points.add(near);
  };
  for (const char of common + pattern) add(char.codePointAt(0) ?? 0);
  for (const match of escaped) add(Number.parseInt(match[1] ?? match[2] ?? match[3] ?? '0', 16));
  return [...points].map((point) => String.fromCodePoint(point));
}

/** Which of the characters an atom (a character, a class, an escape) matches, as bits. @since 0.1.0 */
export function characterMask(source: string, sample: readonly string[]): bigint {
  const test = atomTest(source);
  let mask = 0n;
  for (const [index, char] of sample.entries()) if (test(char)) mask |= 1n << BigInt(index);
  return mask;
}

function atomTest(source: string): (char: string) => boolean {
  for (const flags of ['u', '']) {
    try {
      const atom = new RegExp(`^(?:${source})$`, flags);
      return (char) => atom.test(char);
    } catch {
      // written for the other mode
    }
  }
  return () => true;
}
