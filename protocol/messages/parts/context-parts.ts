import * as z from 'zod';
import { named, openObject } from '../../document/lazy.ts';
import { JsonMap } from '../scalars.ts';
import { flag, nullableMap, nullableText, providerFields, tag, text } from './part-fields.ts';

/**
 * A summary that stands for earlier messages.
 *
 * Source: Pydantic AI `CompactionPart`.
 * @since 0.1.0
 */
export const CompactionPart = named('CompactionPart', 'A summary that stands for earlier messages.', () =>
  openObject({
    content: nullableText('The summary, when it is readable.'),
    ...providerFields(),
    metadata: nullableMap('Data for the program, never sent to the model.'),
    part_kind: tag('compaction'),
  }),
);

/**
 * Capabilities that were loaded at this point.
 *
 * Source: Pydantic AI `CapabilityLoadDeltaPart`.
 * @since 0.1.0
 */
export const CapabilityLoadDeltaPart = named(
  'CapabilityLoadDeltaPart',
  'Capabilities that were loaded at this point.',
  () =>
    openObject({
      loaded: z.array(z.string()).default([]).describe('Ids of the capabilities.'),
      tool_call_id: nullableText('The call that loaded them.'),
      part_kind: tag('capability-load-delta'),
    }),
);

/**
 * Model settings that changed at this point.
 *
 * Source: Pydantic AI `ModelSettingsDeltaPart`.
 * @since 0.1.0
 */
export const ModelSettingsDeltaPart = named(
  'ModelSettingsDeltaPart',
  'Model settings that changed at this point.',
  () =>
    openObject({
      settings: JsonMap().describe('The settings that changed.'),
      top_level: flag('Whether they apply to the whole request.'),
      part_kind: tag('model-settings-delta'),
    }),
);

/**
 * Instructions that changed at this point.
 *
 * Source: Pydantic AI `InstructionDeltaPart`.
 * @since 0.1.0
 */
export const InstructionDeltaPart = named('InstructionDeltaPart', 'Instructions that changed at this point.', () =>
  openObject({
    id: nullableText('Id of the instructions.'),
    content: z.string().nullable().describe('The instructions now; null when they were withdrawn.'),
    base_hash: nullableText('Hash of what they replace.'),
    part_kind: tag('instruction-delta'),
  }),
);

const instruction = () =>
  openObject({
    content: text('The instructions.'),
    dynamic: flag('Whether a program computes them.'),
    on_change: z.string().default('rewrite').describe('`rewrite` or `append`.'),
    name: nullableText('Name its source gave it.'),
    id: nullableText('Its id.'),
    part_kind: z.literal('instruction').default('instruction').describe('Kind of the part.'),
  });

const instructionDigest = () =>
  openObject({
    id: nullableText('Its id.'),
    dynamic: flag('Whether a program computes them.'),
    content_hash: text('Hash of the instructions.'),
    part_kind: z.literal('instruction-digest').describe('Kind of the part.'),
  });

/**
 * The instructions that later changes refer to.
 *
 * Source: Pydantic AI `InstructionBaselinePart`.
 * @since 0.1.0
 */
export const InstructionBaselinePart = named(
  'InstructionBaselinePart',
  'The instructions that later changes refer to.',
  () =>
    openObject({
      instructions: z
        .array(z.union([instructionDigest(), instruction()]))
        .describe('The instructions, or their digests.'),
      part_kind: tag('instruction-baseline'),
    }),
);
