import { REFERENCE_VERSION } from '../protocol/reference.ts';
import { PROTOCOL_VERSION } from '../protocol/version.ts';
import { type OptionValues, readOptions, UsageError } from './cli/options.ts';
import { type GatewaySettings, gatewayHelp, gatewayOptions, gatewaySettings } from './cli/serve/gateway-options.ts';
import { type WorkerSettings, workerHelp, workerOptions, workerSettings } from './cli/serve/worker-options.ts';
import {
  type Common,
  commonOf,
  configOf,
  type DaemonOptions,
  daemonOptions,
  drainOf,
  type GlobalValues,
  globalOptions,
} from './daemon-options.ts';
import { didYouMean } from './errors/did-you-mean.ts';
import { type AcpOptions, acpHelp, acpTable, readAcpOptions } from './frontends/acp-options.ts';
import { logLevels } from './log.ts';
import { version } from './version.ts';

/** The command line, parsed: the daemon, a command, or a text and the exit code. */
export type Command = Common &
  (
    | (DaemonOptions & { readonly kind: 'daemon'; readonly help: string })
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
    drainMs: drainOf(values, config),
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
    drainMs: drainOf(values, config),
  };
}

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
      return { ...common, kind: 'daemon', help, ...daemonOptions(values, config) };
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

function readAcp(args: readonly string[]): OptionValues<typeof globalOptions & typeof acpTable> {
  const { values, words } = readOptions(args, { ...globalOptions, ...acpTable });
  if (words[0] !== undefined) throw new UsageError(`acp takes no argument '${words[0]}'`);
  return values;
}

function wantsHelp(args: readonly string[]): boolean {
  const { values, words } = readOptions(args, { help: 'flag' });
  if (words[0] !== undefined) throw new UsageError(`schema takes no argument '${words[0]}'`);
  return values.help ?? false;
}
