import { closeSync, fstatSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Limits } from '../protocol/lifecycle.ts';
import { type OptionTable, type OptionValues, portOf, readOptions, UsageError } from './cli/options.ts';
import { type Config, parseConfig } from './config.ts';
import { type LogLevel, logLevels } from './log.ts';
import { openToRead } from './regular-file.ts';
import { defaultMaxBytes, type Keeping, type StoreSetting } from './store/setting.ts';
import { type McpMode, mcpModes } from './toolsets/server-specs.ts';

/** Options of the daemon that every command has as well. */
export interface Common {
  readonly logLevel: LogLevel;
  /** Where the log goes instead of stderr. */
  readonly logFile?: string;
  readonly allowEnv: ReadonlySet<string>;
  readonly allowLocalDownloads: boolean;
  /** Which MCP servers runs may have. */
  readonly mcp: McpMode;
  /** Limits the operator set, above or below those of the daemon. */
  readonly limits?: Partial<Limits>;
  /** The folder in which runs are kept. */
  readonly store?: StoreSetting;
  /** The database in which they are kept, in place of a folder: its address, which is shown nowhere. */
  readonly databaseUrl?: string;
}

/** Options of the daemon alone. */
export interface DaemonOptions {
  /** How long runs may go on after a signal, in milliseconds. */
  readonly drainMs: number;
  /** The process of the host. */
  readonly hostPid?: number;
  /** The page that shows the runs; absent: there is none. */
  readonly inspect?: InspectSetting;
  /** Whether interrupted runs go on at the start. */
  readonly resumes: boolean;
}

/** The page over the runs of a daemon. */
export interface InspectSetting {
  /** 0 for any that is free. */
  readonly port: number;
  /** Whether runs can be cancelled, resumed and answered there. */
  readonly allowsActions: boolean;
}

/** Options before the command, as they are read. */
export const globalOptions = {
  'allow-env': 'list',
  'allow-local-downloads': 'flag',
  config: 'value',
  'log-level': 'value',
  'log-file': 'value',
  drain: 'value',
  inspect: 'value',
  'allow-actions': 'flag',
  'database-url': 'value',
  durability: 'value',
  executor: 'value',
  resume: 'flag',
  store: 'value',
  'store-days': 'value',
  'store-max': 'value',
  mcp: 'value',
  version: 'flag',
  json: 'flag',
  help: 'flag',
  stdio: 'ignored',
  clientProcessId: 'value',
} as const satisfies OptionTable;

/** Their values. */
export type GlobalValues = OptionValues<typeof globalOptions>;

/** The daemon as the command line wants it. */
export type DaemonCommand = Common & DaemonOptions;

/**
 * Reads a command line that starts the daemon, and the configuration it names. Undefined for any other, wrong ones among them:
 * those are for `parseCommandLine`, which no start of a daemon loads.
 */
export function daemonCommand(args: readonly string[]): DaemonCommand | undefined {
  try {
    const { values, words } = readOptions(args, globalOptions, { stopAtWord: true });
    if (words.length > 0 || values.help || values.version || values.json) return undefined;
    const config = configOf(values);
    return { ...commonOf(values, config), ...daemonOptions(values, config) };
  } catch (error) {
    if (error instanceof UsageError) return undefined;
    throw error;
  }
}

/** Returns the configuration that the options name. Errors: `UsageError`. */
export const configOf = ({ config }: GlobalValues): Config => (config === undefined ? {} : readConfig(config));

/** Returns what every command is given. Errors: `UsageError`. */
export function commonOf(values: GlobalValues, config: Config): Common {
  const logLevel = values['log-level'] ?? config.logLevel ?? 'warn';
  if (!isLogLevel(logLevel)) {
    throw new UsageError(`'${logLevel}' is not a log level; use one of ${logLevels.join(', ')}`);
  }
  const logFile = values['log-file'] ?? config.logFile;
  const mcp = values.mcp ?? config.mcp ?? 'all';
  if (!isMcpMode(mcp)) throw new UsageError(`--mcp takes ${mcpModes.join(', ')}, not '${mcp}'`);
  return {
    logLevel,
    allowEnv: new Set([...(config.allowEnv ?? []), ...(values['allow-env'] ?? [])]),
    allowLocalDownloads: values['allow-local-downloads'] ?? config.allowLocalDownloads ?? false,
    mcp,
    ...(logFile ? { logFile } : {}),
    ...(config.limits ? { limits: config.limits } : {}),
    ...storeOf(values, config),
    ...databaseOf(values),
  };
}

/** Most bytes of a configuration. */
const configBytes = 1024 * 1024;

function readConfig(file: string): Config {
  try {
    return parseConfig(textOf(file), file);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`cannot read the configuration ${file}: ${(error as Error).message}`);
  }
}

function textOf(file: string): string {
  const fd = openToRead(file);
  try {
    const { size } = fstatSync(fd);
    if (size > configBytes) throw new Error(`it has ${size} bytes; the limit is ${configBytes}`);
    return readFileSync(fd, 'utf8');
  } finally {
    closeSync(fd);
  }
}

/** Returns the options of the daemon. Errors: `UsageError`. */
export function daemonOptions(values: GlobalValues, config: Config): DaemonOptions {
  const hostPid = Number(values.clientProcessId);
  return {
    drainMs: drainOf(values, config),
    ...(Number.isInteger(hostPid) && hostPid > 0 ? { hostPid } : {}),
    ...inspectOf(values),
    resumes: resumesOf(values, config),
  };
}

/** Returns how long runs may go on after a signal, in milliseconds. Errors: `UsageError`. */
export function drainOf({ drain }: GlobalValues, config: Config): number {
  if (drain !== undefined && !/^\d{1,6}(\.\d+)?$/.test(drain))
    throw new UsageError(`--drain takes seconds, for example 30; '${drain}' is not a number of seconds`);
  return Number(drain ?? config.drain ?? 0) * 1000;
}

/** Errors: `UsageError` for a port that is none, and for actions without a page. */
function inspectOf(values: OptionValues<typeof globalOptions>): { inspect?: InspectSetting } {
  const { inspect, 'allow-actions': allowsActions = false } = values;
  if (inspect !== undefined) return { inspect: { port: portOf('--inspect', inspect), allowsActions } };
  if (allowsActions) throw new UsageError('--allow-actions belongs to --inspect');
  return {};
}

/** Errors: `UsageError` for a level of durability that is none, or without a store. */
function storeOf(
  values: Pick<OptionValues<typeof globalOptions>, 'store' | 'durability' | 'store-days' | 'store-max'>,
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
function resumesOf(
  values: Pick<OptionValues<typeof globalOptions>, 'resume' | 'store'>,
  config: Pick<Config, 'resume' | 'store'>,
): boolean {
  const resumes = values.resume ?? config.resume ?? false;
  if (values.resume && (values.store ?? config.store) === undefined)
    throw new UsageError('--resume continues runs of a store; give --store DIR too');
  return resumes;
}

/** The address is read from the environment, so that it is in no list of processes. Errors: `UsageError`. */
function databaseOf({ executor, store, 'database-url': url }: GlobalValues): { databaseUrl?: string } {
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

const isMcpMode = (value: string): value is McpMode => (mcpModes as readonly string[]).includes(value);

const isLogLevel = (value: string): value is LogLevel => (logLevels as readonly string[]).includes(value);
