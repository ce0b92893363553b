import { closeSync, fstatSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Limits, PROTOCOL_VERSION } from '../protocol/lifecycle.ts';
import { REFERENCE_VERSION } from '../protocol/reference.ts';
import { type OptionTable, type OptionValues, portOf, readOptions, UsageError } from './cli/options.ts';
import { type GatewaySettings, gatewayHelp, gatewayOptions, gatewaySettings } from './cli/serve/gateway-options.ts';
import { type WorkerSettings, workerHelp, workerOptions, workerSettings } from './cli/serve/worker-options.ts';
import { type Config, parseConfig } from './config.ts';
import { didYouMean } from './errors/did-you-mean.ts';
import { type AcpOptions, acpHelp, acpTable, readAcpOptions } from './frontends/acp-options.ts';
import { type LogLevel, logLevels } from './log.ts';
import { openToRead } from './regular-file.ts';
import { defaultMaxBytes, type Keeping, type StoreSetting } from './store/keeping.ts';
import { type McpMode, mcpModes } from './toolsets/server-specs.ts';
import { version } from './version.ts';

/** The command line, parsed: the daemon, a command, or a text and the exit code. */
export type Command = {
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
} & (
  | {
      readonly kind: 'daemon';
      readonly help: string;
      /** How long runs may go on after a signal, in milliseconds. */
      readonly drainMs: number;
      /** The process of the host. */
      readonly hostPid?: number;
      /** The page that shows the runs; absent: there is none. */
      readonly inspect?: InspectSetting;
      /** Whether interrupted runs go on at the start. */
      readonly resumes: boolean;
    }
  | {
      readonly kind: 'serve';
      readonly settings: GatewaySettings;
      /** How long runs may go on after a signal, in milliseconds. */
      readonly drainMs: number;
    }
  | { readonly kind: 'worker'; readonly settings: WorkerSettings; readonly drainMs: number }
  /** `args` are left to the command, which is loaded on demand. */
  | { readonly kind: 'run'; readonly args: readonly string[] }
  | { readonly kind: 'acp'; readonly help: string; readonly options: AcpOptions }
  /** Commands that look at runs of a store. */
  | { readonly kind: 'inspect' | 'runs' | 'show'; readonly args: readonly string[] }
  | { readonly kind: 'models' | 'doctor' | 'completion' | 'store'; readonly args: readonly string[] }
  | { readonly kind: 'schema' }
  | { readonly kind: 'text'; readonly text: string; readonly exitCode: 0 | 2 }
);

/** The page over the runs of a daemon. */
export interface InspectSetting {
  /** 0 for any that is free. */
  readonly port: number;
  /** Whether runs can be cancelled, resumed and answered there. */
  readonly allowsActions: boolean;
}

