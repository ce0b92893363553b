import * as z from 'zod';
import { JsonMap } from '../scalars.ts';

// What schemas of parts are made of.

export const text = (what: string) => z.string().describe(what);
export const nullableText = (what: string) => z.string().nullable().default(null).describe(what);
export const nullableMap = (what: string) => JsonMap().nullable().default(null).describe(what);
export const anything = (what: string) => z.unknown().default(null).describe(what);
export const flag = (what: string) => z.boolean().default(false).describe(what);
export const tag = <K extends string>(kind: K) => z.literal(kind).describe('Kind of the part.');
export const toolKind = () =>
  nullableText('What the tool is, independent of its name; upstream has `tool-search` and others.');
export const count = (what: string) => z.number().int().nullable().default(null).describe(what);

export const providerFields = () => ({
  id: nullableText("The provider's id of the part."),
  provider_name: nullableText('The provider of the part.'),
  provider_details: nullableMap('What else the provider needs to get the part back.'),
});

export const retryCounts = () => ({
  attempt: count('Which retry this is, counted from 1; null when it was not charged or is not known.'),
  max_retries: count('How many retries were allowed; null when `attempt` is.'),
});
