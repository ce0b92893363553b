import * as z from 'zod';
import { BinaryContent, UserContent } from './content.ts';
import { named, onFirstUse } from './lazy.ts';
import { JsonMap, NullableTimestamp, Timestamp, ToolCallId } from './scalars.ts';
import { RequestUsage } from './usage.ts';

// Field order is Pydantic AI's own: `format: 'json'` writes messages in the order of these schemas.

const text = (what: string) => z.string().describe(what);
const nullableText = (what: string) => z.string().nullable().default(null).describe(what);
const nullableMap = (what: string) => JsonMap().nullable().default(null).describe(what);
const anything = (what: string) => z.unknown().default(null).describe(what);
const toolKind = () => nullableText("Upstream's mark of its own tools: `tool-search` or `capability-load`.");

const providerFields = () => ({
  id: nullableText("The provider's id of the part."),
  provider_name: nullableText('The provider the part came from.'),
  provider_details: nullableMap('What else the provider needs to get the part back.'),
});

/** Instructions that stand in the history. Source: Pydantic AI `SystemPromptPart`. @since 0.1.0 */
export const SystemPromptPart = named('SystemPromptPart', () =>
  z.object({
    content: text('The prompt.'),
    timestamp: Timestamp(),
    dynamic_ref: nullableText('Name of the prompt source that is asked again when the history is used again.'),
    part_kind: z.literal('system-prompt'),
  }),
);
export type SystemPromptPart = z.output<ReturnType<typeof SystemPromptPart>>;

/** What the user said. Source: Pydantic AI `UserPromptPart`. @since 0.1.0 */
export const UserPromptPart = named('UserPromptPart', () =>
  z.object({
    content: z.union([z.string(), z.array(UserContent())]).describe('Text, or a list of text and media.'),
    timestamp: Timestamp(),
    part_kind: z.literal('user-prompt'),
  }),
);
export type UserPromptPart = z.output<ReturnType<typeof UserPromptPart>>;

const outcome = () =>
  z.enum(['success', 'failed', 'denied', 'interrupted']).default('success').describe('How the call ended.');

/** What a tool returned. Source: Pydantic AI `ToolReturnPart`. @since 0.1.0 */
export const ToolReturnPart = named('ToolReturnPart', () =>
  z.object({
    tool_name: text('Name of the tool.'),
    content: anything('The returned value.'),
    tool_call_id: ToolCallId(),
    tool_kind: toolKind(),
    metadata: anything('Data for the program, never sent to the model.'),
    timestamp: Timestamp(),
    outcome: outcome(),
    part_kind: z.literal('tool-return'),
  }),
);
export type ToolReturnPart = z.output<ReturnType<typeof ToolReturnPart>>;

/** One validation error in Pydantic's shape. Source: Pydantic `ErrorDetails`. @since 0.1.0 */
export const ErrorDetails = named('ErrorDetails', () =>
  z.looseObject({
    type: text('Kind of error, for example `missing`.'),
    loc: z.array(z.union([z.string(), z.number()])).describe('Path to the value.'),
    msg: text('What is wrong.'),
    input: z.unknown().optional().describe('The value that was refused.'),
  }),
);
export type ErrorDetails = { type: string; loc: (string | number)[]; msg: string; input?: unknown };

/** Asks the model to try again. Source: Pydantic AI `RetryPromptPart`. @since 0.1.0 */
export const RetryPromptPart = named('RetryPromptPart', () =>
  z.object({
    content: z.union([z.string(), z.array(ErrorDetails())]).describe('A sentence, or a list of validation errors.'),
    tool_name: nullableText('The tool whose call is refused; null for plain feedback.'),
    tool_call_id: ToolCallId(),
    timestamp: Timestamp(),
    part_kind: z.literal('retry-prompt'),
  }),
);
export type RetryPromptPart = z.output<ReturnType<typeof RetryPromptPart>>;

