import { createHash } from 'node:crypto';

/** Characters of a name that every provider takes. */
const longest = 64;
const kept = 55;
const digits = 8;

/** Returns the name a model calls a tool by: one that every provider takes, and the same each time. */
export function toolName(prefix: string | null, name: string): string {
  const full = prefix === null || prefix === '' ? name : `${prefix}_${name}`;
  const plain = full.replace(/[^A-Za-z0-9_-]/gu, '_');
  if (plain.length <= longest) return plain;
  return `${plain.slice(0, kept)}_${createHash('sha256').update(full).digest('hex').slice(0, digits)}`;
}
