import { closeSync, fstatSync, readFileSync, statSync } from 'node:fs';
import { openToRead } from '../../regular-file.ts';
import type { Grant } from '../grant.ts';
import { grantFrom, hashOf, type Tokens } from './tokens.ts';

/** Most bytes of a file of tokens. */
const mostBytes = 16 * 1024 * 1024;

/** Fewest characters of a token: a shorter one can be guessed. */
const fewestCharacters = 16;

/** The tokens of a file, which is read again when it has changed. */
export class TokenFile implements Tokens {
  readonly #path: string;
  readonly #onError: (message: string) => void;
  #grants: ReadonlyMap<string, Grant>;
  #version: string;

  /** Errors: those of a file that cannot be read, or has no tokens. */
  constructor(path: string, onError: (message: string) => void) {
    this.#path = path;
    this.#onError = onError;
    this.#version = versionOf(path);
    this.#grants = readTokens(path);
  }

  async grantOf(token: string): Promise<Grant | null> {
    this.#renew();
    return this.#grants.get(hashOf(token)) ?? null;
  }

  /** A file that cannot be read any more leaves those that were there. */
  #renew(): void {
    try {
      const version = versionOf(this.#path);
      if (version === this.#version) return;
      this.#version = version;
      this.#grants = readTokens(this.#path);
    } catch (error) {
      this.#onError(`the tokens stay as they were: ${(error as Error).message}`);
    }
  }
}

function versionOf(path: string): string {
  const { mtimeMs, size, ino } = statSync(path);
  return `${mtimeMs} ${size} ${ino}`;
}

function readTokens(path: string): Map<string, Grant> {
  const fd = openToRead(path);
  try {
    const { size } = fstatSync(fd);
    if (size > mostBytes) throw new Error(`${path} has ${size} bytes; the limit is ${mostBytes}`);
    return tokensIn(parsed(readFileSync(fd, 'utf8')), path);
  } finally {
    closeSync(fd);
  }
}

function tokensIn(value: unknown, path: string): Map<string, Grant> {
  const { tokens } = (value ?? {}) as { tokens?: unknown };
  if (!Array.isArray(tokens))
    throw new Error(`${path} is not JSON of the form {"tokens": [{"tenant": …, "token": …}]}`);
  return new Map(
    tokens.map((entry, index) => [
      keyOf(entry, `token ${index} of ${path}`),
      grantFrom(entry, `token ${index} of ${path}`),
    ]),
  );
}

/** The tokens themselves are not in any message. */
function keyOf(entry: unknown, where: string): string {
  const { token, sha256 } = (entry ?? {}) as Record<string, unknown>;
  if (typeof sha256 === 'string' && /^[0-9a-f]{64}$/i.test(sha256)) return sha256.toLowerCase();
  if (typeof token === 'string' && token.length >= fewestCharacters) return hashOf(token);
  throw new Error(`${where} has neither a 'token' of ${fewestCharacters} characters or more nor the 'sha256' of one`);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
