import * as z from 'zod';
import { named, onFirstUse } from './lazy.ts';
import { Base64, JsonMap } from './scalars.ts';

const identifier = () =>
  z.string().nullish().describe('A name the model can refer to; the first six hex digits of a SHA-1 unless given.');
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

/** An image, audio, video or document by its address. Source: Pydantic AI `FileUrl`. @since 0.1.0 */
export const ImageUrl = named('ImageUrl', () =>
  z.object({ ...urlFields(), kind: z.literal('image-url'), ...urlTail() }),
);
/** Source: Pydantic AI `AudioUrl`. @since 0.1.0 */
export const AudioUrl = named('AudioUrl', () =>
  z.object({ ...urlFields(), kind: z.literal('audio-url'), ...urlTail() }),
);
/** Source: Pydantic AI `VideoUrl`. @since 0.1.0 */
export const VideoUrl = named('VideoUrl', () =>
  z.object({ ...urlFields(), kind: z.literal('video-url'), ...urlTail() }),
);
/** Source: Pydantic AI `DocumentUrl`. @since 0.1.0 */
export const DocumentUrl = named('DocumentUrl', () =>
  z.object({ ...urlFields(), kind: z.literal('document-url'), ...urlTail() }),
);

/** Bytes with a media type. Source: Pydantic AI `BinaryContent`. @since 0.1.0 */
export const BinaryContent = named('BinaryContent', () =>
  z.object({
    data: Base64(),
    media_type: z.string().describe('Media type of the bytes.'),
    vendor_metadata: vendorMetadata(),
    kind: z.literal('binary').default('binary'),
    identifier: identifier(),
  }),
);

/** Text with metadata that the model is not shown. Source: Pydantic AI `TextContent`. @since 0.1.0 */
export const TextContent = named('TextContent', () =>
  z.object({
    content: z.string().describe('The text.'),
    metadata: z.unknown().default(null).describe('Data for the program, never sent to the model.'),
    kind: z.literal('text-content'),
  }),
);

/** Marks how far a provider may cache the prompt. Source: Pydantic AI `CachePoint`. @since 0.1.0 */
export const CachePoint = named('CachePoint', () =>
  z.object({
    kind: z.literal('cache-point'),
    ttl: z.enum(['5m', '1h']).default('5m').describe('How long the provider keeps the prefix.'),
  }),
);

/** A file that a provider already holds. Source: Pydantic AI `UploadedFile`. @since 0.1.0 */
export const UploadedFile = named('UploadedFile', () =>
  z.object({
    file_id: z.string().describe("The provider's id of the file."),
    provider_name: z.string().describe('The provider that holds it.'),
    vendor_metadata: vendorMetadata(),
    kind: z.literal('uploaded-file'),
    ...urlTail(),
  }),
);

/** An item of user content that is no plain string. @since 0.1.0 */
export const ContentItem = onFirstUse(() =>
  z.discriminatedUnion('kind', [
    ImageUrl(),
    AudioUrl(),
    VideoUrl(),
    DocumentUrl(),
    BinaryContent(),
    TextContent(),
    CachePoint(),
    UploadedFile(),
  ]),
);
export type ContentItem = z.output<ReturnType<typeof ContentItem>>;

/** What a user says: text, or an object tagged by `kind`. Source: Pydantic AI `UserContent`. @since 0.1.0 */
export const UserContent = named('UserContent', () => z.union([z.string(), ContentItem()]));
export type UserContent = z.output<ReturnType<typeof UserContent>>;
/** What a host may write where user content is read. @since 0.1.0 */
export type UserContentInput = z.input<ReturnType<typeof UserContent>>;
