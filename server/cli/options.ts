import { didYouMean } from '../errors/did-you-mean.ts';

/**
 * How an option is written: alone, with a value (the last one counts), with one after `=` or none, with a value each time, or in
 * any way.
 */
type OptionKind = 'flag' | 'value' | 'optional' | 'list' | 'ignored';

/** The options a command knows, by name without the dashes. */
export type OptionTable = Readonly<Record<string, OptionKind>>;

/** What was given; an option that was not is absent. */
export type OptionValues<T extends OptionTable> = {
  -readonly [K in keyof T]?: T[K] extends 'list' ? string[] : T[K] extends 'value' | 'optional' ? string : true;
};

/** An error of the command line; reported with the exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Words and options of a command line. */
export interface ReadOptions<T extends OptionTable> {
  readonly values: OptionValues<T>;
  readonly words: readonly string[];
  /** What follows the first word, when reading stops there. */
  readonly rest: readonly string[];
}

/**
 * Reads options and words. Values are given as `--name VALUE` or `--name=VALUE`; `--` ends the options, `-` is a word.
 * With `stopAtWord` the first word ends them too: it names a command with options of its own.
 *
 * Errors: `UsageError`.
 */
export function readOptions<T extends OptionTable>(
  args: readonly string[],
  table: T,
  { stopAtWord = false }: { stopAtWord?: boolean } = {},
): ReadOptions<T> {
  const values: Record<string, string | string[] | true> = {};
  const words: string[] = [];
  const rest = [...args];
  let optionsEnded = false;
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    if (arg === '--' && !optionsEnded) {
      optionsEnded = true;
      continue;
    }
    if (optionsEnded || arg === '-' || !arg.startsWith('-')) {
      words.push(arg);
      if (stopAtWord) break;
      continue;
    }
    const { name, inline } = split(arg);
    const kind = Object.hasOwn(table, name) ? table[name] : undefined;
    if (kind === undefined) throw unknownOption(arg, name, Object.keys(table));
    if (kind === 'ignored') continue;
    if (kind === 'flag') {
      if (inline !== undefined) throw new UsageError(`--${name} takes no value`);
      values[name] = true;
      continue;
    }
    if (kind === 'optional') {
      values[name] = inline ?? '';
      continue;
    }
    const value = inline ?? rest.shift();
    const forgotten = inline === undefined && value !== undefined && isOption(value, table);
    if (value === undefined || forgotten) throw new UsageError(`--${name} needs a value`);
    const before = values[name];
    values[name] = kind === 'list' ? [...(Array.isArray(before) ? before : []), value] : value;
  }
  return { values: values as OptionValues<T>, words, rest };
}

/** Returns a port. Errors: `UsageError`. */
export function portOf(option: string, text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new UsageError(`${option} takes a port, from 0 for any that is free to 65535; '${text}' is none`);
}

function split(arg: string): { name: string; inline?: string } {
  if (arg === '-h') return { name: 'help' };
  if (!arg.startsWith('--')) return { name: arg };
  const at = arg.indexOf('=');
  return at < 0 ? { name: arg.slice(2) } : { name: arg.slice(2, at), inline: arg.slice(at + 1) };
}

/** `--model --json` has lost the name of the model, most likely in an empty variable. */
const isOption = (value: string, table: OptionTable) =>
  value.startsWith('--') && Object.hasOwn(table, split(value).name);

function unknownOption(arg: string, name: string, known: readonly string[]): UsageError {
  const guess = didYouMean(name, known);
  if (guess) return new UsageError(`unknown option '${arg}'; did you mean --${guess}?`);
  const isText = /\s/.test(arg);
  return new UsageError(`unknown option '${arg}'${isText ? '; put -- before a text that begins with a dash' : ''}`);
}
