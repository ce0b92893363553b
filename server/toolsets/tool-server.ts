import type { ElicitResult } from '../../protocol/callbacks.ts';

/** A tool as its server describes it, unchecked. */
export type ListedTool = Readonly<Record<string, unknown>>;

/** What a server says of itself. */
export interface ServerFacts {
  readonly serverInfo?: Readonly<Record<string, unknown>>;
  readonly protocolVersion: string;
  readonly instructions?: string;
}

/** What a server wants to know from the person. */
export interface Elicitation {
  readonly message: string;
  readonly requestedSchema?: Record<string, unknown>;
  readonly url?: string;
  /** Whether it is known that the call it came through is the one that needs the answer. */
  readonly isOfCall: boolean;
}

/** Gets an answer from the person; waits as long as it takes. */
export type ElicitFunction = (elicitation: Elicitation, signal: AbortSignal) => Promise<ElicitResult>;

/** A call of a tool at its server. */
export interface ServerCall {
  /** The name the server gives it. */
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
  /** The schema of its arguments, as the server wrote it. */
  readonly inputSchema: unknown;
  /** The run that calls: a server of the older protocol elicits in the name of one run only. */
  readonly runId: string;
  /** Aborted at the deadline, and when the run ends: the server is notified, and nothing is waited for. */
  readonly signal: AbortSignal;
  readonly onProgress: (message: string | undefined, fraction: number | undefined) => void;
  /** The trace that the run is part of (W3C). */
  readonly traceparent?: string;
  /** Null when nobody can answer. */
  readonly elicit: ElicitFunction | null;
}

/** Why a request to a server brought no result. */
export type ServerFault =
  /** It answered with an error. */
  | { readonly kind: 'refused'; readonly message: string }
  /** It has ended, or the connection to it has. */
  | { readonly kind: 'gone'; readonly message: string }
  /** It does not know our session any more: nothing was done. */
  | { readonly kind: 'session'; readonly message: string }
  /** It wants other credentials (401). */
  | { readonly kind: 'unauthorized'; readonly message: string }
  /** Its answer cannot be used. */
  | { readonly kind: 'invalid'; readonly message: string };

/** A request to a server that brought no result. */
export class ServerError extends Error {
  override readonly name = 'ServerError';
  readonly fault: ServerFault;

  constructor(fault: ServerFault) {
    super(fault.message);
    this.fault = fault;
  }
}

/** A server that is connected: started, or reached over HTTP. */
export interface ToolServer {
  readonly facts: ServerFacts;
  /** Lists its tools, all pages of them. Errors: `ServerError`, the reason of the signal. */
  list(signal: AbortSignal): Promise<readonly ListedTool[]>;
  /** Calls a tool; resolves with the result as the server sent it. Errors: as `list`. */
  call(call: ServerCall): Promise<unknown>;
  /** Finds out whether a server that may be gone still serves. */
  check(signal: AbortSignal): Promise<void>;
  /** Ends the connection, and the program with all it started. Never rejects. */
  end(): Promise<void>;
}

/** Who listens to a connected server. */
export interface ServerListener {
  /** The list of tools may be another one now. */
  onListChanged(): void;
  /** Something went wrong that may mean that the server is gone. */
  onDoubt(): void;
  /** It has ended by itself. Says how, with the end of what it wrote to stderr. */
  onEnd(how: string, stderr: string): void;
  /** For the log of the daemon. */
  onDebug(text: string): void;
}
