import type { LanguageModelV4GenerateResult, LanguageModelV4ResponseMetadata, SharedV4Warning } from '@ai-sdk/provider';
import type { ModelResponse, ModelResponsePart } from '../../../../protocol/messages/messages.ts';
import type { RequestUsage } from '../../../../protocol/messages/usage.ts';
import { EngineError, unexpectedBehavior } from '../../../engine/errors.ts';
import type { ModelAnswer } from '../../../engine/model.ts';
import { modelResponse } from '../../../engine/request/response.ts';
import { finishReasonOf } from '../answers/finish-words.ts';
import { withNative } from '../answers/native-parts.ts';
import type { BodyFacts, Provider, ReadThinking } from '../provider.ts';
import { answerParts } from './answer-parts.ts';
import { packageCounts, usageOf } from './answer-usage.ts';
import { storeThinkingMetadata } from './metadata.ts';
import { sdkWarning } from './sdk-warning.ts';

type Result = LanguageModelV4GenerateResult;

/** The result of a response, received whole or assembled from a stream. */
export interface Ended {
  readonly parts: ModelResponsePart[];
  readonly finishReason: Result['finishReason'];
  readonly usage: RequestUsage;
  readonly metadata: LanguageModelV4ResponseMetadata;
  readonly facts: BodyFacts;
  readonly warnings: readonly SharedV4Warning[];
}

/**
 * Maps a result of the AI SDK to a model answer.
 *
 * Errors: those of `endedAnswer`.
 */
export function toAnswer(result: Result, modelName: string, provider: Provider, body?: unknown): ModelAnswer {
  const reader = provider.answers.bodyReader?.();
  const read = reader?.add(body ?? result.response?.body) ?? [];
  const { finishReason, warnings, response: metadata = {} } = result;
  const usage = usageOf(reader ? reader.usage : packageCounts(result.usage));
  const given = withThinking(answerParts(result.content, provider), read, provider);
  // A package may put calls before the text; a chat completion has its calls last.
  const ordered = provider.answers.readsTags ? [...given.filter(not(isCall)), ...given.filter(isCall)] : given;
  const found = (reader?.takeParts?.() ?? []).concat(ordered.map((part) => withNative(part, reader?.natives)));
  const parts = found.map((part) => withScopedId(part, metadata.id, provider));
  return endedAnswer({ parts, finishReason, usage, metadata, facts: reader ?? {}, warnings }, modelName, provider);
}

/**
 * Returns the answer for a complete response. Its timestamp is left to the engine; the provider's own time is in
 * `provider_details`, as upstream. Calls are read from the content: the finish reason does not say whether there are
 * any, since several hosts send none, or `stop`.
 *
 * Errors: `model.unexpectedBehavior` for one that says nothing at all, `model.stream` for an answer that broke off: its
 * calls may be cut and must never run. `model.incompleteToolCall` when the token limit cut a call before its arguments.
 * Source: Pydantic AI `OpenAIChatModel._process_response`.
 */
export function endedAnswer(given: Ended, modelName: string, provider: Provider): ModelAnswer {
  const metadata = { ...given.facts.served, ...given.metadata };
  const word = given.facts.finishWord ?? given.finishReason.raw;
  const ended = { ...given, metadata, finishReason: { ...given.finishReason, raw: word } };
  refuseCut(ended, modelName, provider);
  return {
    response: withName(
      ended.facts.refusal === undefined ? completed(ended, provider) : refused(ended, provider),
      modelName,
    ),
    served: ended.metadata.modelId ?? null,
    ...(ended.warnings.length > 0 ? { warnings: ended.warnings.map(sdkWarning) } : {}),
  };
}

/** Upstream stores the requested name if the response has none. */
const withName = (response: ModelResponse, requested: string): ModelResponse => ({
  ...response,
  model_name: response.model_name ?? requested,
});

function refuseCut({ finishReason, parts, facts }: Ended, modelName: string, provider: Provider): void {
  const saysNothing = parts.length === 0 && finishReason.unified === 'other' && finishReason.raw === undefined;
  if (saysNothing && !facts.isBlocked && !facts.isOver && !provider.answers.finishWords.absent) {
    throw unexpectedBehavior(`Invalid response from ${provider.name} for '${modelName}'.`);
  }
  if (finishReason.unified === 'interrupted' || (finishReason.unified === 'error' && finishReason.raw === undefined)) {
    throw new EngineError('model.stream', `The response of '${modelName}' ended before it was complete.`, {
      provider: provider.name,
      retryable: true,
    });
  }
  const last = parts.at(-1);
  const isCut = finishReasonOf(finishReason.raw, provider.answers.finishWords, parts) === 'length';
  if (!isCut || last?.part_kind !== 'tool-call') return;
  // Empty arguments count as `{}`; at the token limit they mean that not even their first character arrived.
  if (last.args === '' || provider.answers.parsedArguments) throw incompleteCall();
}