/** Tools that became available at this point. Source: Pydantic AI `ToolAvailabilityDeltaPart`. @since 0.1.0 */
export const ToolAvailabilityDeltaPart = named('ToolAvailabilityDeltaPart', () =>
  z.object({
    tools_added: z.array(z.string()).default([]).describe('Names of the tools; also read from `added`.'),
    tool_call_id: nullableText('The call that revealed them.'),
    part_kind: z.literal('tool-availability-delta'),
  }),
);

const speech = () =>
  z.object({
    speaker: z.enum(['user', 'assistant']).describe('Who spoke.'),
    transcript: nullableText('What was said.'),
    audio: BinaryContent().nullable().default(null).describe('The recording.'),
    interrupted_at_ms: z.number().nullable().default(null).describe('Where playback stopped, in milliseconds.'),
    ...providerFields(),
    part_kind: z.literal('speech'),
  });

/** Spoken content of a realtime session. Source: Pydantic AI `SpeechPart`. @since 0.1.0 */
export const SpeechPart = named('SpeechPart', speech);

/** Text of the model. Source: Pydantic AI `TextPart`. @since 0.1.0 */
export const TextPart = named('TextPart', () =>
  z.object({ content: text('The text.'), ...providerFields(), part_kind: z.literal('text') }),
);
export type TextPart = z.output<ReturnType<typeof TextPart>>;

