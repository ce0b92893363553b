import * as z from 'zod';
import { onFirstUse } from '../document/lazy.ts';
import { isIsoDuration, secondsToIso } from './duration.ts';
import { normalizeTimestamp } from './timestamp.ts';

/** Any JSON value. Kept open so that code generators of other languages are spared a recursive union. @since 0.1.0 */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** A JSON Schema document, passed through as given. @since 0.1.0 */
export type JsonSchema = { [key: string]: unknown };

/** A JSON object with any keys; an empty array counts as an empty object, as some languages cannot distinguish them. @since 0.1.0 */
export const JsonMap = onFirstUse(() =>
  z.preprocess((value) => (Array.isArray(value) && value.length === 0 ? {} : value), z.record(z.string(), z.unknown())),
);

/**
 * An RFC 3339 time as Pydantic writes it. Epoch numbers, digit strings, a blank instead of `T` and a bare date are
 * accepted and rewritten. Absent becomes `''`, which the engine replaces by the time of the intake.
 *
 * @since 0.1.0
 */
export const Timestamp = onFirstUse(() =>
  z
    .preprocess(
      normalizeTimestamp,
      z.string({
        error: 'Input should be a valid datetime, for example 2026-01-31T12:00:00Z',
      }),
    )
    .default('')
    .describe('RFC 3339 time; UTC as `Z`, six fractional digits or none.'),
);

/** A time that may be unknown. @since 0.1.0 */
export const NullableTimestamp = onFirstUse(() =>
  z
    .preprocess(
      (value) => (value === null ? null : normalizeTimestamp(value)),
      z.string({ error: 'Input should be a valid datetime, for example 2026-01-31T12:00:00Z' }).nullable(),
    )
    .default(null)
    .describe('RFC 3339 time, or null when it is not known.'),
);

/** How long something took: an ISO 8601 duration; a number of seconds is rewritten. @since 0.1.0 */
export const Duration = onFirstUse(() =>
  z.preprocess(
    (value) => (typeof value === 'number' && Number.isFinite(value) ? secondsToIso(value) : value),
    z.string().refine(isIsoDuration, 'Input should be a valid duration, for example PT1.5S'),
  ),
);

/** Bytes: URL-safe base64 with padding on output, both alphabets accepted. @since 0.1.0 */
export const Base64 = onFirstUse(() =>
  z
    .pipe(
      z
        .string()
        // No group is repeated here: that would take a place on the stack for each four letters of an image.
        .regex(/^[A-Za-z0-9+/_-]*={0,2}$/, 'Data should be valid base64')
        .refine((text) => text.length % 4 === 0, 'Data should be valid base64')
        .transform((text) => text.replaceAll('+', '-').replaceAll('/', '_')),
      z.string().regex(/^[A-Za-z0-9_-]*={0,2}$/),
    )
    .describe('Bytes as base64, URL-safe alphabet with padding; the standard alphabet is accepted.'),
);

/** A tool call id; absent or null becomes `''` and is filled at intake. @since 0.1.0 */
export const ToolCallId = onFirstUse(() =>
  z
    .pipe(
      z.nullish(z.string()).transform((value) => value ?? ''),
      z.string(),
    )
    .default('')
    .describe('Pairs a tool call with its return; filled in when absent or null.'),
);
