import * as z from 'zod';
import { DeferredToolRequests, DeferredToolResults } from './deferred.ts';
import { defineRequest } from './define.ts';
import { named, onFirstUse } from './document/lazy.ts';
import { UserContent } from './messages/content.ts';
import { GivenMessage, ModelMessage, ModelResponse } from './messages/messages.ts';
import { JsonMap } from './messages/scalars.ts';
import { RunUsage } from './messages/usage.ts';
import { ModelSettings, ToolDefinition } from './spec.ts';

const common = () => ({
  runId: z.string().describe('The run that sends it.'),
  runStep: z.number().int().describe('Number of the model request it is at; 0 before the first.'),
  pendingId: z.string().describe('Id of this callback, unique in the daemon.'),
  deadlineMs: z.number().optional().describe('Milliseconds until the daemon gives up.'),
  deps: z.unknown().optional().describe('`deps` of the run.'),
});
const retry = () => z.number().int().describe('Failures in a row so far.');
const maxRetries = () => z.number().int().describe('Failures in a row that are allowed.');

/**
 * The result of a tool as an object: exactly one of the keys, or none for null content.
 * @since 0.1.0
 */
export const ToolCallResult = named(
  'ToolCallResult',
  'The result of a tool as an object: exactly one of the keys, or none for null content.',
  () =>
    z.object({
      content: z.unknown().optional().describe('The content shown to the model: any JSON value.'),
      metadata: z.unknown().optional().describe('Data for the program, beside `content`.'),
      userContent: z
        .union([z.string(), z.array(UserContent())])
        .nullish()
        .describe('Content for a user prompt after all tool returns, beside `content`.'),
      usage: RunUsage().nullish().describe('What the tool used itself, added to the run, beside `content`.'),
      retry: z.string().optional().describe('Lets the model try again, with this message.'),
      failed: z.string().optional().describe('The tool failed for good, with this message.'),
      deferred: JsonMap()
        .nullable()
        .optional()
        .describe('Defers the call: its result comes from outside the run. Data about it, or null.'),
      approvalRequired: JsonMap().nullable().optional().describe('The call needs an approval; data about it, or null.'),
    }),
);

/** Runs a tool of the host. @since 0.1.0 */
export const ToolCall = defineRequest(
  'tool/call',
  {
    params: onFirstUse(() =>
      z.object({
        ...common(),
        toolCallId: z.string().describe('Id of the call.'),
        name: z.string().describe('Name of the tool.'),
        args: z.record(z.string(), z.unknown()).describe('Validated arguments, defaults filled in.'),
        argsText: z.string().optional().describe('The raw JSON, when it holds an integer that JavaScript would round.'),
        retry: retry(),
        maxRetries: maxRetries(),
        idempotencyKey: z.string().describe('The same for every delivery of this call.'),
        approved: z.boolean().optional().describe('Whether the call was approved.'),
        metadata: z
          .unknown()
          .optional()
          .describe('`metadata` of the tool; for an approved call, the metadata of the approval.'),
        _meta: z
          .object({
            traceparent: z.string().optional().describe('The span of the call, as W3C Trace Context writes it.'),
          })
          .optional()
          .describe('Present when the run belongs to a trace: spans of the tool are children of that span.'),
      }),
    ),
    result: onFirstUse(() =>
      z.union([ToolCallResult(), z.unknown()]).describe('A value that is not an object is the content.'),
    ),
  },
  {
    summary: 'Runs a tool. The calls of one response are sent together, in call order, and run in parallel.',
    source: 'Pydantic AI tools, ToolReturn, ModelRetry, ToolFailed',
    since: '0.1.0',
  },
);

/** Checks or makes an output. @since 0.1.0 */
export const OutputValidate = defineRequest(
  'output/validate',
  {
    params: onFirstUse(() =>
      z.object({
        ...common(),
        kind: z.enum(['validator', 'function']).describe('Whether it checks an output or makes one.'),
        name: z.string().describe('Name from the specification.'),
        output: z.unknown().describe('The output so far; for a function its arguments or the text.'),
        toolName: z.string().optional().describe('The output tool, when there is one.'),
        toolCallId: z.string().optional().describe('Id of its call.'),
        retry: retry(),
        maxRetries: maxRetries(),
      }),
    ),
    result: onFirstUse(() =>
      z.object({
        output: z.unknown().optional().describe('The output to use from here on.'),
        retry: z.string().optional().describe('Lets the model try again, with this message.'),
      }),
    ),
  },
  {
    summary: 'Checks an output, or makes it; the result holds exactly one of `output` and `retry`.',
    source: 'Pydantic AI output_validator, output functions, TextOutput',
    since: '0.1.0',
  },
);

