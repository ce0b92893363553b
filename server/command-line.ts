import { type LogLevel, logLevels } from './log.ts';
import { version } from './version.ts';

/** What the command line asks for: the daemon, or a text and the exit code. @since 0.1.0 */
export type Command = { readonly logLevel: LogLevel } & (
  | { readonly kind: 'daemon'; readonly allowEnv: ReadonlySet<string>; readonly help: string }
  | { readonly kind: 'text'; readonly text: string; readonly exitCode: 0 | 2 }
);

const help = `Usage: runwire [options]

The Runwire daemon: JSON-RPC 2.0 in Content-Length frames on stdin and stdout, as language servers speak it.

Options:
  --allow-env NAME     a variable with a key that clients may name in apiKeyEnv; may be repeated
  --log-level LEVEL    ${logLevels.join(', ')} (default warn); the log goes to stderr
  --version            print the version
  --help               print this
  --stdio, --clientProcessId=N
                       accepted, as clients of language servers pass them
`;

/** Reads the command line; a wrong one says what is wrong and exits with 2. @since 0.1.0 */
export function parseCommandLine(args: readonly string[], _env: NodeJS.ProcessEnv): Command {
  const allowEnv = new Set<string>();
  let logLevel: LogLevel = 'warn';
  const rest = [...args];
  const text = (message: string, exitCode: 0 | 2): Command => ({ kind: 'text', text: message, exitCode, logLevel });
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    const [name = '', inline] = splitOption(arg);
    if (name === '--help' || name === '-h') return text(help, 0);
    if (name === '--version') return text(`${version}\n`, 0);
    if (name === '--stdio' || name === '--clientProcessId') continue;
    if (name !== '--allow-env' && name !== '--log-level') return text(`runwire: unknown option '${arg}'\n\n${help}`, 2);
    const value = inline ?? rest.shift();
    if (value === undefined) return text(`runwire: ${name} needs a value\n\n${help}`, 2);
    if (name === '--allow-env') allowEnv.add(value);
    else if (isLogLevel(value)) logLevel = value;
    else return text(`runwire: '${value}' is no log level; use one of ${logLevels.join(', ')}\n`, 2);
  }
  return { kind: 'daemon', allowEnv, logLevel, help };
}

function splitOption(arg: string): [string, string | undefined] {
  const at = arg.startsWith('--') ? arg.indexOf('=') : -1;
  return at < 0 ? [arg, undefined] : [arg.slice(0, at), arg.slice(at + 1)];
}

const isLogLevel = (value: string): value is LogLevel => (logLevels as readonly string[]).includes(value);
