import * as z from 'zod';
import { defineNotification, defineRequest } from './define.ts';
import { named, onFirstUse } from './document/lazy.ts';
import { JsonMap } from './messages/scalars.ts';

export { PROTOCOL_VERSION } from './version.ts';

const bound = (what: string) => z.number().int().positive().describe(what);

/**
 * Limits in force. A client may lower them in `initialize`; only the operator may raise them.
 * @since 0.1.0
 */
export const Limits = named(
  'Limits',
  'Limits in force. A client may lower them in `initialize`; only the operator may raise them.',
  () =>
    z.object({
      messageBytes: bound('Bytes of one message, in and out.'),
      headerBytes: bound('Bytes of the header of one message.'),
      nesting: bound('How deep a message may be nested, and the JSON of an answer of a provider.'),
      requestsInFlight: bound('Open requests of the client; those that wait for a run are not counted.'),
      activeRuns: bound('Runs that run at once; further ones are queued.'),
      queuedRuns: bound('Runs that may wait for a slot.'),
      finishedRunsKept: bound('Finished runs that stay readable.'),
      finishedRunsKeptMs: bound('Time for which they stay readable, in milliseconds.'),
      finishedRunsKeptBytes: bound('How many bytes of messages and events finished runs may hold.'),
      stepsPerRun: bound('Model requests of one run, whatever its usage limits are.'),
      eventsPerRun: bound('Durable events of one run.'),
      messageBytesPerRun: bound('Bytes of the messages one run adds, as JSON.'),
      responseBytes: bound(
        'Bytes of one response that comes whole; characters of the content of one that is streamed.',
      ),
      streamBytes: bound('Bytes of one stream of a provider, decoded, with everything around its content.'),
      partsPerResponse: bound('Parts of one response.'),
      callsPerResponse: bound('Tool calls of one response.'),
      nameCharacters: bound('Characters of one tool name or one id in a response.'),
      streamStallMs: bound(
        'How long a provider may send nothing but keep-alives, unknown events and empty pieces, in milliseconds.',
      ),
      validationMs: bound('How long one value is checked against its schema, in milliseconds; then it is refused.'),
      eventsKept: bound('Latest events of a run that `run/events` still has.'),
      eventsKeptBytes: bound('Maximum number of bytes that they may have.'),
      callbackTimeoutMs: bound('Deadline of a callback, in milliseconds.'),
      callbacksInFlight: bound('Callbacks of one run that may be open at once.'),
      openRunsBytes: bound(
        'Bytes, as JSON, that runs which have not ended were given together: specifications, histories, prompts, `deps`, and the contents of their steering queues.',
      ),
      agents: bound('Registered agents.'),
      agentsBytes: bound('Bytes of the specifications of registered agents, as JSON.'),
      toolsPerRun: bound('Tools of one run.'),
      depsBytes: bound('Bytes of `deps` as JSON.'),
      metadataBytes: bound('Bytes of `metadata` as JSON.'),
      waitersPerRun: bound('Open waits for one run, for its end and for its next event each.'),
      runDepth: bound('How deep runs may start runs.'),
      steerQueue: bound('Messages in the steering queue of one run.'),
      steerQueueBytes: bound('Bytes of the messages in the steering queue of one run, as JSON.'),
      shutdownGraceMs: bound('How long runs may go on after their client has gone, in milliseconds.'),
    }),
);
export type Limits = z.output<ReturnType<typeof Limits>>;

const initializationOptions = () =>
  z.looseObject({
    callbacks: z
      .array(z.string())
      .nullish()
      .describe(
        'Callbacks the client serves; absent: all. Others wait as items of `pending/list`, of which a run warns that needs one (`callback.notServed`); `[]`: all of them wait, by intent.',
      ),
    protocolVersions: z.array(z.number()).nullish().describe('Versions that the client supports.'),
    strict: z.boolean().nullish().describe('Reserved.'),
    wakeUp: z
      .boolean()
      .nullish()
      .describe(
        'Whether `$/waiting` follows a callback that went unnoticed; absent: for clients whose name says Emacs or Eglot.',
      ),
    historyDeltas: z
      .boolean()
      .nullish()
      .describe(
        'Whether a `model/request` may leave out the messages that the request before it had (`history.base`): the host keeps those. Absent: no.',
      ),
    limits: z.record(z.string(), z.number()).nullish().describe('Lower limits for this connection.'),
    defaults: z
      .looseObject({ model: z.string().nullish().describe('Model of runs that name none.') })
      .nullish()
      .describe('Defaults of runs.'),
  });

