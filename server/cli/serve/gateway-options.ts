import { type OptionTable, type OptionValues, UsageError } from '../options.ts';
import { type ListenAddress, listenAddress } from './listen-address.ts';

/** Options of `runwire serve`, beside those of the daemon. */
export const gatewayOptions = {
  listen: 'value',
  'token-file': 'value',
  'auth-command': 'value',
  origin: 'list',
  linger: 'value',
  'max-connections': 'value',
  'handshake-timeout': 'value',
} as const satisfies OptionTable;

/** How a gateway was set. */
export interface GatewaySettings {
  readonly listen: ListenAddress;
  readonly tokens: { readonly file: string } | { readonly command: string };
  /** Origins of pages that may connect; a program sends none. */
  readonly origins: ReadonlySet<string>;
  /** How long the runs of a connection that is gone go on, in milliseconds. */
  readonly lingerMs: number;
  readonly maxConnections: number;
  /** How long a client may take to send its request, in milliseconds. */
  readonly handshakeMs: number;
}

export const gatewayHelp = `Usage: runwire [options] serve --listen ADDRESS (--token-file FILE | --auth-command COMMAND) [options]

One daemon for many users: JSON-RPC over WebSocket, one message a frame, with the same methods as on stdin and stdout.
The users of one tenant share its runs; nobody sees anything of another tenant. Text is not encrypted: put a reverse
proxy with TLS before it. All options of the daemon count here too; MCP servers are off unless --mcp is given.

Options:
  --listen ADDRESS     HOST:PORT, for example 127.0.0.1:8080 (port 0: any that is free), or the path of a Unix socket or
                       named pipe, for example /run/runwire.sock
  --token-file FILE    the tokens as JSON: {"tokens": [{"tenant": "alice", "token": "…"}]}; "sha256" with the hash of a
                       token in place of it; "allow" limits it, for example {"methods": ["run/*"], "models": ["openai:*"]}.
                       Read again when it changes
  --auth-command COMMAND
                       a program that is given a token on its stdin and prints {"tenant": …, "allow": …}, or exits with
                       another code than 0; what it prints counts for 30 seconds
  --origin ORIGIN      a web origin whose pages may connect, for example https://app.example.com; may be repeated
  --linger SECONDS     how long runs go on whose connection is gone, to be followed again with run/resume or run/attach
                       (default 60); then they are parked with a store, and cancelled without
  --max-connections N  connections at once (default 4096)
  --handshake-timeout MS
                       how long a client may take to send its request (default 500)
  --help               print this

Clients send the token as \`Authorization: Bearer TOKEN\`; pages, which cannot, as the subprotocol \`bearer.TOKEN\` beside
\`runwire\`. \`GET /healthz\` answers 200 without a token.

Examples:
  runwire serve --listen 127.0.0.1:8080 --token-file tokens.json --origin https://app.example.com
  runwire serve --listen /run/runwire.sock --auth-command 'python3 check_token.py' --store /var/lib/runwire
`;

/** Errors: `UsageError`. */
export function gatewaySettings(values: OptionValues<typeof gatewayOptions>): GatewaySettings {
  const { listen, 'token-file': file, 'auth-command': command } = values;
  if (listen === undefined) throw new UsageError('serve needs --listen, for example --listen 127.0.0.1:8080');
  if ((file === undefined) === (command === undefined))
    throw new UsageError('serve needs one of --token-file and --auth-command; nobody connects without a token');
  return {
    listen: listenAddress(listen),
    tokens: file === undefined ? { command: command ?? '' } : { file },
    origins: new Set(values.origin?.map(originOf)),
    lingerMs: numberOf('linger', values.linger ?? '60', 86_400) * 1000,
    maxConnections: numberOf('max-connections', values['max-connections'] ?? '4096', 100_000),
    handshakeMs: numberOf('handshake-timeout', values['handshake-timeout'] ?? '500', 60_000),
  };
}

function numberOf(option: string, text: string, most: number): number {
  const value = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text) || value > most)
    throw new UsageError(`--${option} takes a number up to ${most}, not '${text}'`);
  return value;
}

function originOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || url.origin === 'null' || url.pathname !== '/')
    throw new UsageError(`--origin takes an origin, for example https://app.example.com; not '${text}'`);
  return url.origin;
}
