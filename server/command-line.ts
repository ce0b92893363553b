import { REFERENCE_VERSION } from '../protocol/reference.ts';
import { PROTOCOL_VERSION } from '../protocol/version.ts';
import { readOptions, UsageError } from './cli/options.ts';
import { type GatewaySettings, gatewayHelp, gatewayOptions, gatewaySettings } from './cli/serve/gateway-options.ts';
import { type WorkerSettings, workerHelp, workerOptions, workerSettings } from './cli/serve/worker-options.ts';
import { readAcp } from './cli/settings/acp-command.ts';
import { type CommandName, commandNames, isCommandName } from './cli/settings/command-table.ts';
import { type CommonSettings, commonOf } from './cli/settings/common-settings.ts';
import { configOf } from './cli/settings/config-file.ts';
import { type DaemonSettings, daemonSettings, drainMsOf } from './cli/settings/daemon-settings.ts';
import { type GlobalValues, globalOptions } from './cli/settings/global-options.ts';
import { help, schemaHelp } from './cli/settings/help.ts';
import { hoistedPlace } from './cli/settings/hoisted-options.ts';
import type { Config } from './config.ts';
import { didYouMean } from './errors/did-you-mean.ts';
import { acpHelp } from './frontends/acp-help.ts';
import { version } from './version.ts';

/** The command line, parsed: the daemon, a command, or a text and the exit code. */
export type Command = CommonSettings &
  (
    | ({ readonly kind: 'daemon'; readonly help: string } & DaemonSettings)
    | { readonly kind: 'serve'; readonly settings: GatewaySettings; readonly drainMs: number }
    | { readonly kind: 'worker'; readonly settings: WorkerSettings; readonly drainMs: number }
    | { readonly kind: 'acp'; readonly help: string }
    | { readonly kind: 'schema' }
    | { readonly kind: 'text'; readonly text: string; readonly exitCode: 0 | 2 }
    /** `args` are left to the command, which is loaded on demand. */
    | { readonly [K in LazyCommand]: { readonly kind: K; readonly args: readonly string[] } }[LazyCommand]
  );

type LazyCommand = Exclude<CommandName, 'serve' | 'worker' | 'acp' | 'schema'>;

const versions = {
  name: 'runwire',
  version,
  protocolVersion: PROTOCOL_VERSION,
  pydanticAi: REFERENCE_VERSION,
  node: process.version,
};

/** What is set where no option counts. */
const none: CommonSettings = {
  logLevel: 'warn',
  allowEnv: new Set<string>(),
  allowLocalDownloads: false,
  mcp: 'off',
};

const textCommand = (text: string): Command => ({ ...none, kind: 'text', text, exitCode: 0 });

/**
 * Reads the command line, and the configuration it names; a wrong one says what is wrong and exits with 2.
 */
export function parseCommandLine(args: readonly string[]): Command {
  try {
    return commandOf(args);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return { ...none, kind: 'text', text: `runwire: ${error.message}\nTry 'runwire --help'.\n`, exitCode: 2 };
  }
}

/** What a command is read from. */
interface Given {
  readonly args: readonly string[];
  /** The options before the command, and what follows it. */
  readonly before: GlobalValues;
  readonly rest: readonly string[];
}

function commandOf(args: readonly string[]): Command {
  const { values: before, words, rest } = readOptions(args, globalOptions, { stopAtWord: true });
  const [name] = words;
  if (name === undefined)
    return withCommon(before, help, (common, config) => ({
      ...common,
      kind: 'daemon',
      help,
      ...daemonSettings(before, config),
    }));
  if (isCommandName(name)) return readers[name]({ args, before, rest });
  const guess = didYouMean(name, commandNames);
  throw new UsageError(`unknown command '${name}'${guess ? `; did you mean '${guess}'?` : ''}`);
}

const lazily =
  (kind: LazyCommand) =>
  ({ before, rest }: Given): Command =>
    withCommon(before, help, (common) => ({ ...common, kind, args: rest }));

/** Where the runs are may be said before the command and after it. */
const looking =
  (kind: 'inspect' | 'runs' | 'show') =>
  ({ before, rest: args, ...given }: Given): Command => {
    const { place, rest } = hoistedPlace(args);
    return lazily(kind)({ ...given, before: { ...before, ...place }, rest });
  };

const readers: Readonly<Record<CommandName, (given: Given) => Command>> = {
  run: lazily('run'),
  inspect: looking('inspect'),
  runs: looking('runs'),
  show: looking('show'),
  models: lazily('models'),
  doctor: lazily('doctor'),
  store: lazily('store'),
  completion: lazily('completion'),
  acp: acpCommand,
  serve: serveCommand,
  worker: workerCommand,
  schema: schemaCommand,
};

/** Reads what all commands have in common, unless a help or a version is wanted. Errors: `UsageError`. */
function withCommon(
  values: GlobalValues,
  help: string,
  make: (common: CommonSettings, config: Config) => Command,
): Command {
  if (values.help) return textCommand(help);
  if (values.version) return textCommand(values.json ? `${JSON.stringify(versions)}\n` : `${version}\n`);
  if (values.json) throw new UsageError('--json belongs to --version');
  const config = configOf(values);
  const command = make(commonOf(values, config), config);
  if (command.kind !== 'daemon') refuseWorkspace(values, command.kind);
  return command;
}

/** Errors: `UsageError` for a workspace of the daemon where none is started. */
function refuseWorkspace({ workspace, allow }: GlobalValues, kind: Command['kind']): void {
  if (workspace === undefined && allow === undefined) return;
  const option = workspace === undefined ? '--allow' : '--workspace';
  throw new UsageError(
    kind === 'run'
      ? `${option} is given after 'run'`
      : `${option} belongs to the daemon on stdin and stdout, not to ${kind}`,
  );
}

/** Options of the daemon count after the name of the command too. */
function serveCommand({ args }: Given): Command {
  const { values, words } = readOptions(args, { ...globalOptions, ...gatewayOptions });
  if (words[1] !== undefined) throw new UsageError(`serve takes no argument '${words[1]}'`);
  return withCommon(values, gatewayHelp, (common, config) => ({
    ...common,
    // What a client names would be started here: that is the operator's to allow.
    mcp: (values.mcp ?? config.mcp) ? common.mcp : 'off',
    kind: 'serve',
    settings: gatewaySettings(values),
    drainMs: drainMsOf(values, config),
  }));
}

function workerCommand({ args }: Given): Command {
  const { values, words } = readOptions(args, { ...globalOptions, ...workerOptions });
  if (words[1] !== undefined) throw new UsageError(`worker takes no argument '${words[1]}'`);
  return withCommon({ executor: 'dbos', ...values }, workerHelp, (common, config) => ({
    ...common,
    kind: 'worker',
    settings: workerSettings(values),
    drainMs: drainMsOf(values, config),
  }));
}

function acpCommand({ before, rest }: Given): Command {
  const { values } = readAcp(before, rest);
  return withCommon(values, acpHelp, (common) => ({ ...common, kind: 'acp', help: acpHelp }));
}

function schemaCommand({ before, rest }: Given): Command {
  const { values, words } = readOptions(rest, { help: 'flag' });
  if (words[0] !== undefined) throw new UsageError(`schema takes no argument '${words[0]}'`);
  if (values.help) return textCommand(schemaHelp);
  return withCommon(before, help, (common) => ({ ...common, kind: 'schema' }));
}
