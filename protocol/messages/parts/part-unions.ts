import * as z from 'zod';
import { onFirstUse } from '../../document/lazy.ts';
import { orUnknownKind } from '../unknown-kinds.ts';
import {
  CapabilityLoadDeltaPart,
  CompactionPart,
  InstructionBaselinePart,
  InstructionDeltaPart,
  ModelSettingsDeltaPart,
} from './context-parts.ts';
import { FilePart, SpeechPart, TextPart, ThinkingPart } from './model-parts.ts';
import { SystemPromptPart, UserPromptPart } from './prompt-parts.ts';
import { RetryFeedbackPart, RetryPromptPart } from './retry-parts.ts';
import {
  NativeToolCallPart,
  NativeToolReturnPart,
  ToolAvailabilityDeltaPart,
  ToolCallPart,
  ToolReturnPart,
} from './tool-parts.ts';

export * from './context-parts.ts';
export * from './model-parts.ts';
export * from './prompt-parts.ts';
export * from './retry-parts.ts';
export * from './tool-parts.ts';

// Field order is Pydantic AI's own: `format: 'json'` writes messages in the order of these schemas. Keys that a newer
// version adds are kept and come after the known ones.

const requestParts = () =>
  [
    SystemPromptPart(),
    UserPromptPart(),
    ToolReturnPart(),
    RetryFeedbackPart(),
    SpeechPart(),
    CompactionPart(),
    ToolAvailabilityDeltaPart(),
    CapabilityLoadDeltaPart(),
    ModelSettingsDeltaPart(),
    InstructionDeltaPart(),
    InstructionBaselinePart(),
  ] as const;

/** A part of a request. @since 0.1.0 */
export const ModelRequestPart = onFirstUse(() =>
  orUnknownKind('part_kind', z.discriminatedUnion('part_kind', [...requestParts()])),
);
export type ModelRequestPart = z.output<ReturnType<typeof ModelRequestPart>>;

/** A part of a request as histories hold it that any version of Pydantic AI wrote. @since 0.1.0 */
export const GivenRequestPart = onFirstUse(() =>
  orUnknownKind('part_kind', z.discriminatedUnion('part_kind', [...requestParts(), RetryPromptPart()])),
);
export type GivenRequestPart = z.output<ReturnType<typeof GivenRequestPart>>;

/** A part of a response. @since 0.1.0 */
export const ModelResponsePart = onFirstUse(() =>
  orUnknownKind(
    'part_kind',
    z.discriminatedUnion('part_kind', [
      TextPart(),
      ThinkingPart(),
      ToolCallPart(),
      NativeToolCallPart(),
      NativeToolReturnPart(),
      FilePart(),
      CompactionPart(),
      SpeechPart(),
    ]),
  ),
);
export type ModelResponsePart = z.output<ReturnType<typeof ModelResponsePart>>;
