import * as z from 'zod';
import { named, onFirstUse, openObject } from '../document/lazy.ts';
import { BinaryContent, StoredContent } from './content.ts';
import { JsonMap, Timestamp, ToolCallId } from './scalars.ts';
import { orUnknownKind } from './unknown-kinds.ts';

// Field order is Pydantic AI's own: `format: 'json'` writes messages in the order of these schemas. Keys that a newer
// version adds are kept and come after the known ones.

const text = (what: string) => z.string().describe(what);
const nullableText = (what: string) => z.string().nullable().default(null).describe(what);
const nullableMap = (what: string) => JsonMap().nullable().default(null).describe(what);
const anything = (what: string) => z.unknown().default(null).describe(what);
const flag = (what: string) => z.boolean().default(false).describe(what);
const tag = <K extends string>(kind: K) => z.literal(kind).describe('Kind of the part.');
const toolKind = () =>
  nullableText('What the tool is, independent of its name; upstream has `tool-search` and others.');
const count = (what: string) => z.number().int().nullable().default(null).describe(what);

const providerFields = () => ({
  id: nullableText("The provider's id of the part."),
  provider_name: nullableText('The provider of the part.'),
  provider_details: nullableMap('What else the provider needs to get the part back.'),
});

/**
 * Instructions that are part of the history.
 *
 * Source: Pydantic AI `SystemPromptPart`.
 * @since 0.1.0
 */
export const SystemPromptPart = named('SystemPromptPart', 'Instructions that are part of the history.', () =>
  openObject({
    content: text('The prompt.'),
    timestamp: Timestamp(),
    dynamic_ref: nullableText('Name of the prompt source that is resolved again when the history is used again.'),
    context_id: nullableText('The context element it renders, for upstream versions that append changes.'),
    scope: z
      .enum(['conversation', 'request'])
      .default('conversation')
      .describe('`request`: shown only in the current request.'),
    metadata: nullableMap('Data for the program, never sent to the model.'),
    part_kind: tag('system-prompt'),
  }),
);
export type SystemPromptPart = z.output<ReturnType<typeof SystemPromptPart>>;

/**
 * A prompt of the user.
 *
 * Source: Pydantic AI `UserPromptPart`.
 * @since 0.1.0
 */
export const UserPromptPart = named('UserPromptPart', 'A prompt of the user.', () =>
  openObject({
    content: z.union([z.string(), z.array(StoredContent())]).describe('Text, or a list of text and media.'),
    timestamp: Timestamp(),
    part_kind: tag('user-prompt'),
  }),
);
export type UserPromptPart = z.output<ReturnType<typeof UserPromptPart>>;

const outcome = () =>
  z
    .enum(['success', 'failed', 'denied', 'interrupted', 'retried'])
    .default('success')
    .describe('How the call ended; `retried`: the model has to make it again.');

const retryCounts = () => ({
  attempt: count('Which retry this is, counted from 1; null when it was not charged or is not known.'),
  max_retries: count('How many retries were allowed; null when `attempt` is.'),
});

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

/**
 * One validation error in Pydantic's shape.
 *
 * Source: Pydantic `ErrorDetails`.
 * @since 0.1.0
 */
export const ErrorDetails = named('ErrorDetails', "One validation error in Pydantic's shape.", () =>
  z.looseObject({
    type: text('Kind of error, for example `missing`.'),
    loc: z.array(z.union([z.string(), z.number()])).describe('Path to the value.'),
    msg: text('What is wrong.'),
    input: z.unknown().optional().describe('The value that was refused.'),
  }),
);
export type ErrorDetails = { type: string; loc: (string | number)[]; msg: string; input?: unknown };

const feedbackContent = () =>
  z.union([z.string(), z.array(ErrorDetails())]).describe('A sentence, or a list of validation errors.');

/**
 * Why a response could not be used.
 *
 * Source: Pydantic AI `RetryInfo`, `RetryFeedbackCause`.
 * @since 0.1.0
 */
export const RetryFeedbackInfo = named('RetryFeedbackInfo', 'Why a response could not be used.', () =>
  openObject({
    cause: z.enum(['validation_error', 'no_output', 'model_retry']).describe('What made the response unusable.'),
    ...retryCounts(),
  }),
);
export type RetryFeedbackInfo = z.output<ReturnType<typeof RetryFeedbackInfo>>;

/**
 * Feedback about a response that could not be used and that holds no call to respond to.
 *
 * Source: Pydantic AI `RetryFeedbackPart`.
 * @since 0.1.0
 */
export const RetryFeedbackPart = named(
  'RetryFeedbackPart',
  'Feedback about a response that could not be used and that holds no call to respond to.',
  () =>
    openObject({
      content: feedbackContent(),
      retry: RetryFeedbackInfo().describe('Why, and which output retry this is.'),
      timestamp: Timestamp(),
      part_kind: tag('retry-feedback'),
    }),
);
export type RetryFeedbackPart = z.output<ReturnType<typeof RetryFeedbackPart>>;

