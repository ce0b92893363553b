import * as z from 'zod';
import { named, openObject } from '../../document/lazy.ts';
import { StoredContent } from '../content.ts';
import { Timestamp } from '../scalars.ts';
import { nullableMap, nullableText, tag, text } from './part-fields.ts';

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
