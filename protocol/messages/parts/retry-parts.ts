import * as z from 'zod';
import { named, openObject } from '../../document/lazy.ts';
import { Timestamp, ToolCallId } from '../scalars.ts';
import { nullableText, retryCounts, tag, text } from './part-fields.ts';

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
