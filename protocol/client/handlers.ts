import type {
  CallbackMethod,
  CallbackParamsOf,
  CallbackResultOf,
  ModelMessage,
  ModelMessageInput,
  NotificationOf,
} from '../types/client-types.ts';
import type { ModelDeltaParamsInput, ToolDefinition } from '../types/wire-types.ts';
import type { ToolAnswer } from './tool-result.ts';

/** An elicitation: what an MCP server wants to know from the person, or a tool of the host, which has no `server`. @since 0.1.0 */
export type Elicitation = Pick<
  CallbackParamsOf<'user/ask'>,
  'runId' | 'toolCallId' | 'message' | 'requestedSchema' | 'url'
> & {
  readonly server?: string;
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
};

/** The context of a tool call. @since 0.1.0 */
export interface ToolContext {
  readonly call: CallbackParamsOf<'tool/call'>;
  /** Aborted when the run no longer waits for the result. */
  readonly signal: AbortSignal;
  /** Reports the progress of the call to those who follow the run. */
  progress(message: string, fraction?: number): void;
  /** Gets an answer from the person by the handler that serves MCP servers; `cancel` without one. */
  elicit(elicitation: Pick<Elicitation, 'message' | 'requestedSchema' | 'url'>): Promise<CallbackResultOf<'user/ask'>>;
}

/** The context of a model request. @since 0.1.0 */
export interface ModelContext {
  readonly signal: AbortSignal;
  /** Sends a piece of the response when the request has `stream`; the result then leaves out `parts`. */
  delta(piece: ModelDeltaParamsInput['delta']): void;
}

type Awaitable<T> = T | Promise<T>;

/** A tool of the host: the value it returns is shown to the model. @since 0.1.0 */
export type ToolFunction = (args: Record<string, unknown>, context: ToolContext) => Awaitable<unknown>;

/** Handlers for the callbacks of a run, by the names of its specification. @since 0.1.0 */
export interface RunHandlers {
  readonly tools?: Readonly<Record<string, ToolFunction>>;
  /** Output validators: give the output back, or `retry(message)`. */
  readonly validators?: Readonly<
    Record<string, (output: unknown, call: CallbackParamsOf<'output/validate'>) => Awaitable<unknown | ToolAnswer>>
  >;
  /** Output functions: give the output, or `retry(message)`. */
  readonly functions?: Readonly<
    Record<string, (input: unknown, call: CallbackParamsOf<'output/validate'>) => Awaitable<unknown | ToolAnswer>>
  >;
  /** Prompts that are made at run time; null leaves one out. */
  readonly prompts?: Readonly<Record<string, (call: CallbackParamsOf<'prompt/resolve'>) => Awaitable<string | null>>>;
  readonly historyProcessors?: Readonly<Record<string, (messages: ModelMessage[]) => Awaitable<ModelMessageInput[]>>>;
  readonly prepareTools?: (
    tools: ToolDefinition[],
    call: CallbackParamsOf<'tools/prepare'>,
  ) => Awaitable<ToolDefinition[]>;
  /** Models the host serves, by the NAME of `host:NAME`. */
  readonly models?: Readonly<
    Record<
      string,
      (
        request: CallbackParamsOf<'model/request'>,
        context: ModelContext,
      ) => Awaitable<NonNullable<CallbackResultOf<'model/request'>['response']>>
    >
  >;
  /** Resolves deferred calls while the run goes on (`deferred: 'handle'`); a call that is left out ends the run. */
  readonly deferred?: (requests: CallbackParamsOf<'deferred/handle'>) => Awaitable<CallbackResultOf<'deferred/handle'>>;
  /** Gives a key or a header that the environment of the daemon lacks; null when there is none. */
  readonly secret?: (request: CallbackParamsOf<'secret/get'>) => Awaitable<string | null>;
  /** Gets an answer from the person for an MCP server; tools of the host use it by `elicit` of their context. */
  readonly elicit?: (elicitation: Elicitation) => Awaitable<CallbackResultOf<'user/ask'>>;
  /** Called with each delta as it comes, in order with the events. */
  readonly onDelta?: (delta: NotificationOf<'run/delta'>) => void;
}

const has = (named: Readonly<Record<string, unknown>> | undefined) => Object.keys(named ?? {}).length > 0;

const serve: Record<CallbackMethod, (handlers: RunHandlers) => boolean> = {
  'tool/call': ({ tools }) => has(tools),
  'output/validate': ({ validators, functions }) => has(validators) || has(functions),
  'prompt/resolve': ({ prompts }) => has(prompts),
  'model/request': ({ models }) => has(models),
  'history/process': ({ historyProcessors }) => has(historyProcessors),
  'tools/prepare': ({ prepareTools }) => prepareTools !== undefined,
  'deferred/handle': ({ deferred }) => deferred !== undefined,
  'secret/get': ({ secret }) => secret !== undefined,
  'user/ask': ({ elicit }) => elicit !== undefined,
};

/** The callbacks that handlers are given for. @since 0.1.0 */
export const servedBy = (handlers: RunHandlers): CallbackMethod[] =>
  (Object.keys(serve) as CallbackMethod[]).filter((method) => serve[method](handlers));