const incompleteCall = () =>
  new EngineError(
    'model.incompleteToolCall',
    'Model token limit exceeded while generating a tool call, resulting in incomplete arguments. Increase the ' +
      '`max_tokens` model setting, or simplify the prompt to result in a shorter response that will fit within ' +
      'the limit.',
  );

function completed(ended: Ended, provider: Provider): ModelResponse {
  const { raw } = ended.finishReason;
  const details = {
    ...ended.facts.details,
    ...(raw ? { finish_reason: ended.facts.shownWord ?? raw } : {}),
    ...createdAt(ended.metadata),
  };
  return response(ended, provider, {
    provider_details: Object.keys(details).length > 0 ? details : null,
    state: raw === 'pause_turn' ? 'suspended' : 'complete',
    finish_reason: reasonOf(ended, provider),
  });
}

function reasonOf({ facts, finishReason, parts }: Ended, { answers }: Provider) {
  if (facts.isBlocked) return 'content_filter';
  return facts.isFailed ? 'error' : finishReasonOf(finishReason.raw, answers.finishWords, parts);
}

/**
 * Adds the thinking that the package did not read: as parts before all others, or in the part that the package left
 * empty.
 */
function withThinking(
  parts: ModelResponsePart[],
  read: readonly ReadThinking[],
  provider: Provider,
): ModelResponsePart[] {
  const whole = read.flatMap(({ text, signature = null, fields }): ModelResponsePart[] =>
    fields ? [{ ...noFields, ...fields, content: text, signature, part_kind: 'thinking' }] : [],
  );
  const inner = read.filter(({ fields }) => !fields);
  const content = inner.map(({ text }) => text).join('');
  if (content === '') return [...whole, ...parts];
  const at = parts.findIndex((part) => part.part_kind === 'thinking' && part.content === '');
  const fields = { content, ...provided(inner) };
  if (at >= 0) return parts.map((part, index) => (index === at ? ({ ...part, ...fields } as ModelResponsePart) : part));
  return [{ ...storeThinkingMetadata(undefined, provider), ...fields, part_kind: 'thinking' }, ...parts];
}

function provided(read: readonly ReadThinking[]) {
  const all = Object.assign({}, ...read.map(({ details }) => details));
  return Object.keys(all).length > 0 ? { provider_details: all } : {};
}

function withScopedId(part: ModelResponsePart, id: string | undefined, provider: Provider): ModelResponsePart {
  return part.part_kind === 'tool-call' ? { ...part, tool_call_id: callId(part.tool_call_id, id, provider) } : part;
}

/** The id of a call, unique in the history. Source: Pydantic AI `BedrockMantleModelProfile`. */
export const callId = (id: string, responseId: string | undefined, { answers }: Provider): string =>
  answers.scopedCallIds && responseId ? `${responseId}:${id}` : id;

const isCall = (part: ModelResponsePart) => part.part_kind === 'tool-call';

const not =
  <T>(holds: (value: T) => boolean) =>
  (value: T) =>
    !holds(value);

const noFields = { id: null, provider_name: null, provider_details: null };

/** Returns the response of a refusal. It is not text of the model, which would become the output. */
function refused(ended: Ended, provider: Provider): ModelResponse {
  const { details, refusal } = ended.facts;
  return response({ ...ended, parts: [] }, provider, {
    provider_details: { ...details, refusal, ...createdAt(ended.metadata) },
    finish_reason: 'content_filter',
  });
}

function response(
  { parts, usage, metadata }: Ended,
  provider: Provider,
  fields: Pick<ModelResponse, 'provider_details' | 'finish_reason'> & Partial<Pick<ModelResponse, 'state'>>,
): ModelResponse {
  return modelResponse(parts, {
    ...servedFields(metadata, provider),
    ...fields,
    usage,
  });
}

/** Returns the fields of a response that name the model and the provider. */
export function servedFields({ modelId, id }: LanguageModelV4ResponseMetadata, provider: Provider) {
  return {
    model_name: modelId || null,
    provider_name: provider.name,
    provider_url: provider.url,
    provider_response_id: id || null,
  };
}

/** Returns when the provider created the response, written as Pydantic does without a fraction. */
export function createdAt({ timestamp: created }: LanguageModelV4ResponseMetadata): { timestamp?: string } {
  return created && created.getTime() > 0 ? { timestamp: created.toISOString().replace(/\.000Z$/, 'Z') } : {};
}
