import { createHash } from 'node:crypto';
import type { Grant } from '../grant.ts';

/** Finds what a token stands for. */
export interface Tokens {
  /** Null for a token that counts for nothing. Errors: when it cannot be found out now. */
  grantOf(token: string): Promise<Grant | null>;
}

/** Tokens are compared, and remembered, as their hashes. */
export const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex');

/** Most characters of the name of a tenant. */
const tenantCharacters = 256;

/** Reads a grant from JSON. Errors: those of a value that is none, named after where it stands. */
export function grantFrom(value: unknown, where: string): Grant {
  const { tenant, allow } = (value ?? {}) as Record<string, unknown>;
  if (typeof tenant !== 'string' || tenant === '' || tenant.length > tenantCharacters)
    throw new Error(`${where} has no 'tenant' of 1 to ${tenantCharacters} characters`);
  if (allow === undefined || allow === null) return { tenant };
  if (typeof allow !== 'object' || Array.isArray(allow)) throw new Error(`'allow' of ${where} is not an object`);
  // A misspelt limit must not vanish.
  const unknown = Object.keys(allow).find((key) => key !== 'methods' && key !== 'models');
  if (unknown !== undefined) throw new Error(`'allow' of ${where} has '${unknown}'; it takes methods and models`);
  const { methods, models } = allow as Record<string, unknown>;
  return { tenant, allow: { methods: namesOf(methods, where), models: namesOf(models, where) } };
}

function namesOf(value: unknown, where: string): string[] | undefined {
  if (value === undefined || value === null) return undefined;
  if (Array.isArray(value) && value.every((name) => typeof name === 'string')) return value;
  throw new Error(`'allow' of ${where} takes lists of names`);
}
