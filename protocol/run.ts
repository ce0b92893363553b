import * as z from 'zod';
import { defineNotification, defineRequest } from './define.ts';
import { named, onFirstUse } from './document/lazy.ts';
import { DurableEvent } from './events.ts';
import { UserContent } from './messages/content.ts';
import { ModelMessage, ModelResponse } from './messages/messages.ts';
import { RequestUsage, RunUsage } from './messages/usage.ts';
import { PendingItem } from './pending.ts';
import { ProgressToken } from './progress.ts';
import { RunResult } from './result.ts';
import { RunSpec } from './spec.ts';

const runId = () => z.string().describe('The run.');
const include = () =>
  z
    .array(z.enum(['messages', 'newMessages']))
    .nullish()
    .describe('Messages to put into the result.');
const runState = () =>
  z
    .enum(['queued', 'running', 'waiting', 'interrupted', 'finished'])
    .describe('The state of the run; `waiting`: it waits for humans, and takes no slot until they have responded.');
const complete = () => z.boolean().describe('Whether the run is over, so that this is final.');

/**
 * Parameters of `run/start`: the run, and how it is followed.
 * @since 0.1.0
 */
export const RunStartParams = named(
  'RunStartParams',
  'Parameters of `run/start`: the run, and how it is followed.',
  () =>
    z.strictObject({
      ...RunSpec().shape,
      wait: z
        .boolean()
        .nullish()
        .describe(
          'Respond with the result when the run has ended, instead of at once; cancelling the request cancels the run.',
        ),
      include: include(),
      deltas: z.enum(['coalesced', 'all', 'none']).nullish().describe('How streamed parts are shown.'),
      maxLatencyMs: z.number().nonnegative().nullish().describe('How long deltas may be held back to be merged.'),
      onBusy: z
        .enum(['queue', 'refuse'])
        .nullish()
        .describe(
          'What happens while another run of the conversation has not ended; `queue`, the default: the request is answered when this one has begun. Only with a store.',
        ),
      queue: z
        .string()
        .min(1)
        .max(128)
        .nullish()
        .describe(
          'The queue whose workers run it; absent: this daemon. Only with `--executor dbos`, and for a run that needs no callback.',
        ),
      priority: z
        .number()
        .int()
        .min(0)
        .max(1000)
        .nullish()
        .describe('Its place in the queue: lower goes first; 0 for somebody who waits, the default; 10 for a batch.'),
      tenant: z
        .string()
        .max(256)
        .nullish()
        .describe('Whose run it is: workers take those of each tenant in turn. A gateway knows that from the token.'),
      parentRunId: z.string().nullish().describe('The run whose tool starts this one.'),
      workDoneToken: ProgressToken()
        .nullish()
        .describe("LSP's progress token: `$/progress` reports the progress of the run."),
      callbacks: z
        .array(z.string())
        .nullish()
        .describe('Callbacks that the client serves for this run, beside those it named in `initialize`.'),
      partialResultToken: z.union([z.string(), z.number()]).nullish().describe("LSP's, ignored."),
      _meta: z
        .unknown()
        .optional()
        .describe(
          '`traceparent` in it, as W3C Trace Context writes it: the span the run belongs to. The rest is ignored.',
        ),
    }),
);
export type RunStartParams = z.output<ReturnType<typeof RunStartParams>>;

/**
 * The acknowledgement of a started run.
 * @since 0.1.0
 */
export const RunStarted = named('RunStarted', 'The acknowledgement of a started run.', () =>
  z.object({ runId: runId(), state: runState(), startedAt: z.string().describe('RFC 3339.') }),
);
export type RunStarted = z.output<ReturnType<typeof RunStarted>>;

/** Starts a run. @since 0.1.0 */
export const RunStart = defineRequest(
  'run/start',
  { params: RunStartParams, result: onFirstUse(() => z.union([RunStarted(), RunResult()])) },
  {
    summary:
      'Starts a run and answers at once, or with `wait` when it has ended. What ends a run is in its result, not an error.',
    errors: [
      'params.unknownField',
      'run.idConflict',
      'agent.notFound',
      'model.unknown',
      'tool.conflict',
      'history.invalid',
      'schema.invalid',
      'run.invalid',
      'conversation.busy',
      'store.unavailable',
      'overloaded',
    ],
    source: 'Pydantic AI Agent.run',
    since: '0.1.0',
  },
);

