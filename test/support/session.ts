import { ResponseError } from 'vscode-jsonrpc/node';
import type {
  CallbackMethod,
  CallbackParamsOf,
  ParamsInputOf,
  RequestMethod,
  ResultOf,
} from '../../protocol/catalogue.ts';
import type { DurableEvent } from '../../protocol/events.ts';
import type { RunResult } from '../../protocol/result.ts';
import type { ServerDeps } from '../../server/server.ts';
import { type Pair, type Reading, startPair } from './pair.ts';

type Awaitable<T> = T | Promise<T>;
type Serve = { [M in CallbackMethod]?: (params: CallbackParamsOf<M>, signal: AbortSignal) => Awaitable<unknown> };
export type RunParams = ParamsInputOf<'run/start'>;

/** The error of a refused request as tests compare it. */
export interface Refusal {
  code: number;
  message: string;
  data: { kind: string } & Record<string, unknown>;
}

/** A client with its daemon in this process, past the handshake. */
export interface TestSession {
  readonly pair: Pair;
  /** Events of each run as they came. */
  readonly events: Map<string, { seq: number; event: DurableEvent }[]>;
  request<M extends RequestMethod>(method: M, params: ParamsInputOf<M>): Promise<ResultOf<M>>;
  /** Runs to the end. */
  run(params: RunParams): Promise<RunResult>;
  /** The error a request is answered with; fails when it succeeds. */
  refusal(method: string, params?: unknown): Promise<Refusal>;
  close(): Promise<void>;
}

/** What the scripted model answers, one for each request; what is left over fails the test at `close`. */
export type Replies = Record<string, unknown>[];

export const text = (content: string) => ({ parts: [{ part_kind: 'text' as const, content }] });
export const toolCall = (tool_name: string, args: unknown = {}, tool_call_id = `call-${tool_name}`) => ({
  part_kind: 'tool-call' as const,
  tool_name,
  args,
  tool_call_id,
});
export const calls = (...parts: ReturnType<typeof toolCall>[]) => ({ parts });

/** An object schema of the given properties, all required. */
export const schemaOf = (properties: Record<string, unknown>) => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
});

/** Opens a session; `model` scripts `host:script`. */
export async function openSession(
  options: {
    model?: Replies;
    serve?: Serve;
    initialize?: ParamsInputOf<'initialize'>;
    deps?: Partial<ServerDeps>;
    reading?: Reading;
  } = {},
): Promise<TestSession> {
  const pair = startPair(options.deps, options.reading);
  const replies = [...(options.model ?? [])];
  const events: TestSession['events'] = new Map();
  const serve: Serve = {
    'model/request': () => {
      const reply = replies.shift();
      if (!reply) throw new ResponseError(1, 'the scripted model was asked once too often');
      return { response: reply };
    },
    ...options.serve,
  };
  for (const [method, handle] of Object.entries(serve)) {
    pair.client.onRequest(method, (params, token) => {
      const controller = new AbortController();
      token.onCancellationRequested(() => controller.abort());
      return (handle as (params: unknown, signal: AbortSignal) => unknown)(params, controller.signal);
    });
  }
  pair.client.onNotification('run/event', ({ runId, seq, event }) => {
    events.set(runId, [...(events.get(runId) ?? []), { seq, event }]);
  });
  pair.client.listen();
  await pair.client.sendRequest('initialize', options.initialize ?? {});
  return {
    pair,
    events,
    request: (method, params) => pair.client.sendRequest(method, params),
    run: (params) => pair.client.sendRequest<RunResult>('run/start', { model: 'host:script', ...params, wait: true }),
    refusal: (method, params) => refusalOf(pair.client.sendRequest(method, params)),
    async close() {
      await pair.close();
      if (replies.length > 0) throw new Error(`${replies.length} replies of the scripted model were not asked for`);
    },
  };
}

/** The error of a promise that must reject. */
export async function refusalOf(promise: Promise<unknown>): Promise<Refusal> {
  const outcome = await promise.then(
    (value) => ({ value }),
    (error: ResponseError<Refusal['data']>) => ({ error }),
  );
  if (!('error' in outcome)) throw new Error(`expected an error, got ${JSON.stringify(outcome.value)}`);
  const { code, message, data } = outcome.error;
  return { code, message, data: data as Refusal['data'] };
}
