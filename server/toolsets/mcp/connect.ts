import { Client, type Transport } from '@modelcontextprotocol/client';
import { version } from '../../version.ts';
import { serverEnvironment } from '../processes/environment.ts';
import type { ServerTarget } from '../server-target.ts';
import type { ServerListener, ToolServer } from '../tool-server.ts';
import { serverError } from './faults.ts';
import { HttpTransport } from './http-transport.ts';
import { McpToolServer } from './mcp-server.ts';
import { StdioTransport } from './stdio-transport.ts';
import { withStandIns } from './wire.ts';

/** How long a program may be silent after the first request of the newer protocol, in milliseconds. */
const probeMs = 2000;

/** How long after the end of a subscription another one is made, in milliseconds. */
const listenAgainMs = 1000;

/** How a server is reached. */
export interface ConnectOptions {
  /** Whether it may elicit answers of the person. */
  readonly canElicit: boolean;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** A connection that could not be made, with the end of what the program wrote to stderr. */
export class ConnectError extends Error {
  override readonly name = 'ConnectError';
  readonly isUnauthorized: boolean;
  readonly stderr: string;

  constructor(message: string, { stderr = '', isUnauthorized = false } = {}) {
    super(message);
    this.stderr = stderr;
    this.isUnauthorized = isUnauthorized;
  }
}

/**
 * Connects to a server in whichever revision of the protocol it speaks.
 *
 * Errors: `ConnectError`, the reason of the signal.
 */
export function connect(target: ServerTarget, listener: ServerListener, options: ConnectOptions): Promise<ToolServer> {
  return target.kind === 'program' ? startProgram(target, listener, options) : reach(target, listener, options);
}

async function startProgram(
  target: ServerTarget & { kind: 'program' },
  listener: ServerListener,
  options: ConnectOptions,
): Promise<ToolServer> {
  let probe: Probe = { ms: Math.min(probeMs, options.timeoutMs) };
  for (let lives = 2; ; lives -= 1) {
    let how = '';
    let isConnected = false;
    const env = serverEnvironment(process.env, target.env);
    const transport = new StdioTransport(
      { ...target, env },
      {
        onEnd: (reason) => {
          how = reason;
          if (isConnected) listener.onEnd(how, transport.stderrText);
        },
        onDebug: (text) => listener.onDebug(text),
      },
    );
    try {
      const server = await open(transport, { listener, options, probe });
      isConnected = true;
      return server;
    } catch (error) {
      // It ends now, if it has not done so by itself.
      const ended = how;
      await transport.close();
      options.signal.throwIfAborted();
      const next = lives > 1 ? otherProbe(error, { ended, options }) : null;
      if (next) {
        probe = next;
        continue;
      }
      const reason = ended === '' ? serverError(error).message : `the program ${ended}`;
      throw new ConnectError(reason, { stderr: transport.stderrText });
    }
  }
}

/** How the newer protocol is tried: how long an answer may take, or `none`. */
type Probe = 'none' | { readonly ms: number };

/** Returns how to try a program again that failed in a way that another first request may help with. */
function otherProbe(error: unknown, { ended, options }: { ended: string; options: ConnectOptions }): Probe | null {
  // One that does not know the newer protocol may end at its first request.
  if (ended !== '') return /closed/i.test(String((error as Error).message)) ? 'none' : null;
  // One that knows only the newer protocol may have been slow to start, so that its answer came too late.
  return serverError(error).fault.kind === 'refused' ? { ms: options.timeoutMs } : null;
}

async function reach(
  target: ServerTarget & { kind: 'url' },
  listener: ServerListener,
  options: ConnectOptions,
): Promise<ToolServer> {
  const transport = new HttpTransport(target.url, target.headers);
  try {
    return await open(transport, { listener, options, probe: { ms: options.timeoutMs } });
  } catch (error) {
    await transport.close().catch(() => undefined);
    options.signal.throwIfAborted();
    const { fault } = serverError(error);
    const isOld = /HTTP 40[45]\b/.test(fault.message) || /\b40[45]\b/.test(fault.message);
    const reason = isOld
      ? `the address answers a POST with ${fault.message}: there is no streamable HTTP endpoint, perhaps an old SSE server, which is not supported`
      : fault.message;
    throw new ConnectError(reason, { isUnauthorized: fault.kind === 'unauthorized' });
  }
}

async function open(
  transport: Transport,
  { listener, options, probe }: { listener: ServerListener; options: ConnectOptions; probe: Probe },
): Promise<ToolServer> {
  const { canElicit, timeoutMs, signal } = options;
  const isHttp = transport instanceof HttpTransport;
  const client = new Client(
    { name: 'runwire', version },
    {
      capabilities: canElicit ? { elicitation: { form: { applyDefaults: true }, url: {} } } : {},
      // A server that is reached answers; of one that is started, silence says that it is an old one.
      ...(probe === 'none' ? {} : { versionNegotiation: { mode: 'auto', probe: { timeoutMs: probe.ms } } }),
      // What tools return is for the model to read, whatever they promised.
      jsonSchemaValidator: {
        getValidator: () => (data) => ({ valid: true, data: data as never, errorMessage: undefined }),
      },
    },
  );
  let server: McpToolServer | null = null;
  if (canElicit)
    client.setRequestHandler('elicitation/create', async ({ params }, { mcpReq }) => {
      if (!server) return { action: 'cancel' };
      return (await server.answer(params, mcpReq.signal)) as { action: 'accept'; content?: Record<string, string> };
    });
  client.setNotificationHandler('notifications/tools/list_changed', () => listener.onListChanged());
  client.setNotificationHandler('notifications/message', ({ params }) =>
    listener.onDebug(`logs ${params.level}: ${String(JSON.stringify(params.data)).slice(0, 1000)}`),
  );
  client.onerror = (error) => {
    listener.onDebug(error.message.slice(0, 500));
    if (isHttp && /SSE stream|fetch failed/i.test(error.message)) listener.onDoubt();
  };
  const seen = {
    onAnswer: (id: unknown) => transport instanceof HttpTransport && transport.answered(id),
    onProgress: (params: unknown) => server?.progressed(params),
  };
  await orAbortedConnect(client.connect(withStandIns(transport, seen), { timeout: timeoutMs, signal }), signal);
  server = new McpToolServer({ client, isHttp, onDebug: listener.onDebug, end: () => close(client, transport) });
  if (server.isModern) subscribe(client, listener);
  return server;
}

/** The package notices an abort in some of its steps only. */
function orAbortedConnect(connected: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    connected.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

/** Changes of the list are sent on request (2026-07-28). A server without them refuses, and that is all. */
function subscribe(client: Client, listener: ServerListener): void {
  const listen = async () => {
    for (;;) {
      const subscription = await client.listen({ toolsListChanged: true });
      if ((await subscription.closed) !== 'remote') return;
      await new Promise((resolve) => setTimeout(resolve, listenAgainMs).unref());
      // What changed meanwhile was not reported.
      listener.onListChanged();
    }
  };
  listen().catch((error: unknown) => listener.onDebug(`sends no changes of its tools: ${(error as Error).message}`));
}

async function close(client: Client, transport: Transport): Promise<void> {
  if (transport instanceof HttpTransport) await withinASecond(transport.terminateSession());
  await client.close().catch(() => undefined);
  // Ended already where the client had lost it.
  await transport.close().catch(() => undefined);
}

/** A courtesy, which must not hold up the end. */
function withinASecond(work: Promise<unknown>): Promise<unknown> {
  const timer = new Promise((resolve) => setTimeout(resolve, 1000).unref());
  return Promise.race([work.catch(() => undefined), timer]);
}
