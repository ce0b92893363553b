import * as z from 'zod';
import { named, onFirstUse, openObject } from '../document/lazy.ts';
import { Base64, JsonMap } from './scalars.ts';
import { orUnknownKindOf } from './unknown-kinds.ts';

const identifier = () =>
  z.string().nullish().describe('A name the model can refer to; the first six hex digits of a SHA-1 unless given.');
const tag = <K extends string>(kind: K) => z.literal(kind).describe('Kind of the content.');
const vendorMetadata = () => JsonMap().nullable().default(null).describe('Extra data for one provider.');

const urlFields = () => ({
  url: z.string().describe('Where the content is.'),
  force_download: z
    .union([z.boolean(), z.literal('allow-local')])
    .default(false)
    .describe('Download the content even when the model could fetch it itself.'),
  vendor_metadata: vendorMetadata(),
});
const urlTail = () => ({
  media_type: z.string().nullish().describe('Media type; computed from the extension unless given.'),
  identifier: identifier(),
});

/**
 * An image by its address.
 *
 * Source: Pydantic AI `FileUrl`.
 * @since 0.1.0
 */
export const ImageUrl = named('ImageUrl', 'An image by its address.', () =>
  openObject({ ...urlFields(), kind: tag('image-url'), ...urlTail() }),
);
/**
 * Audio by its address.
 *
 * Source: Pydantic AI `AudioUrl`.
 * @since 0.1.0
 */
export const AudioUrl = named('AudioUrl', 'Audio by its address.', () =>
  openObject({ ...urlFields(), kind: tag('audio-url'), ...urlTail() }),
);
/**
 * A video by its address.
 *
 * Source: Pydantic AI `VideoUrl`.
 * @since 0.1.0
 */
export const VideoUrl = named('VideoUrl', 'A video by its address.', () =>
  openObject({ ...urlFields(), kind: tag('video-url'), ...urlTail() }),
);
/**
 * A document by its address.
 *
 * Source: Pydantic AI `DocumentUrl`.
 * @since 0.1.0
 */
export const DocumentUrl = named('DocumentUrl', 'A document by its address.', () =>
  openObject({ ...urlFields(), kind: tag('document-url'), ...urlTail() }),
);

/**
 * Bytes with a media type.
 *
 * Source: Pydantic AI `BinaryContent`.
 * @since 0.1.0
 */
export const BinaryContent = named('BinaryContent', 'Bytes with a media type.', () =>
  openObject({
    data: Base64(),
    media_type: z.string().describe('Media type of the bytes.'),
    vendor_metadata: vendorMetadata(),
    kind: z.literal('binary').default('binary').describe('Kind of the content.'),
    identifier: identifier(),
  }),
);

/**
 * Text with metadata that is not shown to the model.
 *
 * Source: Pydantic AI `TextContent`.
 * @since 0.1.0
 */
export const TextContent = named('TextContent', 'Text with metadata that is not shown to the model.', () =>
  openObject({
    content: z.string().describe('The text.'),
    metadata: z.unknown().default(null).describe('Data for the program, never sent to the model.'),
    kind: tag('text-content'),
  }),
);

/**
 * A value that is shown to the model as JSON text.
 *
 * Source: Pydantic AI `StructuredContent`.
 * @since 0.1.0
 */
export const StructuredContent = named('StructuredContent', 'A value that is shown to the model as JSON text.', () =>
  openObject({
    content: z.string().describe('The text shown to the model.'),
    metadata: z.unknown().default(null).describe('Data for the program, never sent to the model.'),
    kind: tag('structured-content'),
    value: z.unknown().describe('The value itself.'),
    tag: z.string().nullable().default(null).describe('Name of the element that frames it.'),
    description: z.string().nullable().default(null).describe('What the value is, for the program.'),
  }),
);

/**
 * Marks the end of the part of a prompt that the provider may cache.
 *
 * Source: Pydantic AI `CachePoint`.
 * @since 0.1.0
 */
export const CachePoint = named(
  'CachePoint',
  'Marks the end of the part of a prompt that the provider may cache.',
  () =>
    openObject({
      kind: tag('cache-point'),
      ttl: z.enum(['5m', '1h']).default('5m').describe('How long the provider keeps the prefix.'),
    }),
);

/**
 * A file that the provider already holds.
 *
 * Source: Pydantic AI `UploadedFile`.
 * @since 0.1.0
 */
export const UploadedFile = named('UploadedFile', 'A file that the provider already holds.', () =>
  openObject({
    file_id: z.string().describe("The provider's id of the file."),
    provider_name: z.string().describe('The provider that holds it.'),
    vendor_metadata: vendorMetadata(),
    kind: tag('uploaded-file'),
    ...urlTail(),
  }),
);

/** An item of user content that is not a plain string. @since 0.1.0 */
export const ContentItem = onFirstUse(() =>
  z.discriminatedUnion('kind', [
    ImageUrl(),
    AudioUrl(),
    VideoUrl(),
    DocumentUrl(),
    BinaryContent(),
    TextContent(),
    StructuredContent(),
    CachePoint(),
    UploadedFile(),
  ]),
);

export type ContentItem = z.output<ReturnType<typeof ContentItem>>;

/**
 * One item of a user prompt: text, or an object tagged by `kind`.
 *
 * Source: Pydantic AI `UserContent`.
 * @since 0.1.0
 */
export const UserContent = named('UserContent', 'One item of a user prompt: text, or an object tagged by `kind`.', () =>
  z.union([z.string(), ContentItem()]),
);
export type UserContent = z.output<ReturnType<typeof UserContent>>;
/** User content as a history holds it: what is of a kind unknown here passes the schema, see `GivenMessage`. @since 0.1.0 */
export const StoredContent = onFirstUse(() => orUnknownKindOf('kind', ContentItem(), UserContent()));
/** What a host may write where user content is read. @since 0.1.0 */
export type UserContentInput = z.input<ReturnType<typeof UserContent>>;