const help = `Usage: runwire [options]
       runwire [options] run [options] [PROMPT]
       runwire [options] serve --listen ADDRESS [options]
       runwire [options] worker --queue NAME [options]
       runwire acp [--agent FILE] [--model MODEL]... [options]
       runwire inspect|runs|show|models|doctor|store|schema|completion [options]

The Runwire daemon: JSON-RPC 2.0 on stdin and stdout, in Content-Length frames as language servers speak it, or in
lines, one message each, when the first one is a line.

Commands:
  run                  ask a model once and print the answer; no daemon, no protocol (runwire run --help)
  acp                  an agent for editors that speak the Agent Client Protocol (runwire acp --help)
  inspect              open a page that shows the runs of a store (runwire inspect --help)
  runs                 list the runs of a store (runwire runs --help)
  show                 print a run of a store: timeline and conversation (runwire show --help)
  serve                one daemon for many users, over WebSocket (runwire serve --help)
  worker               work on the runs of a queue, with a database (runwire worker --help)
  models               list the models that can be named, with prices, and what they need (runwire models --help)
  doctor               look for what may keep runs from working (runwire doctor --help)
  store                list, read, search, check and delete the conversations of a store (runwire store --help)
  schema               print the protocol as JSON Schemas (runwire schema --help)
  completion           print a script of completions for bash, zsh or fish (runwire completion --help)

Options:
  --allow-env NAME     a variable with a key that clients may name in apiKeyEnv; may be repeated
  --allow-local-downloads
                       files with force_download: 'allow-local' may come from the local network
  --config FILE        options and limits as JSON, for example {"limits": {"activeRuns": 1000}, "logLevel": "info"}; keys:
                       allowEnv, allowLocalDownloads, drain, durability, limits, logFile, logLevel, mcp, resume, store,
                       storeDays, storeMax; options given here win
  --durability LEVEL   normal: what a crash of the daemon loses is nothing, of the machine a second; full: nothing either
  --drain SECONDS      how long runs may go on after SIGTERM, SIGINT or SIGHUP before they are cancelled (default 0)
  --inspect PORT       show the runs of this daemon on a page of this machine, whose address goes to stderr; 0 for any port
  --allow-actions      runs can be cancelled, resumed and answered on the page of --inspect
  --database-url env:NAME
                       with --executor dbos: the variable that holds the address of a PostgreSQL database
  --executor NAME      who keeps and drives runs: local (default), or dbos: any daemon and worker on a PostgreSQL database
  --log-level LEVEL    ${logLevels.join(', ')} (default warn); the log goes to stderr, and to the client
  --log-file FILE      the log goes there, and to stderr only errors; a full file becomes FILE.1
  --mcp MODE           which MCP servers clients may name: all (default), http (those with a url) or off
  --resume             interrupted runs of the store go on at the start, as far as they need no host
  --store DIR          runs and conversations are kept in this folder, survive a crash and continue with run/resume
  --store-days DAYS    conversations that were not touched for so long are deleted (default: age deletes none)
  --store-max SIZE     above this size the conversations that were touched longest ago are deleted (default 4G)
  --version            print the version; with --json also those of the protocol and of Pydantic AI, which it follows
  --help               print this
  --clientProcessId N  process of the host: the daemon ends when that is gone
  --stdio              accepted, as clients of language servers pass it

Examples:
  runwire run --model openai-chat:gpt-5 "Why is the sky blue?"
  git diff | runwire run --model openai-chat:gpt-5 "Write a commit message for this change."
  runwire schema | jq '.requests | keys'
`;

const schemaHelp = `Usage: runwire schema

Prints the protocol of the daemon as one JSON document: every request, callback and notification with the JSON Schemas
(2020-12) of its parameters and its result, the error codes, and the shared types under $defs. It is what the request
rpc/discover answers, made for code generators and for looking things up.

Examples:
  runwire schema > runwire.json
  runwire schema | jq '.requests["run/start"].params'
  runwire schema | jq '."$defs".RunResult'
`;

const versions = {
  name: 'runwire',
  version,
  protocolVersion: PROTOCOL_VERSION,
  pydanticAi: REFERENCE_VERSION,
  node: process.version,
};

const commands = ['run', 'acp', 'inspect', 'runs', 'show', 'models', 'doctor', 'store', 'schema', 'completion'];

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

/**
 * Reads the command line, and the configuration it names; a wrong one says what is wrong and exits with 2.
 */
export function parseCommandLine(args: readonly string[]): Command {
  try {
    return commandOf(args);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const text = `runwire: ${error.message}\nTry 'runwire --help'.\n`;
    const none = { logLevel: 'warn', allowEnv: new Set<string>(), allowLocalDownloads: false, mcp: 'off' } as const;
    return { ...none, kind: 'text', text, exitCode: 2 };
  }
}

function commandOf(args: readonly string[]): Command {
  const { values, words, rest } = readOptions(args, globalOptions, { stopAtWord: true });
  if (words[0] === 'serve') return serveCommand(args);
  return words[0] === 'worker' ? workerCommand(args) : commandFrom(values, words, rest);
}

/** Options of the daemon count after the name of the command too. */
function serveCommand(args: readonly string[]): Command {
  const { values, words } = readOptions(args, { ...globalOptions, ...gatewayOptions });
  if (words[1] !== undefined) throw new UsageError(`serve takes no argument '${words[1]}'`);
  if (values.help) return { ...commonOf({}, {}), kind: 'text', text: gatewayHelp, exitCode: 0 };
  const config = configOf(values);
  const common = commonOf(values, config);
  // What a client names would be started here: that is the operator's to allow.
  const mcp = (values.mcp ?? config.mcp) ? common.mcp : 'off';
  return {
    ...common,
    mcp,
    kind: 'serve',
    settings: gatewaySettings(values),
    drainMs: daemonOptions(values, config).drainMs,
  };
}

