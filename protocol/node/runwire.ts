import {
  ConnectionError,
  createMessageConnection,
  ResponseError,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-jsonrpc/node';
import type { RunHandlers } from '../client/handlers.ts';
import { RunwireClient } from '../client/index.ts';
import { ConnectionClosedError } from '../client/requests.ts';
import type { Run } from '../client/run.ts';
import type { ModelMessage, ParamsInputOf, RequestMethod, ResultOf } from '../types/client-types.ts';
import { AgentRun, type Finished } from './agent-run.ts';
import { Conversation } from './conversation.ts';
import { type DaemonOptions, DaemonProcess } from './daemon-process.ts';
import type { DaemonExit } from './errors.ts';
import { type OutputType, type Prepared, prepared, type ResumeOptions, type RunOptions } from './run-options.ts';
import type { Schema } from './schema.ts';
import { TextQueue } from './text-queue.ts';

/** Options of the daemon and of its handshake. @since 0.1.0 */
export interface StartOptions extends DaemonOptions {
  /** Gives keys that the environment of the daemon lacks; null when there is none. */
  readonly secret?: RunHandlers['secret'];
  /** Parameters of `initialize`. */
  readonly initialize?: ParamsInputOf<'initialize'>;
}

/**
 * Starts a daemon as a child process and makes the handshake.
 *
 * Errors: `DaemonGoneError` when it cannot be started or ends at once; those of `initialize`.
 * @since 0.1.0
 */
export async function startRunwire(options: StartOptions = {}): Promise<Runwire> {
  const daemon = new DaemonProcess(options);
  const runwire = new Runwire(daemon, options);
  try {
    await runwire.initialize(options.initialize);
    return runwire;
  } catch (error) {
    daemon.child.kill('SIGKILL');
    throw error;
  }
}

/** A daemon of this program. Made by `startRunwire`. @since 0.1.0 */
export class Runwire {
  /** The lower client, for whatever has no method here. */
  readonly client: RunwireClient;
  readonly #daemon: DaemonProcess;
  #initialized: ResultOf<'initialize'> | undefined;

  constructor(daemon: DaemonProcess, { secret }: Pick<StartOptions, 'secret'>) {
    this.#daemon = daemon;
    const { stdout, stdin } = daemon.child;
    const connection = createMessageConnection(new StreamMessageReader(stdout), new StreamMessageWriter(stdin));
    connection.onError(() => undefined);
    connection.onClose(() => connection.dispose());
    this.client = new RunwireClient(connection, {
      makeError: (code, message) => new ResponseError(code, message),
      ...(secret ? { secret } : {}),
    });
    connection.listen();
  }

  /** Resolves when the daemon has ended; starting another one is up to the program. */
  get exited(): Promise<DaemonExit> {
    return this.#daemon.exited;
  }

  /** Process id of the daemon; undefined when it could not be started. */
  get pid(): number | undefined {
    return this.#daemon.child.pid;
  }

  /** The daemon's part of the handshake: its version, its limits, what it can do. */
  get initializeResult(): ResultOf<'initialize'> {
    if (!this.#initialized) throw new Error('The handshake was not made; `startRunwire` makes it.');
    return this.#initialized;
  }

  /** Makes the handshake; `startRunwire` does. */
  async initialize(params: ParamsInputOf<'initialize'> = {}): Promise<ResultOf<'initialize'>> {
    const result = await this.#whileAlive(this.client.initialize({ processId: process.pid, ...params }));
    this.#initialized = result;
    return result;
  }

  /** Sends any request of the protocol. Errors: those of the method, `DaemonGoneError`. */
  request<M extends RequestMethod>(method: M, params: ParamsInputOf<M>): Promise<ResultOf<M>> {
    return this.#whileAlive(this.client.request(method, params));
  }

  /**
   * Runs an agent to its output.
   *
   * Errors: `RunFailedError`, `DaemonGoneError`, those of `run/start`.
   */
  async run<S extends Schema | undefined = undefined>(options: RunOptions<S>): Promise<Finished<OutputType<S>>> {
    const run = await this.startRun(options);
    return { output: await run.output, result: await run.result };
  }

  /**
   * Starts a run and resolves once the daemon has accepted it.
   *
   * Errors: those of `run/start`, `TypeError` for options that cannot be meant, `DaemonGoneError`.
   */
  async startRun<S extends Schema | undefined = undefined>(options: RunOptions<S>): Promise<AgentRun<OutputType<S>>> {
    const parts = prepared<S>(options);
    const params = parts.params as Parameters<RunwireClient['start']>[0];
    return this.#follow(parts, options.signal, (handlers) => this.client.start(params, handlers));
  }

  /**
   * Continues a run of the store that was interrupted, or that another program followed, for example after a crash of this one.
   * One that has ended is there with its result. Its callbacks reach these functions from here on.
   *
   * Errors: those of `run/resume`, `DaemonGoneError`.
   */
  async resume<S extends Schema | undefined = undefined>(
    runId: string,
    options: ResumeOptions<S> = {},
  ): Promise<AgentRun<OutputType<S>>> {
    const { deltas, maxLatencyMs, workDoneToken, deps } = options;
    const following = { deltas, maxLatencyMs, workDoneToken, deps };
    const given = Object.entries(following).filter(([, value]) => value !== undefined);
    // What the run may need was decided when it was started.
    const approvals = options.onApproval ? {} : { deferred: 'wait' as const };
    const parts = prepared<S>({ ...options, ...approvals } as RunOptions<S>);
    return this.#follow(parts, options.signal, (handlers) =>
      this.client.resume(runId, handlers, Object.fromEntries(given)),
    );
  }

  /**
   * Begins a conversation: runs that share these options, each with the messages of those before it. With an id it goes on in
   * that conversation of the store, or begins it there.
   */
  conversation<S extends Schema | undefined = undefined>(id: string, options?: RunOptions<S>): Conversation<S>;
  conversation<S extends Schema | undefined = undefined>(options?: RunOptions<S>): Conversation<S>;
  conversation<S extends Schema | undefined = undefined>(
    first: string | RunOptions<S> = {},
    second: RunOptions<S> = {},
  ): Conversation<S> {
    const start = (turn: RunOptions<S>) => this.startRun(turn);
    if (typeof first !== 'string') return new Conversation(start, first);
    const stored = () => this.#messagesOf(first);
    return new Conversation(start, { ...second, conversationId: first }, stored);
  }

  /** The messages of a conversation of the store; none when there is no such. */
  async #messagesOf(conversationId: string): Promise<ModelMessage[]> {
    try {
      return (await this.request('conversation/get', { conversationId })).messages;
    } catch (error) {
      if (kindOf(error) === 'conversation.notFound') return [];
      throw error;
    }
  }

  /** Begins to follow a run, with a queue for its text and the end of its signal. */
  async #follow<Output>(
    { handlers, read }: Pick<Prepared<Output>, 'handlers' | 'read'>,
    signal: AbortSignal | undefined,
    begin: (handlers: RunHandlers) => Promise<Run>,
  ): Promise<AgentRun<Output>> {
    signal?.throwIfAborted();
    const text = new TextQueue();
    const onDelta: RunHandlers['onDelta'] = (delta) => {
      text.add(delta);
      handlers.onDelta?.(delta);
    };
    const whileAlive = <T>(work: Promise<T>) => this.#whileAlive(work);
    const run = new AgentRun({ run: await whileAlive(begin({ ...handlers, onDelta })), text, whileAlive, read });
    if (signal) cancelOn(signal, run);
    return run;
  }

  /** Ends the daemon and its runs; kills it when it takes longer than 5 seconds. */
  async close(): Promise<void> {
    const { stdin } = this.#daemon.child;
    this.client.shutdown().catch(() => stdin.end());
    await this.#daemon.end();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** A connection breaks before the exit of the daemon is known: the exit says more than the library's error. */
  async #whileAlive<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      throw isBroken(error) ? await this.#daemon.gone() : error;
    }
  }
}

const kindOf = (error: unknown): unknown => (error as { data?: { kind?: unknown } } | null)?.data?.kind;

/** The errors for a connection that is closed, the library's too, and its codes for what was open then. */
function isBroken(error: unknown): boolean {
  if (error instanceof ConnectionClosedError || error instanceof ConnectionError) return true;
  if (error instanceof ResponseError) return error.code <= -32096 && error.code >= -32099;
  const { code } = (error ?? {}) as { code?: unknown };
  return code === 'EPIPE' || code === 'ERR_STREAM_DESTROYED' || code === 'ERR_STREAM_WRITE_AFTER_END';
}

function cancelOn(signal: AbortSignal, run: AgentRun<unknown>): void {
  const cancel = () => void run.cancel(reasonOf(signal)).catch(() => undefined);
  signal.addEventListener('abort', cancel, { once: true });
  if (signal.aborted) cancel();
  const done = () => signal.removeEventListener('abort', cancel);
  run.result.then(done, done);
}

const reasonOf = ({ reason }: AbortSignal): string => (reason instanceof Error ? reason.message : String(reason));