/** Waits for the end of a run. @since 0.1.0 */
export const RunWait = defineRequest(
  'run/wait',
  {
    params: onFirstUse(() =>
      z.object({
        runId: runId(),
        timeoutMs: z.number().nonnegative().nullish().describe('How long to wait, in milliseconds.'),
        include: include(),
      }),
    ),
    result: RunResult,
  },
  {
    summary: 'Responds when the run has ended; cancelling the request does not cancel the run.',
    errors: ['run.notFound', 'run.evicted', 'run.notFinished', 'run.interrupted', 'overloaded'],
    since: '0.1.0',
  },
);

/** Cancels a run. @since 0.1.0 */
export const RunCancel = defineRequest(
  'run/cancel',
  {
    params: onFirstUse(() =>
      z.object({ runId: runId(), reason: z.string().nullish().describe('Why, for the result and the log.') }),
    ),
    result: onFirstUse(() =>
      z.object({ state: runState(), accepted: z.boolean().describe('False when the run was over already.') }),
    ),
  },
  {
    summary: 'Cancels a run at any point; may be repeated. Its result follows as `run_finished`.',
    errors: ['run.notFound', 'run.evicted', 'run.owned', 'run.incompatible', 'run.unreadable', 'store.unavailable'],
    source: 'Pydantic AI AgentRun.cancel',
    since: '0.1.0',
  },
);

const messagesParams = onFirstUse(() =>
  z.object({
    runId: runId(),
    outputToolReturnContent: z
      .string()
      .nullish()
      .describe("Replaces the content of the output tool's return in a copy of the last message."),
    resultToolReturnContent: z.string().nullish().describe('Older name of `outputToolReturnContent`.'),
    format: z.enum(['objects', 'json']).nullish().describe('`json`: one string, as Pydantic AI would write it.'),
    cursor: z.string().nullish().describe('`nextCursor` of the page before.'),
    limit: z.number().int().positive().nullish().describe('Most messages of one page.'),
  }),
);

const messagesResult = onFirstUse(() =>
  z.object({
    messages: z.array(ModelMessage()).optional().describe('The messages, oldest first.'),
    json: z.string().optional().describe('The same as JSON text, with `format: json`.'),
    newMessageIndex: z.number().int().describe('Index, in the whole list, of the first message of this run.'),
    total: z.number().int().describe('Number of messages in all pages.'),
    complete: complete(),
    nextCursor: z.string().optional().describe('Present when there is another page.'),
  }),
);
export type MessagesResult = z.output<ReturnType<typeof messagesResult>>;
export type MessagesParams = z.output<ReturnType<typeof messagesParams>>;

const messageErrors = ['run.notFound', 'run.evicted', 'run.outputIsText', 'run.noToolReturn'];

/** Says something to a run that goes on. @since 0.1.0 */
export const RunSteer = defineRequest(
  'run/steer',
  {
    params: onFirstUse(() =>
      z.object({
        runId: runId(),
        content: z.union([z.string(), z.array(UserContent())]).describe('The message of the user.'),
        when: z
          .enum(['asap', 'whenIdle'])
          .default('asap')
          .describe('With the next model request, or when the run would end otherwise.'),
        toolCallId: z
          .string()
          .optional()
          .describe(
            'Id of the tool call that says it while it runs: with `asap` the content stands right after the result of that call.',
          ),
      }),
    ),
    result: onFirstUse(() =>
      z.object({ accepted: z.boolean().describe('False when the run was over already.'), state: runState() }),
    ),
  },
  {
    summary: 'Adds a user prompt to a run: to its next model request, or as another turn when it would end.',
    errors: ['run.notFound', 'run.evicted', 'run.interrupted', 'run.owned', 'store.unavailable', 'overloaded'],
    source: 'Pydantic AI AgentRun.enqueue',
    since: '0.1.0',
  },
);