function workerCommand(args: readonly string[]): Command {
  const { values, words } = readOptions(args, { ...globalOptions, ...workerOptions });
  if (words[1] !== undefined) throw new UsageError(`worker takes no argument '${words[1]}'`);
  if (values.help) return { ...commonOf({}, {}), kind: 'text', text: workerHelp, exitCode: 0 };
  const config = configOf(values);
  const common = commonOf({ executor: 'dbos', ...values }, config);
  return {
    ...common,
    kind: 'worker',
    settings: workerSettings(values),
    drainMs: daemonOptions(values, config).drainMs,
  };
}

const configOf = ({ config }: GlobalValues): Config => (config === undefined ? {} : readConfig(config));

type GlobalValues = OptionValues<typeof globalOptions>;

function commandFrom(before: GlobalValues, words: readonly string[], rest: readonly string[]): Command {
  const [command] = words;
  // Those of the daemon may also follow this command, since editors give all options in one list.
  const acp = command === 'acp' ? readAcp(rest) : undefined;
  const values = { ...before, ...acp };
  const config = configOf(values);
  const common = commonOf(values, config);
  const text = (message: string): Command => ({ ...common, kind: 'text', text: message, exitCode: 0 });
  if (values.help) return text(acp ? acpHelp : help);
  if (values.version) return text(values.json ? `${JSON.stringify(versions)}\n` : `${version}\n`);
  if (values.json) throw new UsageError('--json belongs to --version');
  switch (command) {
    case undefined:
      return { ...common, kind: 'daemon', help, ...daemonOptions(values, config), resumes: resumesOf(values, config) };
    case 'run':
      return { ...common, kind: command, args: rest };
    case 'models':
    case 'doctor':
    case 'store':
    case 'completion':
      return { ...common, kind: command, args: rest };
    case 'inspect':
    case 'runs':
    case 'show':
      return { ...common, kind: command, args: rest };
    case 'acp':
      return { ...common, kind: command, help: acpHelp, options: readAcpOptions(acp ?? {}) };
    case 'schema':
      return wantsHelp(rest) ? text(schemaHelp) : { ...common, kind: 'schema' };
    default: {
      const guess = didYouMean(command, commands);
      throw new UsageError(`unknown command '${command}'${guess ? `; did you mean '${guess}'?` : ''}`);
    }
  }
}

type Common = Pick<
  Command,
  'logLevel' | 'logFile' | 'allowEnv' | 'allowLocalDownloads' | 'mcp' | 'limits' | 'store' | 'databaseUrl'
>;

/** What every command is given. Errors: `UsageError`. */
function commonOf(values: GlobalValues, config: Config): Common {
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

function readAcp(args: readonly string[]): OptionValues<typeof globalOptions & typeof acpTable> {
  const { values, words } = readOptions(args, { ...globalOptions, ...acpTable });
  if (words[0] !== undefined) throw new UsageError(`acp takes no argument '${words[0]}'`);
  return values;
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

function daemonOptions(values: OptionValues<typeof globalOptions>, config: Config) {
  const { drain, clientProcessId } = values;
  if (drain !== undefined && !/^\d{1,6}(\.\d+)?$/.test(drain))
    throw new UsageError(`--drain takes seconds, for example 30; '${drain}' is not a number of seconds`);
  const hostPid = Number(clientProcessId);
  return {
    drainMs: Number(drain ?? config.drain ?? 0) * 1000,
    ...(Number.isInteger(hostPid) && hostPid > 0 ? { hostPid } : {}),
    ...inspectOf(values),
  };
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

function wantsHelp(args: readonly string[]): boolean {
  const { values, words } = readOptions(args, { help: 'flag' });
  if (words[0] !== undefined) throw new UsageError(`schema takes no argument '${words[0]}'`);
  return values.help ?? false;
}

const isMcpMode = (value: string): value is McpMode => (mcpModes as readonly string[]).includes(value);

const isLogLevel = (value: string): value is LogLevel => (logLevels as readonly string[]).includes(value);
