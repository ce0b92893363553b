import * as z from 'zod';
import { defineNotification } from './define.ts';
import { named } from './document/lazy.ts';
import { Citation, ModelResponsePart } from './messages/messages.ts';
import { JsonMap } from './messages/scalars.ts';

const index = () => z.number().int().describe('Position of the part in the response.');
const canonicalSystem = () =>
  z.string().nullable().describe('The API that responds, when it differs from the provider.');
const provider = () => ({
  provider_name: z.string().nullable().describe('The provider of the part.'),
  provider_details: JsonMap().nullable().describe('What else the provider needs to get the part back.'),
});

/**
 * The content added to a part since its last delta.
 *
 * Source: Pydantic AI `ModelResponsePartDelta`.
 * @since 0.1.0
 */
export const PartDelta = named('PartDelta', 'The content added to a part since its last delta.', () =>
  z.discriminatedUnion('part_delta_kind', [
    z.object({
      content_delta: z.string().describe('Further text.'),
      ...provider(),
      citations_delta: z.array(Citation()).nullable().describe('Further citations.'),
      part_delta_kind: z.literal('text'),
    }),
    z.object({
      content_delta: z.string().nullable().describe('Further thinking.'),
      signature_delta: z.string().nullable().describe('Its signature.'),
      ...provider(),
      part_delta_kind: z.literal('thinking'),
    }),
    z.object({
      tool_name_delta: z.string().nullable().describe('Further text of the name.'),
      args_delta: z.union([z.string(), JsonMap()]).nullable().describe('Further JSON text, or keys to merge.'),
      tool_call_id: z.string().nullable().describe('Id of the call.'),
      ...provider(),
      part_delta_kind: z.literal('tool_call'),
    }),
  ]),
);
export type PartDelta = z.output<ReturnType<typeof PartDelta>>;

/**
 * A change to show while a response streams. The first four kinds are Pydantic AI's; a delta may follow the `part_end`
 * of its part when a provider interleaves parts.
 *
 * Source: Pydantic AI `ModelResponseStreamEvent`.
 * @since 0.1.0
 */
export const DeltaEvent = named(
  'DeltaEvent',
  "A change to show while a response streams. The first four kinds are Pydantic AI's; a delta may follow the `part_end` of its part when a provider interleaves parts.",
  () =>
    z.discriminatedUnion('event_kind', [
      z.object({
        index: index(),
        part: ModelResponsePart().describe('The part as far as it is known.'),
        previous_part_kind: z.string().nullable().describe('Kind of the part before it.'),
        canonical_system: canonicalSystem(),
        event_kind: z.literal('part_start'),
      }),
      z.object({
        index: index(),
        delta: PartDelta().describe('The content since the last delta of the part.'),
        event_kind: z.literal('part_delta'),
      }),
      z.object({
        index: index(),
        part: ModelResponsePart().describe('The part as far as it is known.'),
        next_part_kind: z.string().nullable().describe('Kind of the part after it.'),
        canonical_system: canonicalSystem(),
        event_kind: z.literal('part_end'),
      }),
      z.object({
        tool_name: z.string().nullable().describe('The output tool; null when the output may come from text.'),
        tool_call_id: z.string().nullable().describe('Id of its call.'),
        event_kind: z.literal('final_result'),
      }),
      z.object({
        event_kind: z.literal('tool_progress'),
        toolCallId: z.string().describe('The call that is running.'),
        message: z.string().optional().describe('What it is doing.'),
        fraction: z.number().optional().describe('How much is done, from 0 to 1.'),
      }),
    ]),
);
export type DeltaEvent = z.output<ReturnType<typeof DeltaEvent>>;

/** A delta of a run. @since 0.1.0 */
export const RunDelta = defineNotification(
  'run/delta',
  named('RunDelta', 'A delta of a run.', () =>
    z.object({
      runId: z.string().describe('The run.'),
      afterSeq: z.number().int().describe('`seq` of the event it follows.'),
      n: z.number().int().describe('Counts the deltas of the run from 1.'),
      event: DeltaEvent().describe('What to show.'),
    }),
  ),
  {
    summary:
      'A change to show at once: in order with the events, and never sent again, since the events hold everything.',
    source: 'Pydantic AI ModelResponseStreamEvent',
    since: '0.1.0',
  },
);

/**
 * Parameters of `model/delta`: a piece of the response of a host model.
 * @since 0.1.0
 */
export const ModelDeltaParams = named(
  'ModelDeltaParams',
  'Parameters of `model/delta`: a piece of the response of a host model.',
  () =>
    z.object({
      runId: z.string().describe('The run that sent the request.'),
      requestId: z.string().describe('`requestId` of the request.'),
      delta: z
        .union([
          z.object({ text: z.string().describe('Further text.') }),
          z.object({
            index: z.union([z.number(), z.string()]).describe("The host's own key of the part."),
            thinking: z.string().describe('Further thinking.'),
            signature: z.string().nullish().describe('Its signature.'),
          }),
          z.object({
            index: z.union([z.number(), z.string()]).describe("The host's own key of the part."),
            toolCall: z
              .object({
                name: z.string().nullish().describe('Further text of the name.'),
                args: z.union([z.string(), JsonMap()]).nullish().describe('Further JSON text, or keys to merge.'),
                id: z.string().nullish().describe('Id of the call.'),
              })
              .describe('A call, piece by piece.'),
          }),
          z.object({
            usage: z.record(z.string(), z.unknown()).describe('Usage so far, sent before the delta it counts.'),
          }),
        ])
        .describe('One piece.'),
    }),
);
export type ModelDeltaParams = z.output<ReturnType<typeof ModelDeltaParams>>;

/** A piece of the answer of a host model. @since 0.1.0 */
export const ModelDelta = defineNotification('model/delta', ModelDeltaParams, {
  summary:
    'A piece of the response to an open `model/request` with `stream`; the result of the request then leaves out `parts`.',
  source: 'Pydantic AI FunctionModel stream_function',
  since: '0.1.0',
});

/**
 * Parameters of `tool/progress`: how far a tool of the host has got.
 * @since 0.1.0
 */
export const ToolProgressParams = named(
  'ToolProgressParams',
  'Parameters of `tool/progress`: how far a tool of the host has got.',
  () =>
    z.object({
      runId: z.string().describe('The run that sent the request.'),
      toolCallId: z.string().describe('The call that is running.'),
      message: z.string().nullish().describe('What it is doing.'),
      fraction: z.number().min(0).max(1).nullish().describe('How much is done.'),
    }),
);
export type ToolProgressParams = z.output<ReturnType<typeof ToolProgressParams>>;

/** Progress of a tool, shown as a delta. @since 0.1.0 */
export const ToolProgress = defineNotification('tool/progress', ToolProgressParams, {
  summary: 'Reports the progress of an open `tool/call`; shown as a `tool_progress` delta.',
  since: '0.1.0',
});