/** Resolves a prompt that is made at run time. @since 0.1.0 */
export const PromptResolve = defineRequest(
  'prompt/resolve',
  {
    params: onFirstUse(() =>
      z.object({
        ...common(),
        ref: z.string().describe('Name from the specification.'),
        kind: z.enum(['instructions', 'systemPrompt']).describe('What it is for.'),
      }),
    ),
    result: onFirstUse(() => z.object({ text: z.string().nullable().describe('The prompt; null: left out.') })),
  },
  {
    summary: 'The text of a prompt that the specification names with `ref`.',
    source: 'Pydantic AI system_prompt and instructions functions',
    since: '0.1.0',
  },
);

/**
 * The history of a `model/request`, for a host that keeps histories (`historyDeltas`).
 * @since 0.1.0
 */
export const RequestHistory = named(
  'RequestHistory',
  'The history of a `model/request`, for a host that keeps histories (`historyDeltas`).',
  () =>
    z.object({
      digest: z.string().describe('Stands for the whole history of this request: equal histories have the same.'),
      base: z
        .object({
          digest: z.string().describe('`digest` of an earlier request of the run for the same model.'),
          count: z.number().int().nonnegative().describe('How many of its messages come before `messages`.'),
        })
        .optional()
        .describe('What comes before `messages`; absent: nothing.'),
    }),
);

export type RequestHistory = z.output<ReturnType<typeof RequestHistory>>;

/**
 * Parameters of `model/request`: the request that a model of the host is to answer.
 * @since 0.1.0
 */
export const ModelRequestParams = named(
  'ModelRequestParams',
  'Parameters of `model/request`: the request that a model of the host is to answer.',
  () =>
    z.object({
      ...common(),
      requestId: z.string().describe('Id of this model request.'),
      model: z.string().describe('NAME of `host:NAME`.'),
      messages: z
        .array(ModelMessage())
        .describe('The cleaned history, ending in a request; with `history.base` only what follows that.'),
      history: RequestHistory().optional().describe('Present for a client that has `historyDeltas`.'),
      instructions: z.string().nullable().describe('Instructions with those of the output mode.'),
      tools: z.array(ToolDefinition()).describe('Function tools.'),
      outputTools: z.array(ToolDefinition()).describe('Output tools.'),
      allowText: z.boolean().describe('Whether text can be the output.'),
      outputMode: z
        .enum(['text', 'tool', 'native', 'prompted'])
        .describe('How the output is requested from the model.'),
      outputObject: z
        .object({
          name: z.string().nullable().describe('Name of the output type.'),
          description: z.string().nullable().describe('Its description for the model.'),
          json_schema: z.record(z.string(), z.unknown()).describe('JSON Schema of the output.'),
        })
        .optional()
        .describe('Schema of the output in native and prompted mode.'),
      settings: ModelSettings().nullable().describe('Settings of the request.'),
      stream: z.boolean().describe('Whether deltas are wanted.'),
    }),
);

/** Requests a response from a model that the host serves. @since 0.1.0 */
export const ModelRequestCallback = defineRequest(
  'model/request',
  {
    params: ModelRequestParams,
    result: onFirstUse(() =>
      z.object({
        response: ModelResponse().optional().describe('A v2 response; absent fields are defaulted.'),
        wholeHistory: z
          .literal(true)
          .optional()
          .describe(
            'In place of a response: `history.base` is not known here. The request comes again, with the whole history.',
          ),
      }),
    ),
  },
  {
    summary:
      'Requests a response from the model `host:NAME`: any model that the host runs itself, or a script in a test.',
    source: 'Pydantic AI FunctionModel',
    since: '0.1.0',
  },
);

/** Rewrites the history. @since 0.1.0 */
export const HistoryProcess = defineRequest(
  'history/process',
  {
    params: onFirstUse(() =>
      z.object({
        ...common(),
        processor: z.string().describe('Name from the specification.'),
        messages: z.array(ModelMessage()).describe('The whole history, this run included.'),
      }),
    ),
    result: onFirstUse(() =>
      z.object({ messages: z.array(GivenMessage()).describe('Replaces the history; must end in a request.') }),
    ),
  },
  { summary: 'Rewrites the history before a model request.', source: 'Pydantic AI ProcessHistory', since: '0.1.0' },
);

