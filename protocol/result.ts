import * as z from 'zod';
import { DeferredToolRequests } from './deferred.ts';
import { named } from './document/lazy.ts';
import { ModelMessage } from './messages/messages.ts';
import { RunUsage } from './messages/usage.ts';

const detail = {
  text: (what: string) => z.string().optional().describe(what),
  number: (what: string) => z.number().optional().describe(what),
  amount: (what: string) => z.union([z.number(), z.string()]).optional().describe(what),
};

/**
 * The error of a run that failed or was cancelled, in the shape of a JSON-RPC error.
 * @since 0.1.0
 */
export const RunError = named(
  'RunError',
  'The error of a run that failed or was cancelled, in the shape of a JSON-RPC error.',
  () =>
    z.object({
      code: z.number().int().describe('Number of the kind.'),
      message: z.string().describe('The error as a sentence that is clear by itself.'),
      data: z
        // The details are named so that a class made of this keeps them; there may be more at any time.
        .looseObject({
          kind: z.string().describe('The kind of error, for programs to branch on.'),
          cause: z
            .object({
              kind: z.string().describe('Kind of that error.'),
              message: z.string().describe('Its message.'),
            })
            .optional()
            .describe('The error that caused it, for example the last retry.'),
          limit: detail.text('The limit that was reached, for example `request_limit`.'),
          max: detail.amount('What the limit allows; a decimal string for a cost.'),
          value: detail.amount('What it would have come to; a decimal string for a cost.'),
          provider: detail.text('The provider that failed.'),
          model: detail.text('The model of the attempt.'),
          status: detail.number('HTTP status of its answer.'),
          retryable: z.boolean().optional().describe('Whether the same request may work later.'),
          retryAfterMs: detail.number('When, in milliseconds, as the provider says.'),
          requestId: detail.text("The provider's id of the request."),
          body: z.unknown().optional().describe("The body of the provider's response, or the request."),
          envVar: detail.text('The variable that should hold the key.'),
          method: detail.text('The callback that failed.'),
          name: detail.text('The tool, function or model it was for.'),
          timeoutMs: detail.number('The deadline that passed, in milliseconds.'),
          errors: z.array(z.unknown()).optional().describe('The errors of all models that were tried.'),
        })
        .describe('The kind and its details.'),
    }),
);
export type RunError = z.output<ReturnType<typeof RunError>>;

/**
 * How a run ended. `output` is present on success only; a null output is a value.
 *
 * Source: Pydantic AI `AgentRunResult`.
 * @since 0.1.0
 */
export const RunResult = named(
  'RunResult',
  'How a run ended. `output` is present on success only; a null output is a value.',
  () =>
    z.object({
      runId: z.string().describe('The run; also `run_id` of its messages.'),
      conversationId: z.string().describe('Its conversation.'),
      outcome: z.enum(['success', 'deferred', 'cancelled', 'failed']).describe('How it ended.'),
      output: z.unknown().optional().describe('The output.'),
      outputToolName: z
        .string()
        .optional()
        .describe('The output tool that produced it; absent for an output from text.'),
      outputName: z.string().optional().describe('Name of the alternative it belongs to.'),
      deferred: DeferredToolRequests().optional().describe('The calls it leaves to others, when it is deferred.'),
      error: RunError().optional().describe('Why it failed or was cancelled.'),
      usage: RunUsage().describe('The usage of the run.'),
      newMessageIndex: z.number().int().describe('Index of its first own message.'),
      messageCount: z.number().int().describe('Number of messages.'),
      model: z
        .object({
          requested: z.string().describe('The model that was requested.'),
          served: z.string().optional().describe('The model that responded last, as the provider names it.'),
        })
        .describe('Models.'),
      timing: z
        .object({
          startedAt: z.string().describe('RFC 3339.'),
          finishedAt: z.string().describe('RFC 3339.'),
          durationMs: z.number().describe('From start to finish, in milliseconds.'),
        })
        .describe('When.'),
      lastSeq: z.number().int().describe('`seq` of its `run_finished`.'),
      metadata: z.record(z.string(), z.unknown()).optional().describe('The metadata it was started with.'),
      messages: z.array(ModelMessage()).optional().describe('All messages, when `include` has `messages`.'),
      newMessages: z
        .array(ModelMessage())
        .optional()
        .describe('The messages of this run, when `include` has `newMessages`.'),
    }),
);
export type RunResult = z.output<ReturnType<typeof RunResult>>;
