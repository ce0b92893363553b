import { UsageError } from '../options.ts';
import type { GlobalValues } from './global-options.ts';

/** Options of the daemon that commands which look at runs take after their name too: they say where the runs are. */
export const placeOptions = ['executor', 'database-url'] as const;
type PlaceOption = (typeof placeOptions)[number];

/**
 * Takes the options that say where runs are out of the arguments of a command; `rest` is what is left to it.
 *
 * Errors: `UsageError` for an option without its value, and for a folder beside them.
 */
export function hoistedPlace(args: readonly string[]): {
  place: Pick<GlobalValues, PlaceOption>;
  rest: readonly string[];
} {
  const place: Partial<Record<PlaceOption, string>> = {};
  const rest = [...args];
  for (let at = 0; at < rest.length && rest[at] !== '--'; ) {
    const [, name, inline] = /^--([a-z-]+)(?:=(.*))?$/s.exec(rest[at] ?? '') ?? [];
    if (!isPlaceOption(name)) {
      at += 1;
      continue;
    }
    const [, next] = rest.splice(at, inline === undefined ? 2 : 1);
    const value = inline ?? next;
    if (value === undefined) throw new UsageError(`--${name} needs a value`);
    place[name] = value;
  }
  if (place.executor === 'dbos' && rest.some((arg) => /^--store(=|$)/.test(arg)))
    throw new UsageError('--executor dbos keeps runs in the database; leave out --store');
  return { place, rest };
}

const isPlaceOption = (name: string | undefined): name is PlaceOption =>
  (placeOptions as readonly (string | undefined)[]).includes(name);
