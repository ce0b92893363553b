import * as z from 'zod';
import { named, openObject } from '../../document/lazy.ts';
import { BinaryContent } from '../content.ts';
import { nullableMap, nullableText, providerFields, tag, text } from './part-fields.ts';

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

/**
 * A file that the model made.
 *
 * Source: Pydantic AI `FilePart`.
 * @since 0.1.0
 */
export const FilePart = named('FilePart', 'A file that the model made.', () =>
  openObject({ content: BinaryContent().describe('The file.'), ...providerFields(), part_kind: tag('file') }),
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
