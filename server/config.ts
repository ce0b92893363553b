import type { Limits } from '../protocol/lifecycle.ts';
import { UsageError } from './cli/options.ts';
import { didYouMean } from './errors/did-you-mean.ts';
import { defaultLimits } from './limits.ts';

/** What an operator sets in a file: options of the command line by their names, and limits, which may be raised here. */
export interface Config {
  readonly allowEnv?: readonly string[];
  readonly allowLocalDownloads?: boolean;
  readonly drain?: number;
  readonly durability?: string;
  readonly resume?: boolean;
  readonly store?: string;
  readonly storeDays?: number;
  readonly storeMax?: string | number;
  readonly logLevel?: string;
  readonly logFile?: string;
  readonly mcp?: string;
  readonly workspace?: string;
  readonly allow?: string;
  readonly limits?: Partial<Limits>;
}

type Check = { readonly what: string; readonly is: (value: unknown) => boolean };

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) > 0;
const isMap = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

const checks: Record<keyof Config, Check> = {
  allowEnv: { what: 'a list of names', is: (value) => Array.isArray(value) && value.every(isText) },
  allowLocalDownloads: { what: 'true or false', is: (value) => typeof value === 'boolean' },
  drain: { what: 'a number of seconds', is: (value) => Number.isFinite(value) && Number(value) >= 0 },
  durability: { what: 'normal or full', is: (value) => value === 'normal' || value === 'full' },
  resume: { what: 'true or false', is: (value) => typeof value === 'boolean' },
  store: { what: 'the path of a folder', is: isText },
  storeDays: { what: 'a number of days', is: (value) => Number.isFinite(value) && Number(value) >= 0 },
  storeMax: { what: 'bytes, or a size like "4G"', is: (value) => isText(value) || isCount(value) },
  logLevel: { what: 'the name of a log level', is: isText },
  logFile: { what: 'the path of a file', is: isText },
  mcp: { what: 'all, http or off', is: isText },
  workspace: { what: 'the path of a folder', is: isText },
  allow: { what: 'read, edits or all', is: isText },
  limits: { what: 'an object of limits', is: isMap },
};

/**
 * Reads a configuration: JSON, every key known, since a misspelt limit must not vanish.
 *
 * Errors: `UsageError` naming the file and the key.
 */
export function parseConfig(text: string, file: string): Config {
  const wrong = (message: string) => new UsageError(`${file}: ${message}`);
  const config = parsed(text);
  if (!isMap(config)) throw wrong('the configuration is not a JSON object');
  for (const [key, value] of Object.entries(config)) {
    const check = Object.hasOwn(checks, key) ? checks[key as keyof Config] : undefined;
    if (!check) throw wrong(unknown(`key '${key}'`, key, Object.keys(checks)));
    if (!check.is(value)) throw wrong(`'${key}' is ${JSON.stringify(value)}; it takes ${check.what}`);
  }
  for (const [name, value] of Object.entries((config.limits as Record<string, unknown>) ?? {})) {
    if (!Object.hasOwn(defaultLimits, name)) {
      throw wrong(unknown(`limit '${name}'`, name, Object.keys(defaultLimits)));
    }
    if (!isCount(value))
      throw wrong(`the limit '${name}' is ${JSON.stringify(value)}; it takes a whole number above 0`);
  }
  return config;
}

function unknown(what: string, given: string, known: readonly string[]): string {
  const guess = didYouMean(given, known);
  return `unknown ${what}${guess ? `; did you mean '${guess}'?` : `; there are ${known.join(', ')}`}`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
