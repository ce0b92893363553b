import * as z from 'zod';
import { named, onFirstUse } from './document/lazy.ts';
import { UserContent } from './messages/content.ts';
import { ToolCallPart } from './messages/messages.ts';
import { JsonMap } from './messages/scalars.ts';

/**
 * The calls that a run leaves open: `calls` of external tools, and `approvals` to be given.
 *
 * Source: Pydantic AI `DeferredToolRequests`.
 * @since 0.1.0
 */
export const DeferredToolRequests = named(
  'DeferredToolRequests',
  'The calls that a run leaves open: `calls` of external tools, and `approvals` to be given.',
  () =>
    z.object({
      calls: z.array(ToolCallPart()).describe('Calls whose results come from outside.'),
      approvals: z.array(ToolCallPart()).describe('Calls that wait for an approval.'),
      metadata: z
        .record(z.string(), z.unknown())
        .describe('The data that a tool gave when it deferred a call, by the id of the call.'),
    }),
);
export type DeferredToolRequests = z.output<ReturnType<typeof DeferredToolRequests>>;

const ignored = () => ({ _meta: z.unknown().optional().describe('Ignored.') });

const resultShapes = onFirstUse(() => [
  z.strictObject({
    content: z.unknown().describe('The content shown to the model.'),
    metadata: z.unknown().optional().describe('Data for the program.'),
    userContent: z
      .union([z.string(), z.array(UserContent())])
      .nullish()
      .describe('Content for a user prompt.'),
    ...ignored(),
  }),
  z.strictObject({ retry: z.string().describe('Lets the model try again.'), ...ignored() }),
  z.strictObject({ failed: z.string().describe('The tool failed for good.'), ...ignored() }),
]);

const keysOfResults = ['content', 'retry', 'failed'];

/** Whether an object means to be one of the shapes, and is none. */
function isMisshapen(value: unknown): boolean {
  if (value === null || typeof value !== 'object' || !keysOfResults.some((key) => Object.hasOwn(value, key)))
    return false;
  return !resultShapes().some((shape) => shape.safeParse(value).success);
}

const misshapen =
  'an object with `content`, `retry` or `failed` must have exactly one of them (beside `content` only `metadata` and `userContent`; the others are texts); give an object of your own as {"content": {…}}';

/** Any value is the content, as upstream; an object with one of the keys says more. */
const toolResult = () =>
  z
    .union([...resultShapes(), z.unknown()])
    .refine((value) => !isMisshapen(value), misshapen)
    .describe('The content, any value; or an object with exactly one of `content`, `retry` and `failed`.');

const approval = () =>
  z.union([
    z.boolean().describe('Approved or denied.'),
    z.strictObject({
      approved: z.literal(true).describe('The call may run.'),
      args: JsonMap().nullish().describe('Arguments instead of those of the model.'),
    }),
    z.strictObject({
      approved: z.literal(false).describe('The call is denied.'),
      message: z.string().nullish().describe('Why, for the model.'),
    }),
  ]);

/**
 * Results of deferred calls, by the id of the call.
 *
 * Source: Pydantic AI `DeferredToolResults`.
 * @since 0.1.0
 */
export const DeferredToolResults = named(
  'DeferredToolResults',
  'Results of deferred calls, by the id of the call.',
  () =>
    z.strictObject({
      calls: z.record(z.string(), toolResult()).nullish().describe('Results of external tools.'),
      approvals: z.record(z.string(), approval()).nullish().describe('Decisions on approvals.'),
      metadata: z
        .record(z.string(), z.unknown())
        .nullish()
        .describe('Handed to approved tools, by the id of the call.'),
      answered_by: z.record(z.string(), z.string()).nullish().describe('Who resolved it, by the id of the call.'),
    }),
);
export type DeferredToolResults = z.output<ReturnType<typeof DeferredToolResults>>;

const recordedResult = () =>
  z
    .unknown()
    .describe(
      'The value; or, tagged by `kind`, a `tool-return` (`return_value`, `content`, `metadata`, `tools`), a `model-retry` or a `tool-failed` (`message`).',
    );

const recordedApproval = () =>
  z.union([
    z.boolean().describe('Approved or denied.'),
    z.object({
      override_args: JsonMap().nullable().describe('Arguments instead of those of the model.'),
      kind: z.literal('tool-approved'),
    }),
    z.object({ message: z.string().describe('Why, for the model.'), kind: z.literal('tool-denied') }),
  ]);

/**
 * Results of deferred calls as an event carries them, in Pydantic AI's own JSON.
 *
 * Source: `DeferredToolResults`.
 * @since 0.1.0
 */
export const RecordedToolResults = named(
  'RecordedToolResults',
  "Results of deferred calls as an event carries them, in Pydantic AI's own JSON.",
  () =>
    z.object({
      calls: z.record(z.string(), recordedResult()).describe('Results of external tools.'),
      approvals: z.record(z.string(), recordedApproval()).describe('Decisions on approvals.'),
      metadata: z.record(z.string(), z.unknown()).describe('Handed to approved tools, by the id of the call.'),
      answered_by: z.record(z.string(), z.string()).describe('Who resolved it, by the id of the call.'),
    }),
);
export type RecordedToolResults = z.output<ReturnType<typeof RecordedToolResults>>;