/**
 * The form in which Pydantic AI wrote a retry before 2.60. It is always read and never written: one that names a tool
 * becomes a tool return with the outcome `retried`, any other becomes retry feedback.
 *
 * Source: Pydantic AI `RetryPromptPart`.
 * @since 0.1.0
 */
export const RetryPromptPart = named(
  'RetryPromptPart',
  'The form in which Pydantic AI wrote a retry before 2.60. It is always read and never written: one that names a tool becomes a tool return with the outcome `retried`, any other becomes retry feedback.',
  () =>
    openObject({
      content: feedbackContent(),
      tool_name: nullableText('The tool whose call is refused; null for plain feedback.'),
      tool_call_id: ToolCallId(),
      timestamp: Timestamp(),
      part_kind: tag('retry-prompt'),
    }),
);
export type RetryPromptPart = z.output<ReturnType<typeof RetryPromptPart>>;

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

const speechTimestamp = () =>
  openObject({
    text: text('The words.'),
    start_ms: z.number().describe('Where they begin, in milliseconds.'),
    duration_ms: z.number().nullable().default(null).describe('How long they take, in milliseconds.'),
    granularity: z.string().default('word').describe('The unit of an entry.'),
  });

/**
 * Spoken content of a realtime session.
 *
 * Source: Pydantic AI `SpeechPart`.
 * @since 0.1.0
 */
export const SpeechPart = named('SpeechPart', 'Spoken content of a realtime session.', () =>
  openObject({
    speaker: z.enum(['user', 'assistant']).describe('The speaker.'),
    transcript: nullableText('The transcript.'),
    audio: BinaryContent().nullable().default(null).describe('The recording.'),
    interrupted_at_ms: z.number().nullable().default(null).describe('Where playback stopped, in milliseconds.'),
    timestamps: z.array(speechTimestamp()).nullable().default(null).describe('The time of each word.'),
    ...providerFields(),
    part_kind: tag('speech'),
  }),
);

const citationSource = () =>
  z.discriminatedUnion('kind', [
    openObject({
      url: text('Address of the page.'),
      title: nullableText('Its title.'),
      excerpts: z.array(z.string()).default([]).describe('What was quoted.'),
      kind: z.literal('web').describe('Kind of the source.'),
    }),
    openObject({
      document_id: nullableText('Id of the document.'),
      title: nullableText('Its title.'),
      excerpts: z.array(z.string()).default([]).describe('What was quoted.'),
      kind: z.literal('document').describe('Kind of the source.'),
    }),
  ]);

const citationAnchor = () =>
  openObject({
    start: z.number().int().nonnegative().describe('First character.'),
    end: z.number().int().describe('Character after the last.'),
    kind: z.enum(['content', 'marker']).describe('`content`: the cited text; `marker`: a mark that refers to it.'),
  }).refine(({ start, end }) => start < end, 'Citation anchor must satisfy 0 <= start < end');

/**
 * The source of a text.
 *
 * Source: Pydantic AI `Citation`.
 * @since 0.1.0
 */
export const Citation = named('Citation', 'The source of a text.', () =>
  openObject({
    sources: z.array(citationSource()).min(1, 'A citation must have at least one source').describe('The sources.'),
    anchor: citationAnchor().nullable().default(null).describe('The stretch of text it belongs to.'),
  }),
);

/**
 * Text of the model.
 *
 * Source: Pydantic AI `TextPart`.
 * @since 0.1.0
 */
export const TextPart = named('TextPart', 'Text of the model.', () =>
  openObject({
    content: text('The text.'),
    ...providerFields(),
    citations: z.array(Citation()).nullable().default(null).describe('Where the text has it from.'),
    part_kind: tag('text'),
  }),
);
export type TextPart = z.output<ReturnType<typeof TextPart>>;

/**
 * Thinking of the model.
 *
 * Source: Pydantic AI `ThinkingPart`.
 * @since 0.1.0
 */
export const ThinkingPart = named('ThinkingPart', 'Thinking of the model.', () =>
  openObject({
    content: text('The thinking, or its summary.'),
    id: nullableText("The provider's id of the part."),
    signature: nullableText("The provider's signature, sent back unchanged."),
    provider_name: nullableText('The provider of the part.'),
    provider_details: nullableMap('What else the provider needs to get the part back.'),
    part_kind: tag('thinking'),
  }),
);

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
 * A file that the model made.
 *
 * Source: Pydantic AI `FilePart`.
 * @since 0.1.0
 */
export const FilePart = named('FilePart', 'A file that the model made.', () =>
  openObject({ content: BinaryContent().describe('The file.'), ...providerFields(), part_kind: tag('file') }),
);

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
