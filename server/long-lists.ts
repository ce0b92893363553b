import * as z from 'zod';
import { slices } from './slices.ts';

/** Items of a list from which on it is checked in slices. */
const longLength = 256;

type Def = { type: string; shape?: Record<string, z.ZodType>; checks?: unknown[]; element?: z.ZodType } & {
  innerType?: z.ZodType;
  options?: z.ZodType[];
  getter?: () => z.ZodType;
};

const defOf = (schema: z.ZodType) => schema._zod.def as unknown as Def;

/** A field of some parameters that holds a long list, and the schema of an item. */
export interface LongList {
  readonly field: string;
  readonly items: readonly unknown[];
  readonly item: z.ZodType;
}

/** The long lists that are fields of an object; almost always there is none. */
export function longListsIn(value: unknown, schema: z.ZodType): readonly LongList[] {
  if (value === null || typeof value !== 'object') return none;
  const { shape = {} } = defOf(schema);
  let found: LongList[] | undefined;
  for (const field in value) {
    const items = (value as Record<string, unknown>)[field];
    if (!Array.isArray(items) || items.length < longLength) continue;
    const item = Object.hasOwn(shape, field) ? itemOf(shape[field]) : undefined;
    if (item) found = [...(found ?? []), { field, items, item }];
  }
  return found ?? none;
}

const none: readonly LongList[] = [];

/** The schema of the items that a field may have, whatever else it may be; undefined when the list as a whole is checked, too. */
function itemOf(schema: z.ZodType | undefined): z.ZodType | undefined {
  if (!schema) return undefined;
  const def = defOf(schema);
  switch (def.type) {
    case 'array':
      return def.checks?.length ? undefined : def.element;
    case 'optional':
    case 'nullable':
      return itemOf(def.innerType);
    case 'lazy':
      return itemOf(def.getter?.());
    case 'union':
      return def.options?.map(itemOf).find((item) => item !== undefined);
    default:
      return undefined;
  }
}

/**
 * Parses an object with long lists as its schema would in one go, but lets the event loop turn between slices of them. Of a
 * list that is refused, no issues are reported but those of the first such item.
 */
export async function parseInSlices(
  value: object,
  schema: z.ZodType,
  lists: readonly LongList[],
): Promise<z.ZodSafeParseResult<unknown>> {
  const short: Record<string, unknown> = { ...value };
  for (const { field } of lists) short[field] = [];
  const parsed = schema.safeParse(short);
  const issues: z.core.$ZodIssue[] = parsed.success ? [] : [...parsed.error.issues];
  const data = (parsed.data ?? {}) as Record<string, unknown>;
  for (const list of lists) {
    const read = await itemsOf(list);
    if (Array.isArray(read)) data[list.field] = read;
    else issues.push(...read.issues);
  }
  if (issues.length > 0) return { success: false, error: new z.ZodError(issues) };
  return { success: true, data };
}

async function itemsOf({ field, items, item }: LongList): Promise<unknown[] | { issues: z.core.$ZodIssue[] }> {
  const read: unknown[] = [];
  const turnIfDue = slices();
  for (const [index, given] of items.entries()) {
    const parsed = item.safeParse(given);
    if (!parsed.success) {
      return { issues: parsed.error.issues.map((issue) => ({ ...issue, path: [field, index, ...issue.path] })) };
    }
    read.push(parsed.data);
    const turn = turnIfDue();
    if (turn) await turn;
  }
  return read;
}