/** All messages of a run. @since 0.1.0 */
export const RunMessages = defineRequest(
  'run/messages',
  { params: messagesParams, result: messagesResult },
  {
    summary: 'All messages, the given history included; exact at any instant.',
    errors: messageErrors,
    source: 'Pydantic AI AgentRunResult.all_messages, all_messages_json',
    since: '0.1.0',
  },
);

/** The messages a run added. @since 0.1.0 */
export const RunNewMessages = defineRequest(
  'run/newMessages',
  { params: messagesParams, result: messagesResult },
  {
    summary: 'The messages from `newMessageIndex` on.',
    errors: messageErrors,
    source: 'Pydantic AI AgentRunResult.new_messages, new_messages_json',
    since: '0.1.0',
  },
);

/** What a run used. @since 0.1.0 */
export const RunUsageRequest = defineRequest(
  'run/usage',
  {
    params: onFirstUse(() =>
      z.object({ runId: runId(), detail: z.boolean().nullish().describe('Also list the usage of each request.') }),
    ),
    result: onFirstUse(() =>
      z.object({
        usage: RunUsage().describe('The usage so far.'),
        requests: z.array(RequestUsage()).optional().describe('One entry for each response of the run, with `detail`.'),
        complete: complete(),
      }),
    ),
  },
  {
    summary: 'Returns the usage of a run so far; exact at any instant.',
    errors: ['run.notFound', 'run.evicted'],
    source: 'Pydantic AI AgentRunResult.usage',
    since: '0.1.0',
  },
);

/**
 * The state of a run at an instant.
 * @since 0.1.0
 */
export const RunSnapshot = named('RunSnapshot', 'The state of a run at an instant.', () =>
  z.object({
    runId: runId(),
    state: runState(),
    agent: z.string().optional().describe('Name of the agent.'),
    runStep: z.number().int().describe('Number of the model request it is at, from 1.'),
    response: ModelResponse()
      .optional()
      .describe('The response that is coming: its parts so far, `state` is `incomplete`. Not among the messages yet.'),
    pending: z.array(PendingItem()).describe('What it waits for, as in `pending/list`.'),
    usage: RunUsage().describe('The usage so far.'),
    messageCount: z.number().int().describe('Number of messages.'),
    lastSeq: z.number().int().describe('`seq` of its last event.'),
    lastDelta: z
      .number()
      .int()
      .describe('`n` of the last `run/delta` that `response` holds; one with a higher number is still to be added.'),
    result: RunResult().optional().describe('Present when it is finished.'),
  }),
);
export type RunSnapshot = z.output<ReturnType<typeof RunSnapshot>>;

/** One run by its id. @since 0.1.0 */
export const RunGet = defineRequest(
  'run/get',
  { params: onFirstUse(() => z.object({ runId: runId() })), result: RunSnapshot },
  { summary: 'Returns the state of a run at this instant.', errors: ['run.notFound', 'run.evicted'], since: '0.1.0' },
);

/** Follows a run that another connection started. @since 0.1.0 */
export const RunAttach = defineRequest(
  'run/attach',
  {
    params: onFirstUse(() => z.object({ runId: runId() })),
    result: onFirstUse(() =>
      z.object({
        runId: runId(),
        state: runState(),
        lastSeq: z
          .number()
          .int()
          .describe('`seq` of the last event that is not sent again; `run/events` has those up to it.'),
      }),
    ),
  },
  {
    summary:
      'Sends this connection the events after `lastSeq` and the deltas of a run that another connection started, and no callbacks; what waits is in `pending/list`, and the first answer wins. Deltas are left out while the connection is congested, which shows as a gap in `n`; those of a run that another process drives are merged over 100 ms, and some may be lost.',
    errors: ['run.notFound', 'run.evicted'],
    since: '0.1.0',
  },
);

const runOutcome = () => z.enum(['success', 'deferred', 'cancelled', 'failed']);

/**
 * What `run/list` says of a run with `detail`.
 * @since 0.1.0
 */
