import * as z from 'zod';
import { DeferredToolRequests, RecordedToolResults } from './deferred.ts';
import { named } from './document/lazy.ts';
import { UserContent } from './messages/content.ts';
import { ModelRequest, ModelRequestPart, ModelResponse, ToolCallPart, ToolReturnPart } from './messages/messages.ts';
import { RunUsage } from './messages/usage.ts';
import { RunResult } from './result.ts';

const tag = <K extends string>(kind: K) => z.literal(kind).describe('Kind of the event.');
const argsValid = () =>
  z.boolean().nullable().describe('Whether the arguments were valid; null when they were not looked at.');
const shortened = () => ({
  truncated: z.boolean().optional().describe('The content was shortened here; the history has it whole.'),
  size: z.number().int().optional().describe('Bytes of the whole content as JSON, when shortened.'),
});
const call = () => ToolCallPart().describe('The call as it is in the response.');
const result = () => ToolReturnPart().describe('The return as it is in the history.');

const requestStarted = () =>
  z.object({
    event_kind: tag('model_request_started'),
    request: z.number().int().describe('Number of the request in the run, from 1.'),
    attempt: z.number().int().describe('Attempt at this request, from 1.'),
    model: z.string().describe('The model.'),
    reason: z.string().optional().describe('Why the attempt before it was not the last.'),
    status: z.number().int().optional().describe('HTTP status of the attempt before it.'),
    delayMs: z.number().optional().describe('Delay before this attempt, in milliseconds.'),
    afterMs: z
      .number()
      .optional()
      .describe('How long after the first attempt this one was emitted, in milliseconds; absent in the first.'),
  });

/**
 * A durable event of a run. `function_tool_call`, `function_tool_result`, `output_tool_call` and `output_tool_result`
 * are Pydantic AI's; the others are Runwire's. `pending_added` and `pending_resolved` announce callbacks that the client
 * is not sent: calls that wait for a human, and methods it does not serve. The end of a run withdraws those that are
 * left. Kinds may be added at any time: ignore those you do not know.
 *
 * Source: Pydantic AI `HandleResponseEvent`; design of the protocol.
 * @since 0.1.0
 */
export const DurableEvent = named(
  'DurableEvent',
  "A durable event of a run. `function_tool_call`, `function_tool_result`, `output_tool_call` and `output_tool_result` are Pydantic AI's; the others are Runwire's. `pending_added` and `pending_resolved` announce callbacks that the client is not sent: calls that wait for a human, and methods it does not serve. The end of a run withdraws those that are left. Kinds may be added at any time: ignore those you do not know.",
  () =>
    z.discriminatedUnion('event_kind', [
      z.object({
        event_kind: tag('run_started'),
        runId: z.string().describe('The run.'),
        conversationId: z.string().describe('Its conversation.'),
        agent: z.string().nullable().describe('Name of the agent.'),
        model: z.string().describe('The model that was requested.'),
        startedAt: z.string().describe('When it started, RFC 3339.'),
      }),
      requestStarted(),
      z.object({
        event_kind: tag('model_response'),
        message: ModelResponse().describe('The response as it is in the history.'),
        usage: RunUsage().describe('Usage of the run up to and including it.'),
        served: z.string().nullable().describe('The model that responded, as the provider names it.'),
        durationMs: z.number().describe('How long the request took, all of its attempts included, in milliseconds.'),
        firstPartMs: z
          .number()
          .optional()
          .describe('When the first part of a streamed response began, in milliseconds after the request.'),
      }),
      z.object({ part: call(), args_valid: argsValid(), event_kind: tag('function_tool_call') }),
      z.object({
        part: ToolReturnPart().describe('The return as it is in the history.'),
        content: z
          .union([z.string(), z.array(UserContent())])
          .nullable()
          .describe('Content given to the user prompt.'),
        event_kind: tag('function_tool_result'),
        ...shortened(),
      }),
      z.object({ part: call(), args_valid: argsValid(), event_kind: tag('output_tool_call') }),
      z.object({ part: result(), event_kind: tag('output_tool_result'), ...shortened() }),
      z.object({
        requests: DeferredToolRequests().describe('The deferred calls.'),
        event_kind: tag('deferred_tool_requests'),
      }),
      z.object({
        results: RecordedToolResults().describe('Their results, as they were given.'),
        event_kind: tag('deferred_tool_results'),
      }),
      z.object({
        enqueue_id: z.string().describe('Id of the `run/steer` that brought them.'),
        messages: z
          .array(ModelRequest())
          .describe('The messages as they stand in the history, or one that holds just the `parts`.'),
        parts: z
          .array(ModelRequestPart())
          .describe('The parts that joined the request with the return of a tool call; else empty.'),
        event_kind: tag('enqueued_messages'),
      }),
      z.object({
        event_kind: tag('pending_added'),
        pendingId: z.string().describe('Id of the item, as in `pending/list` and `pending/resolve`.'),
        method: z.string().describe('The callback that waits.'),
        name: z.string().describe('Name of the tool, prompt, model or the like.'),
        toolCallId: z.string().optional().describe('Id of the tool call it is about.'),
      }),
      z.object({
        event_kind: tag('pending_resolved'),
        pendingId: z.string().describe('The item that no longer waits: it was resolved, or its deadline passed.'),
      }),
      z.object({
        event_kind: tag('warning'),
        kind: z.string().describe('What it is about, for example `model.defaulted`.'),
        message: z.string().describe('The warning, for humans.'),
      }),
      z.object({ event_kind: tag('run_finished'), result: RunResult().describe('The result without its messages.') }),
    ]),
);
export type DurableEvent = z.output<ReturnType<typeof DurableEvent>>;
