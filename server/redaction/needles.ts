import { decoded, escapeSigns, type NormalText, normalText } from './normal-text.ts';

/** A sequence of normalized characters that gives a secret away. */
export interface Needle {
  readonly codes: Uint16Array;
  /** Whether more of an encoded token may stand around it, which goes too. */
  readonly isEncoded: boolean;
}

/**
 * Returns what a secret looks like, escapes aside: itself, reversed, in hexadecimal, and in base64 from each of the three
 * positions that it may have in what was encoded, `user:key` for one.
 */
export function needlesOf(secret: string): Needle[] {
  const bare = secret.replace(/^(?:Bearer|Basic|Token)\s+/i, '').trim();
  const utf8 = Buffer.from(bare);
  const latin1 = Buffer.from(bare, 'latin1');
  // The bytes of UTF-8 taken for characters: what percent signs decode to, and what a wrong charset shows.
  const spellings = [bare, utf8.toString('latin1')];
  const plain = spellings.flatMap((text) => [text, text.replaceAll(' ', '+'), [...text].reverse().join('')]);
  const encoded = [utf8, latin1].flatMap((bytes) => [...base64Of(bytes), bytes.toString('hex')]);
  return [
    ...distinct(plain)
      .flatMap(readings)
      .map((codes) => ({ codes, isEncoded: false })),
    ...distinct(encoded).map((text) => ({ codes: codesOf(text), isEncoded: true })),
  ];
}

const distinct = (texts: readonly string[]) => [...new Set(texts)];

/** Base64 of the bytes after none, one or two others: the characters that no neighbour has a part in. */
function base64Of(bytes: Buffer): string[] {
  return [0, 1, 2].map((before) => {
    const all = Buffer.concat([Buffer.alloc(before), bytes]);
    const from = Math.ceil((before * 8) / 6);
    return all.toString('base64').slice(from, Math.floor((all.length * 8) / 6));
  });
}

/** A secret may hold what reads as an escape, `%41` or `\\b`, and is decoded with the escapes around it. */
function readings(text: string): Uint16Array[] {
  const itself = normalText(text);
  const others = [escapeSigns, ...escapeSigns.map((sign) => [sign])].map((signs) => decoded(itself, signs));
  return [itself, ...others.filter((one) => one !== null)].map(trimmed);
}

const codesOf = (text: string) => trimmed(normalText(text));

const trimmed = ({ codes, length }: NormalText) => codes.slice(0, length);
