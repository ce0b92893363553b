import * as z from 'zod';
import { named, openObject } from '../../document/lazy.ts';
import { JsonMap, Timestamp, ToolCallId } from '../scalars.ts';
import {
  anything,
  nullableMap,
  nullableText,
  providerFields,
  retryCounts,
  tag,
  text,
  toolKind,
} from './part-fields.ts';

const outcome = () =>
  z
    .enum(['success', 'failed', 'denied', 'interrupted', 'retried'])
    .default('success')
    .describe('How the call ended; `retried`: the model has to make it again.');

/**
 * Why a tool call has to be made again.
 *
 * Source: Pydantic AI `RetryInfo`, `ToolRetryCause`.
 * @since 0.1.0
 */
export const ToolRetryInfo = named('ToolRetryInfo', 'Why a tool call has to be made again.', () =>
  openObject({
    cause: z
      .enum(['validation_error', 'model_retry', 'unknown_tool', 'unavailable_tool'])
      .describe('What made the retry necessary.'),
    ...retryCounts(),
  }),
);
export type ToolRetryInfo = z.output<ReturnType<typeof ToolRetryInfo>>;

const fileDigests = () =>
  z
    .array(z.string(), { error: '`content_file_digests` must be a list of strings' })
    .optional()
    .describe(
      'SHA-256 digests of the files by address in the content; other objects that look like one are data. Absent when ' +
        'the content is a string, a number, a boolean or null, and in histories older than Pydantic AI 2.51.',
    );

const returnFields = () => ({
  tool_name: text('Name of the tool.'),
  content: anything('The returned value; of a retried call what was wrong, a sentence or a list of validation errors.'),
  tool_call_id: ToolCallId(),
  tool_kind: toolKind(),
  metadata: anything('Data for the program, never sent to the model.'),
  timestamp: Timestamp(),
  outcome: outcome(),
});

/**
 * The return of a tool.
 *
 * Source: Pydantic AI `ToolReturnPart`.
 * @since 0.1.0
 */
export const ToolReturnPart = named('ToolReturnPart', 'The return of a tool.', () =>
  openObject({
    ...returnFields(),
    retry: ToolRetryInfo()
      .nullable()
      .default(null)
      .describe('Why the call has to be made again; bookkeeping that the model never sees.'),
    part_kind: tag('tool-return'),
    content_file_digests: fileDigests(),
  }),
);
export type ToolReturnPart = z.output<ReturnType<typeof ToolReturnPart>>;

const callFields = () => ({
  tool_name: text('Name of the tool.'),
  args: z
    .union([z.string(), JsonMap()])
    .nullable()
    .default(null)
    .describe('The arguments as the model gave them: JSON text or an object, kept verbatim.'),
  tool_call_id: ToolCallId(),
  tool_kind: toolKind(),
  ...providerFields(),
});

/**
 * A call of a tool.
 *
 * Source: Pydantic AI `ToolCallPart`.
 * @since 0.1.0
 */
export const ToolCallPart = named('ToolCallPart', 'A call of a tool.', () =>
  openObject({ ...callFields(), part_kind: tag('tool-call') }),
);
export type ToolCallPart = z.output<ReturnType<typeof ToolCallPart>>;

/**
 * A call of a tool that the provider runs itself.
 *
 * Source: Pydantic AI `NativeToolCallPart`.
 * @since 0.1.0
 */
export const NativeToolCallPart = named('NativeToolCallPart', 'A call of a tool that the provider runs itself.', () =>
  openObject({ ...callFields(), part_kind: tag('builtin-tool-call') }),
);

/**
 * The return of a tool that the provider ran.
 *
 * Source: Pydantic AI `NativeToolReturnPart`.
 * @since 0.1.0
 */
export const NativeToolReturnPart = named('NativeToolReturnPart', 'The return of a tool that the provider ran.', () =>
  openObject({
    ...returnFields(),
    provider_name: nullableText('The provider that ran it.'),
    provider_details: nullableMap('What else the provider needs to get the part back.'),
    part_kind: tag('builtin-tool-return'),
    content_file_digests: fileDigests(),
  }),
);

/**
 * Tools that became available at this point.
 *
 * Source: Pydantic AI `ToolAvailabilityDeltaPart`.
 * @since 0.1.0
 */
export const ToolAvailabilityDeltaPart = named(
  'ToolAvailabilityDeltaPart',
  'Tools that became available at this point.',
  () =>
    openObject({
      tools_added: z.array(z.string()).default([]).describe('Names of the tools; also read from `added`.'),
      tool_call_id: nullableText('The call that revealed them.'),
      part_kind: tag('tool-availability-delta'),
    }),
);
