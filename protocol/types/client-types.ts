import type {
  CallbackParams,
  CallbackResults,
  DeferredToolRequests,
  ModelRequest,
  ModelRequestInput,
  ModelResponse,
  ModelResponseInput,
  NotificationParams,
  RequestParams,
  RequestResults,
  RunError,
  RunResult as RunResultFields,
} from './wire-types.ts';

// The types of the catalogue for those who write a client: the same as in `catalogue.ts`, without its schemas.

/** A request that a client sends. @since 0.1.0 */
export type RequestMethod = keyof RequestParams;
/** A request that the daemon sends. @since 0.1.0 */
export type CallbackMethod = Exclude<keyof CallbackParams, `window/${string}`>;
/** A notification of the daemon. @since 0.1.0 */
export type ServerNotificationMethod = keyof NotificationParams;

/** Parameters as a client writes them. @since 0.1.0 */
export type ParamsInputOf<M extends RequestMethod> = RequestParams[M];
/** Result of a request. @since 0.1.0 */
export type ResultOf<M extends RequestMethod> = RequestResults[M];
/** Parameters of a callback as a client receives them. @since 0.1.0 */
export type CallbackParamsOf<M extends CallbackMethod> = CallbackParams[M];
/** What a client may respond to a callback. @since 0.1.0 */
export type CallbackResultOf<M extends CallbackMethod> = CallbackResults[M];
/** Parameters of a notification of the daemon. @since 0.1.0 */
export type NotificationOf<M extends ServerNotificationMethod> = NotificationParams[M];

/** A message of a history. Source: Pydantic AI `ModelMessage`. @since 0.1.0 */
export type ModelMessage = ModelRequest | ModelResponse;
/** A message as it may be given. @since 0.1.0 */
export type ModelMessageInput = ModelRequestInput | ModelResponseInput;

/** How a run is followed, and what its request is about, beside what is run. */
type Followed =
  | 'wait'
  | 'include'
  | 'deltas'
  | 'maxLatencyMs'
  | 'parentRunId'
  | 'workDoneToken'
  | 'callbacks'
  | 'partialResultToken'
  | '_meta';

/** A run as a client specifies it, without how it is followed. @since 0.1.0 */
export type RunSpecInput = Omit<ParamsInputOf<'run/start'>, Followed>;

/** A run that succeeded; a null output is a value. @since 0.1.0 */
export interface RunSucceeded {
  outcome: 'success';
  /** The output. */
  output?: unknown;
  error?: undefined;
  deferred?: undefined;
}

/** A run that left calls open. @since 0.1.0 */
export interface RunDeferred {
  outcome: 'deferred';
  /** The calls it leaves to others. */
  deferred: DeferredToolRequests;
  output?: undefined;
  error?: undefined;
}

/** A run that failed or was cancelled. @since 0.1.0 */
export interface RunStopped {
  outcome: 'failed' | 'cancelled';
  /** Why. */
  error: RunError;
  output?: undefined;
  deferred?: undefined;
}

/** How a run ended; `outcome` says which of the three. Source: Pydantic AI `AgentRunResult`. @since 0.1.0 */
export type RunResult = Omit<RunResultFields, 'outcome' | 'output' | 'error' | 'deferred'> &
  (RunSucceeded | RunDeferred | RunStopped);
