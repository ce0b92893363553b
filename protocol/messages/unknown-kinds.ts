import * as z from 'zod';

type Tagged = Readonly<Record<string, unknown>>;
type Known = z.ZodDiscriminatedUnion<readonly z.ZodObject[]>;

const isTagged = (value: unknown): value is Tagged =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

/** Marks a schema that documents leave out. @since 0.1.0 */
export const unpublished = 'unpublished';

/**
 * A union of tagged objects that also lets objects through whose tag it does not know, unchanged: whether they are refused
 * or carried is decided after the shapes were checked (`findUnknownKind`). Its type is that of the known objects alone,
 * since nothing may look inside the others.
 *
 * @since 0.1.0
 */
export const orUnknownKind = <T extends Known>(tag: string, known: T) => orUnknownKindOf(tag, known, known);

/** The same around a schema that holds the union. @since 0.1.0 */
export function orUnknownKindOf<T extends z.ZodType>(
  tag: string,
  known: Known,
  schema: T,
): z.ZodType<z.output<T>, z.input<T>> {
  const kinds = new Set<unknown>(known.options.flatMap((option) => literalsOf(option.shape[tag])));
  const other = z.custom<never>((value) => isTagged(value) && !kinds.has(value[tag])).meta({ [unpublished]: true });
  return z.union([other, schema]);
}

function literalsOf(field: unknown): unknown[] {
  const literal = field instanceof z.ZodDefault ? field.unwrap() : field;
  return literal instanceof z.ZodLiteral ? [...literal.values] : [];
}
