import * as z from 'zod';
import { named, onFirstUse, openObject } from '../document/lazy.ts';
import { GivenRequestPart, ModelRequestPart, ModelResponsePart } from './parts/part-unions.ts';
import { Duration, JsonMap, NullableTimestamp, Timestamp } from './scalars.ts';
import { orUnknownKind } from './unknown-kinds.ts';
import { RequestUsage } from './usage.ts';

export * from './parts/part-unions.ts';

// Field order is Pydantic AI's own: `format: 'json'` writes messages in the order of these schemas.

const nullableText = (what: string) => z.string().nullable().default(null).describe(what);
const nullableMap = (what: string) => JsonMap().nullable().default(null).describe(what);

const bookkeeping = () => ({
  run_id: nullableText('The run that made the message.'),
  conversation_id: nullableText('The conversation it belongs to.'),
  metadata: nullableMap('Data for the program, never sent to the model.'),
});

const requestFields = <P extends z.ZodType>(part: P) => ({
  parts: z.array(part).describe('Prompts, tool returns and feedback, in order.'),
  timestamp: NullableTimestamp(),
  instructions: nullableText('Instructions that were sent with it.'),
  kind: z.literal('request').describe('Kind of the message.'),
  ...bookkeeping(),
  state: z
    .enum(['complete', 'interrupted'])
    .default('complete')
    .describe('`interrupted`: the work on the calls before it was cut short.'),
});

/**
 * A message sent to a model.
 *
 * Source: Pydantic AI `ModelRequest`.
 * @since 0.1.0
 */
export const ModelRequest = named('ModelRequest', 'A message sent to a model.', () =>
  openObject(requestFields(ModelRequestPart())),
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
  if (!isObject(part) || !('added' in part) || part.part_kind !== 'tool-availability-delta') return part;
  const { added, ...rest } = part;
  return { tools_added: added, ...rest };
}

/**
 * An attempt at a request that did not bring the response it is recorded on: the model failed, or its response was
 * rejected.
 *
 * Source: Pydantic AI `ModelRequestAttempt`.
 * @since 0.1.0
 */
export const ModelRequestAttempt = named(
  'ModelRequestAttempt',
  'An attempt at a request that did not bring the response it is recorded on: the model failed, or its response was rejected.',
  () =>
    openObject({
      model_name: z.string().describe('The model of the attempt.'),
      provider_name: nullableText('The provider it was sent to.'),
      outcome: z
        .enum(['error', 'rejected'])
        .describe('`error`: the request failed; `rejected`: its response was rejected.'),
      error: nullableText('What it failed with, as `ErrorType: message`.'),
      timestamp: Timestamp(),
      duration: Duration().describe('How long it took, as an ISO 8601 duration; numbers of seconds are accepted.'),
      usage: RequestUsage().nullable().default(null).describe('What was counted; null when that is not known.'),
    }),
);
export type ModelRequestAttempt = z.output<ReturnType<typeof ModelRequestAttempt>>;

const workspaceRef = () =>
  openObject({
    provider: z.string().describe('The provider of the workspace.'),
    id: z.string().describe('Its id there.'),
  });

/** What a response counts that came without usage; copied, since usage may be added to. */
const noUsage = onFirstUse(() => RequestUsage().parse({}));

const responseObject = () =>
  openObject({
    parts: z.array(ModelResponsePart()).default([]).describe('Text, thinking, tool calls and files, in order.'),
    usage: RequestUsage()
      .default(() => ({ ...noUsage(), details: {} }))
      .describe('Tokens of this request.'),
    model_name: nullableText('The model that responded.'),
    model_id: nullableText('The string the model was chosen by, for example `openai:gpt-5`.'),
    timestamp: Timestamp(),
    kind: z.literal('response').default('response').describe('Kind of the message.'),
    provider_name: nullableText('The provider that responded.'),
    provider_url: nullableText('Its base address.'),
    canonical_system: nullableText('The API that responded, when it differs from the provider.'),
    provider_details: nullableMap('Further data of the provider.'),
    provider_response_id: nullableText("The provider's id of the response."),
    finish_reason: z
      .enum(['stop', 'length', 'content_filter', 'tool_call', 'error'])
      .nullable()
      .default(null)
      .describe('Why the model stopped.'),
    ...bookkeeping(),
    workspace_ref: workspaceRef().nullable().default(null).describe('The workspace it was made in.'),
    history_digest: nullableText('Digest of the messages it responds to.'),
    failed_attempts: z
      .array(ModelRequestAttempt())
      .nullable()
      .default(null)
      .describe('The attempts before the one that succeeded, when a list of models fell back.'),
    state: z
      .enum(['complete', 'incomplete', 'suspended', 'interrupted'])
      .default('complete')
      .describe('`interrupted`: it was cut, or broke a limit; `suspended`: the provider paused the turn.'),
  });

const PlainModelResponse = named('ModelResponse', 'A message of a model.', responseObject);

/**
 * A message of a model.
 *
 * Source: Pydantic AI `ModelResponse`.
 * @since 0.1.0
 */
export const ModelResponse = onFirstUse(() => z.preprocess(withCurrentNames, PlainModelResponse()));
export type ModelResponse = z.output<ReturnType<typeof responseObject>>;

/** A request or a response, by `kind`. Source: Pydantic AI `ModelMessage`. @since 0.1.0 */
export const ModelMessage = onFirstUse(() => z.discriminatedUnion('kind', [ModelRequest(), PlainModelResponse()]));
export type ModelMessage = ModelRequest | ModelResponse;

const GivenRequest = named('ModelRequest', 'A message sent to a model.', () =>
  openObject(requestFields(GivenRequestPart())),
);

/**
 * A message as it is read: v0 and v2 JSON of Pydantic AI up to the version we follow. What it holds of unknown kinds passes
 * the schema, and is refused or carried by who takes the history in.
 *
 * @since 0.1.0
 */
export const GivenMessage = onFirstUse(() =>
  z.preprocess(
    withCurrentNames,
    orUnknownKind('kind', z.discriminatedUnion('kind', [GivenRequest(), PlainModelResponse()])),
  ),
);
export type GivenRequest = z.output<ReturnType<typeof GivenRequest>>;
export type GivenMessage = GivenRequest | ModelResponse;
/** What a host may write where a message is read. @since 0.1.0 */
export type ModelMessageInput = z.input<ReturnType<typeof GivenRequest>> | z.input<ReturnType<typeof responseObject>>;

/** Why a model stopped. @since 0.1.0 */
export type FinishReason = NonNullable<ModelResponse['finish_reason']>;
