import type { DBOSConfig } from '@dbos-inc/dbos-sdk';
import { parseExact, stringifyExact } from '../../engine/json/exact-json.ts';

/** What is stored in the tables of DBOS: plain JSON, with integers beyond 2^53 as they are. */
export const serializer: NonNullable<DBOSConfig['serializer']> = {
  name: () => 'runwire_json',
  stringify: (value) => stringifyExact(value === undefined ? null : value),
  parse: (text) => (text === null || text === undefined ? null : parseExact(text)),
};