/**
 * Parameters of `initialize`: those of LSP, with Runwire's in `initializationOptions`.
 * @since 0.1.0
 */
export const InitializeParams = named(
  'InitializeParams',
  "Parameters of `initialize`: those of LSP, with Runwire's in `initializationOptions`.",
  () =>
    z.looseObject({
      processId: z.number().int().nullish().describe('Process id of the host.'),
      clientInfo: z
        .looseObject({
          name: z.string().describe('Name of the program.'),
          version: z.string().nullish().describe('Its version.'),
        })
        .nullish()
        .describe('The host.'),
      capabilities: JsonMap().nullish().describe("LSP's client capabilities."),
      initializationOptions: z
        .preprocess(
          (value) => (Array.isArray(value) && value.length === 0 ? {} : value),
          initializationOptions().nullish(),
        )
        .optional()
        .describe('What concerns Runwire.'),
      trace: z.string().nullish().describe('Initial trace value.'),
    }),
);
export type InitializeParams = z.output<ReturnType<typeof InitializeParams>>;

/**
 * Result of `initialize`.
 * @since 0.1.0
 */
export const InitializeResult = named('InitializeResult', 'Result of `initialize`.', () =>
  z.object({
    protocolVersion: z.number().int().describe('The version both sides use.'),
    serverInfo: z
      .object({
        name: z.string().describe('Always `runwire`.'),
        version: z.string().describe('Version of the package.'),
        pydanticAi: z.string().describe('The version of Pydantic AI whose semantics and message JSON it follows.'),
      })
      .describe('The daemon.'),
    epoch: z
      .string()
      .describe('Changes with every start of the daemon: what was known of runs under another one no longer holds.'),
    limits: Limits().describe('Bounds in force for this connection.'),
    capabilities: z
      .object({
        runwire: z
          .object({
            requests: z.array(z.string()).describe('Requests it serves.'),
            callbacks: z.array(z.string()).describe('Requests it may send.'),
            notifications: z.array(z.string()).describe('Notifications it may send.'),
          })
          .describe('The methods of this protocol that it knows.'),
      })
      .describe('What the daemon can do; shaped so that stock LSP clients accept it.'),
  }),
);

/** The handshake. @since 0.1.0 */
export const Initialize = defineRequest(
  'initialize',
  { params: InitializeParams, result: InitializeResult },
  {
    summary: 'Opens the session; must be the first request.',
    errors: ['protocol.unsupported', 'request.invalid'],
    source: 'LSP 3.17 initialize',
    since: '0.1.0',
  },
);

const nothing = onFirstUse(() => z.looseObject({}));

/** Says that the client is ready. @since 0.1.0 */
export const Initialized = defineNotification('initialized', nothing, {
  summary: 'The client is ready.',
  source: 'LSP 3.17 initialized',
  since: '0.1.0',
});

/** Cancels what runs and answers once it has ended. @since 0.1.0 */
export const Shutdown = defineRequest(
  'shutdown',
  { params: nothing, result: onFirstUse(() => z.null()) },
  {
    summary: 'Ends all runs of the connection, then responds; only `exit` may follow.',
    source: 'LSP 3.17 shutdown',
    since: '0.1.0',
  },
);

/** Ends the process. @since 0.1.0 */
export const Exit = defineNotification('exit', nothing, {
  summary: 'Ends the process: exit code 0 after `shutdown`, else 1.',
  source: 'LSP 3.17 exit',
  since: '0.1.0',
});
