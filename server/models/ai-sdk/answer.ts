import type { LanguageModelV4GenerateResult, LanguageModelV4Usage } from '@ai-sdk/provider';
import type { FinishReason, ModelResponse, ModelResponsePart } from '../../../protocol/messages.ts';
import type { RequestUsage } from '../../../protocol/usage.ts';
import { EngineError } from '../../engine/errors.ts';
import type { ModelAnswer } from '../../engine/model.ts';
import { modelResponse, requestUsage } from '../../engine/response.ts';
import { answerParts } from './answer-parts.ts';
import { sdkWarning } from './prompt.ts';
import type { BodyFacts, Provider } from './provider.ts';

type Result = LanguageModelV4GenerateResult;

const finishReasons: Record<Result['finishReason']['unified'], FinishReason | null> = {
  stop: 'stop',
  length: 'length',
  'content-filter': 'content_filter',
  'tool-calls': 'tool_call',
  error: 'error',
  interrupted: null,
  other: null,
};

/**
 * Maps a result of the AI SDK, given whole or put together from a stream, to an answer. Its timestamp is left to the
 * engine; the provider's own time stands in `provider_details`, as upstream has it. Calls are read from the content:
 * the finish reason is no guide to them, several hosts send none, or `stop`.
 *
 * Errors: `model.stream` for an answer that broke off, `model.api` for one that ended in an error: their calls may be
 * cut and must never run. `model.incompleteToolCall` when the token limit cut a call before its arguments.
 * Source: Pydantic AI `OpenAIChatModel._process_response`.
 * @since 0.1.0
 */
export function toAnswer(result: Result, modelName: string, provider: Provider): ModelAnswer {
  refuseCut(result, modelName, provider);
  const facts = provider.quirks.readBody?.(result.response?.body) ?? {};
  const served = result.response?.modelId ?? null;
  return {
    response: facts.refusal === undefined ? completed(result, facts, provider) : refused(result, facts, provider),
    served,
    ...(result.warnings.length > 0 ? { warnings: result.warnings.map(sdkWarning) } : {}),
  };
}

function refuseCut({ finishReason, content }: Result, modelName: string, provider: Provider): void {
  if (finishReason.unified === 'interrupted') {
    throw new EngineError('model.stream', `The answer of '${modelName}' broke off before its end.`, {
      provider: provider.name,
      retryable: true,
    });
  }
  if (finishReason.unified === 'error') {
    const reason = finishReason.raw ?? 'error';
    throw new EngineError(
      'model.api',
      `The answer of '${modelName}' ended with an error (finish reason '${reason}').`,
      {
        provider: provider.name,
        retryable: false,
      },
    );
  }
  const last = content.at(-1);
  // Empty arguments count as `{}`; at the token limit they mean that not even the first character came.
  if (finishReason.unified === 'length' && last?.type === 'tool-call' && last.input === '') throw incompleteCall();
}

const incompleteCall = () =>
  new EngineError(
    'model.incompleteToolCall',
    'Model token limit exceeded while generating a tool call, resulting in incomplete arguments. Increase the ' +
      '`max_tokens` model setting, or simplify the prompt to result in a shorter response that will fit within ' +
      'the limit.',
  );

function completed(result: Result, facts: BodyFacts, provider: Provider): ModelResponse {
  const { unified, raw } = result.finishReason;
  const assumed = raw === undefined && provider.quirks.finishMayLack;
  const word = assumed ? 'stop' : raw;
  const details = { ...facts.details, ...(word === undefined ? {} : { finish_reason: word }), ...createdAt(result) };
  return response(answerParts(result.content, provider), result, facts, provider, {
    provider_details: Object.keys(details).length > 0 ? details : null,
    finish_reason: assumed ? 'stop' : finishReasons[unified],
  });
}

/** A refusal is no text of the model: as text it would become the output. */
function refused(result: Result, facts: BodyFacts, provider: Provider): ModelResponse {
  return response([], result, facts, provider, {
    provider_details: { ...facts.details, refusal: facts.refusal, ...createdAt(result) },
    finish_reason: 'content_filter',
  });
}

function response(
  parts: ModelResponsePart[],
  result: Result,
  facts: BodyFacts,
  provider: Provider,
  fields: Pick<ModelResponse, 'provider_details' | 'finish_reason'>,
): ModelResponse {
  return modelResponse(parts, {
    ...fields,
    usage: { ...toUsage(result.usage), ...facts.usage },
    model_name: result.response?.modelId ?? null,
    provider_name: provider.name,
    provider_url: provider.url,
    provider_response_id: result.response?.id ?? null,
  });
}

/** As Pydantic writes a time without fraction. */
function createdAt({ response: metadata }: Result): { timestamp?: string } {
  const created = metadata?.timestamp;
  return created ? { timestamp: created.toISOString().replace(/\.000Z$/, 'Z') } : {};
}

/**
 * The usage of one request; the AI SDK's totals include cache reads, cache writes and reasoning, as ours do.
 *
 * Source: Pydantic AI `_map_usage`.
 * @since 0.1.0
 */
export function toUsage({ inputTokens, outputTokens }: LanguageModelV4Usage): RequestUsage {
  return requestUsage({
    input_tokens: inputTokens.total ?? 0,
    cache_read_tokens: inputTokens.cacheRead ?? 0,
    cache_write_tokens: inputTokens.cacheWrite ?? 0,
    output_tokens: outputTokens.total ?? 0,
    details: outputTokens.reasoning === undefined ? {} : { reasoning_tokens: outputTokens.reasoning },
  });
}
