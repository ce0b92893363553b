import type { ErrorKind } from '../../protocol/errors.ts';

/** What a kind of error means to the author of a host, and what to do about it. */
export interface ErrorAdvice {
  readonly meaning: string;
  readonly advice: string;
  /** Keys of `error.data` beside `kind`. */
  readonly details?: readonly string[];
}

/** A kind without an entry does not compile. */
export const errorAdvice: Readonly<Record<ErrorKind, ErrorAdvice>> = {
  'parse.error': {
    meaning: 'A message is not valid JSON.',
    advice:
      'Fix the encoder of the host. `Content-Length` counts bytes of UTF-8, not characters. The connection goes on.',
  },
  'request.invalid': {
    meaning:
      'A message is JSON and not a JSON-RPC request, or it came at a time when it is not served: a second `initialize`, or anything but `exit` after `shutdown`.',
    advice: 'Read the message: it says which. Batches are not supported; send one message at a time.',
  },
  'method.notFound': {
    meaning: 'The daemon has no method of that name.',
    advice:
      'Check the spelling. When the host may meet older daemons, look in `capabilities.runwire.requests` of the `initialize` result first.',
  },
  'params.invalid': {
    meaning: 'Parameters do not have the shape that the method takes.',
    advice:
      'Each entry of `issues` has the path of a value and what is wrong with it. This is a bug in the host: do not retry.',
    details: ['issues'],
  },
  internal: {
    meaning: 'The daemon has a bug.',
    advice: 'The log has the stack under the incident id that the message names. Please report it. Other runs go on.',
  },
  notInitialized: {
    meaning: 'A request came before `initialize`.',
    advice: 'Send `initialize` first and wait for its response.',
  },
  'request.cancelled': {
    meaning: 'The host withdrew the request with `$/cancelRequest`.',
    advice: 'Nothing. Withdrawing `run/wait` does not cancel the run; withdrawing `run/start` with `wait` does.',
  },
  'protocol.unsupported': {
    meaning: 'The daemon speaks none of the `protocolVersions` that the host named.',
    advice: 'Update the older of the two.',
  },
  'params.unknownField': {
    meaning:
      'A specification of a run or an agent has a field that does not exist. It is refused, since a misspelt limit must not vanish.',
    advice: 'Fix the name at `path`; `didYouMean` is the likeliest one.',
    details: ['path', 'didYouMean'],
  },
  notAllowed: {
    meaning: 'The token of the connection does not allow the method or the model.',
    advice: 'Ask the operator of the gateway for a token whose `allow` names it.',
    details: ['method', 'model'],
  },
  overloaded: {
    meaning: 'A limit of the daemon is reached: runs, requests in flight, waiters, or bytes that are held.',
    advice:
      'Wait for `retryAfterMs` when it is given, or until a run has ended. An operator can raise the limit with `--config`.',
    details: ['limit', 'max', 'value', 'retryAfterMs'],
  },
  'message.tooLarge': {
    meaning: 'A message is larger than `messageBytes`. It was skipped; the connection goes on.',
    advice:
      'Send large files by address instead of inline, read messages in pages (`limit`, `cursor`), or have the operator raise the limit.',
    details: ['limit', 'size'],
  },
  'store.unavailable': {
    meaning: 'The store of the daemon cannot be read or written.',
    advice: 'Look at the disk and the permissions of the folder that the operator gave with `--store`.',
  },
  'run.notFound': {
    meaning: 'No run has that id.',
    advice:
      'Check the id. The runs of a daemon end with it: after a restart (another `epoch`) start from messages that you kept.',
    details: ['runId'],
  },
  'run.evicted': {
    meaning: 'The run ended and is no longer kept: it was released, or made room for newer ones.',
    advice:
      'Read what you need before `finishedRunsKept`, `finishedRunsKeptMs` or `finishedRunsKeptBytes` push it out, or keep the messages yourself. Conversations of the clients do.',
    details: ['runId'],
  },
  'run.idConflict': {
    meaning:
      'A run of that `runId` exists with other parameters. With the same ones, `run/start` returns the run instead.',
    advice: 'Choose another id; leave `runId` out to get one.',
    details: ['runId'],
  },
  'run.notFinished': {
    meaning:
      'The run goes on, and the request needs its end: `run/release`, a history of `{runId}`, or `run/wait` whose `timeoutMs` has passed.',
    advice: 'Wait with `run/wait`, or cancel the run first.',
    details: ['runId', 'state'],
  },
  'run.interrupted': {
    meaning:
      'The run was parked when its daemon ended or could not write to the store, or its daemon is gone. Only with a store.',
    advice: 'Continue it by `run/resume`; `cause` says what kept it from being written. To give it up, cancel it.',
    details: ['runId', 'cause'],
  },
  'run.outputIsText': {
    meaning:
      '`outputToolReturnContent` was given for a run whose output came from text, so there is no return of an output tool to replace.',
    advice: 'Leave the parameter out.',
  },
  'run.noToolReturn': {
    meaning:
      '`outputToolReturnContent` was given for a run that has no return of an output tool, because it failed or goes on.',
    advice: 'Leave the parameter out, or wait until the run has succeeded.',
  },
  'run.owned': {
    meaning: 'The run is stored, and another daemon that is alive owns it.',
    advice:
      'Read it, follow it with `run/events`, and resume it when that daemon, whose process is `pid`, has ended or parked it.',
    details: ['runId', 'pid'],
  },
  'run.incompatible': {
    meaning: 'The stored run was written by an engine that works differently, and cannot be rebuilt by this one.',
    advice: 'Start another run with `messageHistory: {"runId": …}`, which goes on from its messages.',
    details: ['runId', 'recorded', 'current'],
  },
  'run.unreadable': {
    meaning: 'The stored run is damaged, or a later version of Runwire wrote it (`reason` is `newer`).',
    advice:
      'What stands before the damage can be read; go on from it in another run. `runwire store verify` finds such runs. Update Runwire for newer ones.',
    details: ['runId', 'line', 'reason'],
  },
  'conversation.notFound': {
    meaning: 'No stored conversation has that id.',
    advice: 'Check the id; without a store, `conversationId` is only a label.',
  },
  'conversation.busy': {
    meaning: 'A run of the conversation goes on, or was interrupted, and the next would not see its messages.',
    advice: 'Wait for the end of the run in `runId`; resume or cancel it when it was interrupted.',
    details: ['conversationId', 'runId'],
  },
  'run.poisoned': {
    meaning: 'Three workers in a row died over this run without recording a step of it.',
    advice:
      'Look into the logs of the workers for what killed them. The messages up to there are in `run/messages`; begin another run from them.',
    details: ['takeovers'],
  },
  'agent.notFound': {
    meaning: 'No agent of that name is registered.',
    advice: 'Register it with `agent/register` after every start of the daemon.',
  },
  'model.unknown': {
    meaning: 'The provider does not exist, or the file with its code is missing beside the daemon.',
    advice:
      'Name models as `provider:model`; [Providers](providers.md) has the names. Copy the whole folder of the daemon.',
    details: ['model'],
  },
  'tool.conflict': {
    meaning: 'Two tools of the run have one name, or a tool has the name of an output tool.',
    advice: 'Rename one of them.',
    details: ['tool'],
  },
  'history.invalid': {
    meaning:
      'A message of the given history cannot be read: it has another format, a part of an unknown kind, or calls without returns.',
    advice:
      'Look at the message at `index`. Messages are Pydantic AI’s JSON, not OpenAI’s. `openToolCalls: "close"` closes open calls, `unknownParts: "carry"` keeps what a newer version wrote.',
    details: ['index', 'reason'],
  },
  'schema.invalid': {
    meaning: 'A JSON Schema of a tool or an output cannot be used.',
    advice: 'Fix the schema at `path`. A tool takes an object; references must stay within the schema.',
    details: ['path'],
  },
  'callback.failed': {
    meaning:
      'The host answered a callback with an error, and the run cannot go on without it: a prompt, a history processor, a validator, a model, or a tool with `onError: "fail-run"`.',
    advice: 'The message is the host’s own. Fix the function that `method` and `name` point to.',
    details: ['method', 'name'],
  },
  'callback.invalid': {
    meaning: 'The host answered a callback with a result of the wrong shape.',
    advice: 'Compare the result with the method in the [protocol](protocol.md). The clients wrap values for you.',
    details: ['method', 'name'],
  },
  'callback.unsupported': {
    meaning: 'The host answered a callback with “method not found”, and the run needs it.',
    advice:
      'Serve the method, or name those that you serve in `initializationOptions.callbacks`: others then wait in `pending/list`.',
    details: ['method', 'name'],
  },
  'callback.timeout': {
    meaning:
      'The host did not answer a callback in time. A tool that is late is only retried by the model; this error is about the other callbacks.',
    advice: 'Answer sooner, or have the operator raise `callbackTimeoutMs`.',
    details: ['method', 'name', 'timeoutMs'],
  },
  'client.gone': {
    meaning: 'The connection of the host ended while the run needed it.',
    advice: 'Keep stdin of the daemon open until its runs have ended.',
  },
  'pending.notFound': {
    meaning: 'No item waits under that `pendingId`.',
    advice: 'Take ids from `pending/list` or the event `pending_added`.',
    details: ['pendingId'],
  },
  'pending.resolved': {
    meaning: 'The item was answered already, or its run has ended. The first answer wins.',
    advice: 'Nothing; tell the user that it is settled. `end` says how.',
    details: ['pendingId', 'end'],
  },
  'run.invalid': {
    meaning: 'The run cannot be meant as it is: what Pydantic AI raises as `UserError`.',
    advice: 'The message says what to change, often with the ways to do it.',
  },
  'model.unexpectedBehavior': {
    meaning:
      'The model did something that the run cannot use, and its retries are spent: invalid arguments again and again, an unknown tool, no output.',
    advice:
      '`cause` is the last retry. Make the description or the schema plainer, allow more `retries`, or take a stronger model.',
    details: ['cause'],
  },
  contentFilter: {
    meaning: 'The filter of the provider stopped the response, and nothing of it is left.',
    advice: 'Change the prompt. The same request will be stopped again.',
    details: ['body'],
  },
  'model.incompleteToolCall': {
    meaning: 'The response reached its token limit within a tool call. The call was not run.',
    advice: 'Raise `max_tokens` in the model settings, or let the tool take less.',
  },
  'usage.limitExceeded': {
    meaning:
      'The run reached one of its `usageLimits`: requests (50 unless you say otherwise), tool calls, tokens or cost.',
    advice:
      '`limit`, `max` and `value` say which and by how much. Raise it if the run was right to need more. Messages are kept: a new run can go on from them.',
    details: ['limit', 'max', 'value'],
  },
  'model.http': {
    meaning: 'The provider answered with an HTTP error. What may pass (408, 409, 429, 5xx) has been retried.',
    advice:
      '`status` and `body` are the provider’s. When `retryable`, try again after `retryAfterMs`, or name another model to fall back on.',
    details: ['provider', 'model', 'status', 'retryable', 'retryAfterMs', 'requestId', 'body'],
  },
  'model.api': {
    meaning: 'The provider cannot be reached, or answered with something that is not a response.',
    advice: 'Check the network, the proxy and `baseUrl`. `retryable` says whether the same request may work later.',
    details: ['provider', 'model', 'retryable', 'body'],
  },
  'model.allFailed': {
    meaning: 'Every model of a fallback list failed.',
    advice: '`errors` has the error of each, in order. Act on them one by one.',
    details: ['errors', 'attempts'],
  },
  'run.cancelled': {
    meaning: 'The run was cancelled: by `run/cancel`, by its progress, or because the session or the daemon ended.',
    advice: 'Nothing. Its messages are kept, and take a new prompt.',
  },
  'model.stream': {
    meaning:
      'A streamed response ended before it was complete. What had come is in the history; calls with cut arguments were not run.',
    advice: 'Start a new run from the messages. When it happens often, a proxy may be cutting long connections.',
    details: ['provider', 'retryable'],
  },
  'auth.missing': {
    meaning: 'There is no key for the provider, neither in the environment nor from the host.',
    advice: 'Set the variable in `envVar`, or answer `secret/get`. [Providers](providers.md) lists every variable.',
    details: ['provider', 'envVar'],
  },
  'run.timeout': {
    meaning: 'The run did not end within its `timeoutMs`. Waiting for humans is not counted.',
    advice: 'Allow more time, or make the run smaller. Its messages are kept.',
    details: ['timeoutMs'],
  },
  'model.outputTokenLimit': {
    meaning: 'The response reached its token limit before there was anything to use.',
    advice: 'Raise `max_tokens`; models that think need room for that too.',
    details: ['cause'],
  },
  'model.rejected': {
    meaning:
      'Responses of models in a fallback list were rejected by `fallbackOn`. It stands among the `errors` of `model.allFailed`.',
    advice: 'Loosen `fallbackOn`, or add a model.',
  },
  'mcp.unavailable': {
    meaning:
      'An MCP server of the run could not be started or reached, did not become ready in time, or died too often; or the operator does not allow it (`--mcp`).',
    advice:
      'Read `reason` and `stderr`. A first start by `npx` or `uvx` may need a longer `startTimeoutMs`; with `optional` the run goes on without it.',
    details: ['server', 'reason', 'stderr'],
  },
};
