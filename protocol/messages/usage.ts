import * as z from 'zod';
import { named } from '../document/lazy.ts';

const tokens = (what: string) =>
  z
    .preprocess((value) => value ?? 0, z.number().int())
    .default(0)
    .describe(what);

const unmeasured = () =>
  z
    .preprocess((value) => value || undefined, z.number().int().optional())
    .optional()
    .describe(
      'Requests whose answer came without usage, so that the counts are lower bounds; absent when there are none.',
    );

const seconds = (what: string) =>
  z
    .preprocess((value) => value ?? 0, z.number())
    .default(0)
    .describe(what);

const details = () =>
  z
    .preprocess((value) => value ?? {}, z.record(z.string(), z.number()))
    .default({})
    .describe('Further counts by name, as the provider reports them.');

const cost = () =>
  z
    .union([z.string(), z.number()])
    .nullable()
    .default(null)
    .describe('Cost in US dollars as a decimal string; null when no price is known.');

/** Old names are accepted in stored histories: `request_tokens` and `response_tokens`. */
function withCurrentNames(value: unknown): unknown {
  if (value === null || value === undefined) return {};
  if (typeof value !== 'object' || Array.isArray(value)) return Array.isArray(value) && value.length === 0 ? {} : value;
  const {
    request_tokens,
    response_tokens,
    total_tokens: _total,
    requests: _requests,
    ...rest
  } = value as Record<string, unknown>;
  if (request_tokens !== undefined) rest.input_tokens ??= request_tokens;
  if (response_tokens !== undefined) rest.output_tokens ??= response_tokens;
  return rest;
}

/**
 * The tokens of one model request, as stored on a response. `input_tokens` includes cache reads and writes. Unknown keys
 * are kept and added up.
 *
 * Source: Pydantic AI `RequestUsage`.
 * @since 0.1.0
 */
export const RequestUsage = named(
  'RequestUsage',
  'The tokens of one model request, as stored on a response. `input_tokens` includes cache reads and writes. Unknown keys are kept and added up.',
  () =>
    z.preprocess(
      withCurrentNames,
      z.looseObject({
        input_tokens: tokens('Tokens of the prompt, cache reads and writes included.'),
        cache_write_tokens: tokens('Tokens written to the cache.'),
        cache_write_1h_tokens: tokens('Those of them that are kept for an hour.'),
        cache_read_tokens: tokens('Tokens read from the cache.'),
        output_tokens: tokens('Tokens of the response, thinking included.'),
        unmeasured_requests: unmeasured(),
        output_reasoning_tokens: tokens('Those of them that were spent on thinking.'),
        input_audio_tokens: tokens('Audio tokens of the prompt.'),
        cache_audio_read_tokens: tokens('Audio tokens read from the cache.'),
        output_audio_tokens: tokens('Audio tokens of the response.'),
        audio_seconds: seconds('Audio that is billed by its length, in seconds.'),
        details: details(),
        cost: cost(),
      }),
    ),
);
export type RequestUsage = z.output<ReturnType<typeof RequestUsage>>;

/**
 * The usage of a run. `total_tokens` is computed on output and ignored on input, so that a usage that was returned can
 * be given to the next run.
 *
 * Source: Pydantic AI `RunUsage`.
 * @since 0.1.0
 */
export const RunUsage = named(
  'RunUsage',
  'The usage of a run. `total_tokens` is computed on output and ignored on input, so that a usage that was returned can be given to the next run.',
  () =>
    z.looseObject({
      requests: tokens('Model requests that got a response.'),
      tool_calls: tokens('Function tools that returned successfully.'),
      input_tokens: tokens('Tokens of all prompts.'),
      output_tokens: tokens('Tokens of all responses.'),
      cache_read_tokens: tokens('Tokens read from the cache.'),
      cache_write_tokens: tokens('Tokens written to the cache.'),
      cache_write_1h_tokens: tokens('Those of them that are kept for an hour.'),
      unmeasured_requests: unmeasured(),
      output_reasoning_tokens: tokens('Output tokens that were spent on thinking.'),
      input_audio_tokens: tokens('Audio tokens of the prompts.'),
      cache_audio_read_tokens: tokens('Audio tokens read from the cache.'),
      output_audio_tokens: tokens('Audio tokens of the responses.'),
      audio_seconds: seconds('Audio that is billed by its length, in seconds.'),
      details: details(),
      cost: cost(),
      total_tokens: z.number().int().optional().describe('Input and output together; computed, ignored on input.'),
    }),
);
export type RunUsage = z.output<ReturnType<typeof RunUsage>>;

const limit = (what: string) =>
  z.number().nonnegative().nullable().optional().describe(`${what} Null switches it off.`);

/**
 * Limits of the usage of a run. An absent key means the default (only `request_limit` has one: 50), null switches a
 * limit off. Reaching a limit exactly is allowed.
 *
 * Source: Pydantic AI `UsageLimits`.
 * @since 0.1.0
 */
export const UsageLimits = named(
  'UsageLimits',
  'Limits of the usage of a run. An absent key means the default (only `request_limit` has one: 50), null switches a limit off. Reaching a limit exactly is allowed.',
  () =>
    z.strictObject({
      cost_limit: z
        .union([z.number().nonnegative(), z.string().regex(/^\d+(\.\d+)?$/)])
        .nullable()
        .optional()
        .describe(
          'US dollars over the whole run, a number or a decimal string; checked after each response and before the ' +
            'next request. With a model whose price is not known it cannot be enforced, and the run ends with a warning. ' +
            'Null switches it off.',
        ),
      request_limit: limit('Model requests; checked before each one, default 50.'),
      tool_calls_limit: limit('Successful tool calls; a batch that would exceed it does not run.'),
      input_tokens_limit: limit('Prompt tokens over the whole run.'),
      output_tokens_limit: limit('Answer tokens over the whole run.'),
      total_tokens_limit: limit('Prompt and answer tokens over the whole run.'),
      per_request_input_tokens_limit: limit('Prompt tokens of a single request.'),
    }),
);
export type UsageLimits = z.output<ReturnType<typeof UsageLimits>>;