export const RunDetail = named('RunDetail', 'What `run/list` says of a run with `detail`.', () =>
  z.object({
    model: z.string().describe('The model that was requested.'),
    prompt: z.string().optional().describe('The beginning of its prompt, at most 200 characters; absent without text.'),
    parentRunId: z.string().optional().describe('The run whose tool started it.'),
    durationMs: z.number().optional().describe('From start to finish, in milliseconds; absent until it has ended.'),
    usage: RunUsage().optional().describe('Its usage; absent while another process drives it or nobody does.'),
    errorKind: z.string().optional().describe('Kind of the error that ended it.'),
  }),
);
export type RunDetail = z.output<ReturnType<typeof RunDetail>>;

const runSummary = () =>
  z.object({
    runId: runId(),
    state: runState(),
    outcome: runOutcome().optional().describe('How it ended.'),
    agent: z.string().optional().describe('Name of the agent.'),
    conversationId: z.string().describe('Its conversation.'),
    startedAt: z.string().describe('RFC 3339.'),
    detail: RunDetail().optional().describe('More of it, when that was requested.'),
  });

/** The runs the daemon knows. @since 0.1.0 */
export const RunList = defineRequest(
  'run/list',
  {
    params: onFirstUse(() =>
      z.object({
        cursor: z.string().nullish().describe('`nextCursor` of the page before.'),
        limit: z.number().int().positive().nullish().describe('Most runs of one page; default 100.'),
        state: runState().nullish().describe('Only runs in this state.'),
        outcome: runOutcome().nullish().describe('Only runs that ended so.'),
        conversationId: z.string().nullish().describe('Only runs of this conversation.'),
        detail: z.boolean().nullish().describe('Also describe each run: its model, prompt, usage and end.'),
      }),
    ),
    result: onFirstUse(() =>
      z.object({
        runs: z.array(runSummary()).describe('Newest first.'),
        nextCursor: z.string().optional().describe('Present when there is another page.'),
      }),
    ),
  },
  { summary: 'Summaries of runs that are live, finished, or in the store, newest first.', since: '0.1.0' },
);

/** Forgets a run. @since 0.1.0 */
export const RunRelease = defineRequest(
  'run/release',
  {
    params: onFirstUse(() => z.object({ runId: runId() })),
    result: onFirstUse(() =>
      z.object({ released: z.boolean().describe('False when it was unknown or forgotten already.') }),
    ),
  },
  { summary: 'Forgets a finished run.', errors: ['run.notFinished'], since: '0.1.0' },
);

const eventMessage = onFirstUse(() =>
  z.object({
    runId: runId(),
    seq: z.number().int().describe('Counts from 1 without gaps.'),
    event: DurableEvent().describe('What happened.'),
  }),
);

/** A durable event. @since 0.1.0 */
export const RunEvent = defineNotification('run/event', eventMessage, {
  summary: 'Something happened in a run; durable, in order, and ending with `run_finished`.',
  since: '0.1.0',
});

/** The events of a run again. @since 0.1.0 */
export const RunEvents = defineRequest(
  'run/events',
  {
    params: onFirstUse(() =>
      z.object({
        runId: runId(),
        afterSeq: z
          .number()
          .int()
          .nonnegative()
          .default(0)
          .describe('The last `seq` that is known; 0: from the first.'),
        limit: z.number().int().positive().nullish().describe('The maximum number of events returned.'),
        waitMs: z
          .number()
          .nonnegative()
          .nullish()
          .describe('How long to wait for the next event when there is none yet, in milliseconds.'),
      }),
    ),
    result: onFirstUse(() =>
      z.object({
        events: z
          .array(eventMessage())
          .describe('The events as `run/event` sent them, in order; continue after the last one.'),
        lastSeq: z.number().int().describe('`seq` of the last event of the run; the page may end before it.'),
        complete: complete(),
        snapshot: RunSnapshot()
          .optional()
          .describe(
            'Present when events after `afterSeq` are no longer kept, or never were: the run as it stands at `lastSeq`, in place of all events. Go on after that number.',
          ),
      }),
    ),
  },
  {
    summary:
      'Returns the events after a number, at once or when the next one is emitted. They are those that `run/event` sent; a gap is filled by a snapshot.',
    errors: ['run.notFound', 'run.evicted', 'overloaded'],
    since: '0.1.0',
  },
);