/** Thinking of the model. Source: Pydantic AI `ThinkingPart`. @since 0.1.0 */
export const ThinkingPart = named('ThinkingPart', () =>
  z.object({
    content: text('The thinking, or its summary.'),
    id: nullableText("The provider's id of the part."),
    signature: nullableText("The provider's signature, sent back unchanged."),
    provider_name: nullableText('The provider the part came from.'),
    provider_details: nullableMap('What else the provider needs to get the part back.'),
    part_kind: z.literal('thinking'),
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

/** A call of a tool. Source: Pydantic AI `ToolCallPart`. @since 0.1.0 */
export const ToolCallPart = named('ToolCallPart', () =>
  z.object({ ...callFields(), part_kind: z.literal('tool-call') }),
);
export type ToolCallPart = z.output<ReturnType<typeof ToolCallPart>>;

/** A tool that the provider runs itself. Source: Pydantic AI `NativeToolCallPart`. @since 0.1.0 */
export const NativeToolCallPart = named('NativeToolCallPart', () =>
  z.object({ ...callFields(), part_kind: z.literal('builtin-tool-call') }),
);

/** What a provider-run tool returned. Source: Pydantic AI `NativeToolReturnPart`. @since 0.1.0 */
export const NativeToolReturnPart = named('NativeToolReturnPart', () =>
  z.object({
    tool_name: text('Name of the tool.'),
    content: anything('The returned value.'),
    tool_call_id: ToolCallId(),
    tool_kind: toolKind(),
    metadata: anything('Data for the program, never sent to the model.'),
    timestamp: Timestamp(),
    outcome: outcome(),
    provider_name: nullableText('The provider that ran it.'),
    provider_details: nullableMap('What else the provider needs to get the part back.'),
    part_kind: z.literal('builtin-tool-return'),
  }),
);

/** A file the model made. Source: Pydantic AI `FilePart`. @since 0.1.0 */
export const FilePart = named('FilePart', () =>
  z.object({ content: BinaryContent().describe('The file.'), ...providerFields(), part_kind: z.literal('file') }),
);

/** A provider's summary that stands for earlier messages. Source: Pydantic AI `CompactionPart`. @since 0.1.0 */
export const CompactionPart = named('CompactionPart', () =>
  z.object({
    content: nullableText('The summary, when it is readable.'),
    ...providerFields(),
    part_kind: z.literal('compaction'),
  }),
);

/** A part of a request. @since 0.1.0 */
export const ModelRequestPart = onFirstUse(() =>
  z.discriminatedUnion('part_kind', [
    SystemPromptPart(),
    UserPromptPart(),
    ToolReturnPart(),
    RetryPromptPart(),
    SpeechPart(),
    ToolAvailabilityDeltaPart(),
  ]),
);
export type ModelRequestPart = z.output<ReturnType<typeof ModelRequestPart>>;

/** A part of a response. @since 0.1.0 */
export const ModelResponsePart = onFirstUse(() =>
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
);
export type ModelResponsePart = z.output<ReturnType<typeof ModelResponsePart>>;

const bookkeeping = () => ({
  run_id: nullableText('The run that made the message.'),
  conversation_id: nullableText('The conversation it belongs to.'),
  metadata: nullableMap('Data for the program, never sent to the model.'),
});

/** What is sent to a model. Source: Pydantic AI `ModelRequest`. @since 0.1.0 */
export const ModelRequest = named('ModelRequest', () =>
  z.object({
    parts: z.array(ModelRequestPart()).describe('Prompts, tool returns and retry prompts, in order.'),
    timestamp: NullableTimestamp(),
    instructions: nullableText('Instructions that were sent with it.'),
    kind: z.literal('request'),
    ...bookkeeping(),
    state: z.enum(['complete', 'interrupted']).default('complete').describe('`interrupted`: tools were cut short.'),
  }),
);
export type ModelRequest = z.output<ReturnType<typeof ModelRequest>>;

type Loose = Record<string, unknown>;
const isObject = (value: unknown): value is Loose =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

/** Old names that stored histories still use: `vendor_details`, `vendor_id`, and `added` on a tool availability part. */
function withCurrentNames(value: unknown): unknown {
  if (!isObject(value)) return value;
  const { vendor_details, vendor_id, ...rest } = value;
  if (vendor_details !== undefined) rest.provider_details ??= vendor_details;
  if (vendor_id !== undefined) rest.provider_response_id ??= vendor_id;
  if (Array.isArray(rest.parts)) rest.parts = rest.parts.map(withToolsAdded);
  return rest;
}

function withToolsAdded(part: unknown): unknown {
  return isObject(part) && 'added' in part && !('tools_added' in part) ? { ...part, tools_added: part.added } : part;
}

const responseObject = () =>
  z.object({
    parts: z.array(ModelResponsePart()).default([]).describe('Text, thinking, tool calls and files, in order.'),
    usage: RequestUsage()
      .default(() => RequestUsage().parse({}))
      .describe('Tokens of this request.'),
    model_name: nullableText('The model that answered.'),
    timestamp: Timestamp(),
    kind: z.literal('response').default('response'),
    provider_name: nullableText('The provider that answered.'),
    provider_url: nullableText('Its base address.'),
    provider_details: nullableMap('What else the provider said.'),
    provider_response_id: nullableText("The provider's id of the response."),
    finish_reason: z
      .enum(['stop', 'length', 'content_filter', 'tool_call', 'error'])
      .nullable()
      .default(null)
      .describe('Why the model stopped.'),
    ...bookkeeping(),
    state: z
      .enum(['complete', 'incomplete', 'suspended', 'interrupted'])
      .default('complete')
      .describe('`interrupted`: the stream was cut; `suspended`: the provider paused the turn.'),
  });

const PlainModelResponse = named('ModelResponse', responseObject);

/** What a model answered. Source: Pydantic AI `ModelResponse`. @since 0.1.0 */
export const ModelResponse = onFirstUse(() => z.preprocess(withCurrentNames, PlainModelResponse()));
export type ModelResponse = z.output<ReturnType<typeof responseObject>>;

/** A request or a response, told apart by `kind`. Source: Pydantic AI `ModelMessage`. @since 0.1.0 */
export const ModelMessage = onFirstUse(() =>
  z.preprocess(withCurrentNames, z.discriminatedUnion('kind', [ModelRequest(), PlainModelResponse()])),
);
export type ModelMessage = ModelRequest | ModelResponse;
/** What a host may write where a message is read: v2 or v0 JSON. @since 0.1.0 */
export type ModelMessageInput = z.input<ReturnType<typeof ModelRequest>> | z.input<ReturnType<typeof responseObject>>;

/** The name of a builtin or function tool call of a response. @since 0.1.0 */
export type FinishReason = NonNullable<ModelResponse['finish_reason']>;