/** Chooses the tools of a step. @since 0.1.0 */
export const ToolsPrepare = defineRequest(
  'tools/prepare',
  {
    params: onFirstUse(() =>
      z.object({ ...common(), tools: z.array(ToolDefinition()).describe('Function tools of the run.') }),
    ),
    result: onFirstUse(() =>
      z.object({
        tools: z.array(ToolDefinition()).describe('Those to offer now: a subset, perhaps described otherwise.'),
      }),
    ),
  },
  {
    summary: 'Chooses the function tools of the next model request; sent only with `prepareTools`.',
    source: 'Pydantic AI prepare, prepare_tools',
    since: '0.1.0',
  },
);

/** Requests a secret. @since 0.1.0 */
export const SecretGet = defineRequest(
  'secret/get',
  {
    params: onFirstUse(() =>
      z.object({
        ...common(),
        name: z.string().describe('The environment variable that lacks it, or the NAME of a header.'),
        provider: z.string().describe('Name of the provider it is sent to.'),
        optional: z
          .boolean()
          .optional()
          .describe('True when the provider may be used without it, so that null is a valid result.'),
        baseUrl: z.string().optional().describe("The address it is sent to, when that is not the provider's own."),
      }),
    ),
    result: onFirstUse(() =>
      z
        .object({
          value: z.string().nullable().describe('The secret.'),
          scope: z
            .enum(['connection', 'run'])
            .optional()
            .describe(
              'Whom it is for: all runs of this connection (default), or only the run that requested it, as a host that serves several users must say.',
            ),
        })
        .nullable(),
    ),
  },
  {
    summary:
      'Requests a key or a header that the environment lacks, and once more after it was refused (401). Null: there is none. ' +
      'The result is kept in memory, for this connection or with `scope: run` for the run that requested it, and is part of no ' +
      'event, message, log or trace. A host whose runs belong to several users answers each with `scope: run`: otherwise ' +
      'the key of the first serves the runs of all.',
    since: '0.1.0',
  },
);

/**
 * The response of the person to an elicitation.
 * @since 0.1.0
 */
export const ElicitResult = named('UserAskResult', 'The response of the person to an elicitation.', () =>
  z.object({
    action: z
      .enum(['accept', 'decline', 'cancel'])
      .describe('Whether the person answered, refused to, or went away without a choice.'),
    content: z
      .record(z.string(), z.unknown())
      .nullish()
      .describe('With `accept`: the values of the form; those left out get their defaults.'),
  }),
);
export type ElicitResult = z.output<ReturnType<typeof ElicitResult>>;

/** Gets an answer from the person. @since 0.1.0 */
export const Elicit = defineRequest(
  'user/ask',
  {
    params: onFirstUse(() =>
      z.object({
        ...common(),
        server: z.string().describe('Name of the MCP server that sent the request.'),
        toolCallId: z.string().optional().describe('The call that waits for the answer, when that is known.'),
        message: z.string().describe('The message for the person, in the words of the server.'),
        requestedSchema: z
          .record(z.string(), z.unknown())
          .optional()
          .describe('JSON Schema of a form: an object with flat properties.'),
        url: z.string().optional().describe('In place of a form: a page to be opened, after the person agreed.'),
      }),
    ),
    result: ElicitResult,
  },
  {
    summary:
      'Requests input from the person on behalf of an MCP server, and waits as long as it takes. Show which server requests it, and never fill in what the person did not give. Servers learn that they may send such requests only when the client serves this.',
    source: 'MCP elicitation/create, input_required',
    since: '0.1.0',
  },
);

/** Resolves deferred calls while the run goes on. @since 0.1.0 */
export const DeferredHandle = defineRequest(
  'deferred/handle',
  {
    params: onFirstUse(() => z.object({ ...common(), ...DeferredToolRequests().shape })),
    result: DeferredToolResults,
  },
  {
    summary:
      'Asks for the results of the deferred calls of a batch, once, with `deferred: handle`; what is left out ends the run.',
    source: 'Pydantic AI HandleDeferredToolCalls',
    since: '0.1.0',
  },
);
