import type { Client } from '@modelcontextprotocol/client';
import type { ElicitResult } from '../../../protocol/callbacks.ts';
import { type ListedTool, type ServerCall, ServerError, type ServerFacts, type ToolServer } from '../tool-server.ts';
import { answerTo, elicitationIn, inputResponses } from './elicitation.ts';
import { serverError } from './faults.ts';
import { headersOf, paramHeadersOf } from './param-headers.ts';
import { anyResult, rawResult } from './wire.ts';

/** Pages of a list of tools. */
const maxPages = 100;
/** How often one call may need input. */
const maxRounds = 8;
/** Deadlines are ours, since they move: the package gets the longest it can hold. */
const timeout = 2 ** 31 - 1;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** How a connected client is made into a server. */
export interface McpServerOptions {
  readonly client: Client;
  readonly isHttp: boolean;
  readonly end: () => Promise<void>;
  readonly onDebug: (text: string) => void;
}

/** A server that is spoken to by a client of the MCP package. */
export class McpToolServer implements ToolServer {
  readonly facts: ServerFacts;
  readonly #options: McpServerOptions;
  /** Open calls by their progress tokens. */
  readonly #calls = new Map<string, ServerCall>();
  #made = 0;

  constructor(options: McpServerOptions) {
    const { client } = options;
    this.#options = options;
    const serverInfo = client.getServerVersion();
    const instructions = client.getInstructions();
    this.facts = {
      protocolVersion: client.getNegotiatedProtocolVersion() ?? '',
      ...(isRecord(serverInfo) ? { serverInfo } : {}),
      ...(typeof instructions === 'string' && instructions.trim() !== '' ? { instructions } : {}),
    };
  }

  async list(signal: AbortSignal): Promise<readonly ListedTool[]> {
    const tools: ListedTool[] = [];
    let cursor: unknown;
    for (let page = 0; page < maxPages; page += 1) {
      const params = cursor === undefined ? {} : { cursor };
      const result = await this.#request('tools/list', params, { signal });
      const { tools: listed, nextCursor } = isRecord(result) ? result : {};
      if (!Array.isArray(listed))
        throw new ServerError({ kind: 'invalid', message: 'Its list of tools is not a list.' });
      for (const tool of listed) tools.push(isRecord(tool) ? tool : {});
      if (typeof nextCursor !== 'string' || nextCursor === cursor) return tools;
      cursor = nextCursor;
    }
    throw new ServerError({ kind: 'invalid', message: `Its list of tools has more than ${maxPages} pages.` });
  }

  async call(call: ServerCall): Promise<unknown> {
    this.#made += 1;
    const token = `call-${this.#made}`;
    this.#calls.set(token, call);
    try {
      return await this.#callInRounds(call, token);
    } finally {
      this.#calls.delete(token);
    }
  }

  async #callInRounds(call: ServerCall, progressToken: string): Promise<unknown> {
    const { name, args, elicit, signal, traceparent } = call;
    // Without a token no server reports progress.
    const _meta = { progressToken, ...(traceparent === undefined ? {} : { traceparent }) };
    const params = { name, arguments: args, _meta };
    const options = { signal, headers: this.#headers(call) };
    let answers: object = {};
    for (let round = 0; round <= maxRounds; round += 1) {
      const result = await this.#request('tools/call', { ...params, ...answers }, options);
      if (!isRecord(result) || result.resultType !== 'input_required') return result;
      const { inputRequests, requestState } = result;
      const responses = await inputResponses(inputRequests, elicit, signal);
      answers = {
        ...(Object.keys(responses).length > 0 ? { inputResponses: responses } : {}),
        ...(requestState === undefined ? {} : { requestState }),
      };
    }
    throw new ServerError({ kind: 'invalid', message: `The server asked for input more than ${maxRounds} times.` });
  }

  /** Takes the progress of a call. */
  progressed(params: unknown): void {
    const { progressToken, progress, total, message } = isRecord(params) ? params : {};
    const call = this.#calls.get(String(progressToken));
    const known = typeof progress === 'number' && typeof total === 'number' && total > 0;
    const fraction = known ? Math.min(1, Math.max(0, progress / total)) : undefined;
    call?.onProgress(typeof message === 'string' ? message : undefined, fraction);
  }

  #headers({ args, inputSchema }: ServerCall): Record<string, string> {
    const declared = this.#options.isHttp && this.isModern ? paramHeadersOf(inputSchema) : null;
    return declared && 'headers' in declared ? headersOf(declared.headers, args) : {};
  }

  async check(signal: AbortSignal): Promise<void> {
    if (!this.isModern) await this.#request('ping', {}, { signal });
  }

  /** Answers `elicitation/create` (before 2026-07-28), which does not say which call it belongs to. */
  async answer(params: unknown, signal: AbortSignal): Promise<ElicitResult> {
    const runs = new Set([...this.#calls.values()].map(({ runId }) => runId));
    const elicit = [...this.#calls.values()].find((call) => call.elicit)?.elicit;
    if (runs.size === 1 && elicit) return answerTo(elicitationIn(params, this.#calls.size === 1), elicit, signal);
    this.#options.onDebug(`asked a question while calls of ${runs.size} runs are open; it was answered with 'cancel'`);
    return { action: 'cancel' };
  }

  end(): Promise<void> {
    return this.#options.end();
  }

  get isModern(): boolean {
    return this.#options.client.getProtocolEra() === 'modern';
  }

  async #request(method: string, params: Record<string, unknown>, options: RequestOptions): Promise<unknown> {
    const { signal } = options;
    signal.throwIfAborted();
    const { client } = this.#options;
    const request = client.request({ method, params }, anyResult, { ...options, timeout, allowInputRequired: true });
    return rawResult(await orAborted(request, signal));
  }
}

interface RequestOptions {
  readonly signal: AbortSignal;
  readonly headers?: Record<string, string>;
}

/** Rejects with the reason of the signal, which the package would wrap, at once. */
function orAborted<T>(request: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    request
      .then(resolve, (error: unknown) => reject(signal.aborted ? signal.reason : serverError(error)))
      .finally(() => signal.removeEventListener('abort', onAbort));
  });
}
