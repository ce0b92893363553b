import { resolve } from 'node:path';
import type { Config } from '../../config.ts';
import { defaultMaxBytes, type Keeping, type StoreSetting } from '../../store/setting.ts';
import { UsageError } from '../options.ts';
import type { GlobalValues } from './global-options.ts';

/** Errors: `UsageError` for a level of durability that is none, or without a store. */
export function storeOf(
  values: Pick<GlobalValues, 'store' | 'durability' | 'store-days' | 'store-max'>,
  config: Config,
): { store?: StoreSetting } {
  const path = values.store ?? config.store;
  const durability = values.durability ?? config.durability ?? 'normal';
  if (durability !== 'normal' && durability !== 'full')
    throw new UsageError(`'${durability}' is not a level of durability; use normal or full`);
  const keeping = keepingOf(values['store-days'] ?? config.storeDays, values['store-max'] ?? config.storeMax);
  if (path === undefined) return {};
  if (path === '') throw new UsageError('--store takes a folder');
  return { store: { path: resolve(path), durability, keeping } };
}

/** Errors: `UsageError`. */
function keepingOf(days: string | number | undefined, max: string | number | undefined): Keeping {
  if (days !== undefined && !/^\d{1,6}(\.\d+)?$/.test(String(days)))
    throw new UsageError(`--store-days takes a number of days, for example 90, not '${days}'`);
  return {
    ...(days === undefined ? {} : { days: Number(days) }),
    maxBytes: max === undefined ? defaultMaxBytes : bytesOf(String(max)),
  };
}

/** Errors: `UsageError` for a size that is none. */
function bytesOf(text: string): number {
  const [, count = '', unit = ''] = /^(\d{1,12}(?:\.\d+)?)([KMGT]?)$/i.exec(text) ?? [];
  if (count === '') throw new UsageError(`--store-max takes bytes, or a size like 500M or 4G, not '${text}'`);
  return Math.round(Number(count) * 1024 ** ' KMGT'.indexOf(unit === '' ? ' ' : unit.toUpperCase()));
}

/** Errors: `UsageError` without a store. */
export function resumesOf(
  values: Pick<GlobalValues, 'resume' | 'store'>,
  config: Pick<Config, 'resume' | 'store'>,
): boolean {
  const resumes = values.resume ?? config.resume ?? false;
  if (values.resume && (values.store ?? config.store) === undefined)
    throw new UsageError('--resume continues runs of a store; give --store DIR too');
  return resumes;
}

/** The address is read from the environment, so that it is in no list of processes. Errors: `UsageError`. */
export function databaseOf({ executor, store, 'database-url': url }: GlobalValues): { databaseUrl?: string } {
  if (executor !== undefined && executor !== 'local' && executor !== 'dbos')
    throw new UsageError(`'${executor}' is not an executor; use local or dbos`);
  if (executor !== 'dbos') {
    if (url === undefined) return {};
    throw new UsageError('--database-url belongs to --executor dbos');
  }
  if (store !== undefined) throw new UsageError('--executor dbos keeps runs in the database; leave out --store');
  const [, name] = /^env:([A-Za-z_][A-Za-z0-9_]*)$/.exec(url ?? '') ?? [];
  if (name === undefined)
    throw new UsageError('--executor dbos needs --database-url env:NAME, the variable that holds the address');
  const value = process.env[name];
  if (!value) throw new UsageError(`the variable ${name}, which --database-url names, is not set`);
  return { databaseUrl: value };
}
