import type { MutableSchema, SchemaDraft } from './draft.ts';
import { children, IN_PLACE, isRecord } from './schema.ts';
import { findTags } from './tagged.ts';

const INSIDE = 'depends on a keyword inside it that is not checked';

/**
 * Leaves out what would refuse a value because of something that is not checked: a schema under `not`, `if` or `oneOf`
 * that accepts more than the host wrote makes these accept less.
 * @since 0.2.0
 */
export function relaxAroundUnchecked(draft: SchemaDraft): void {
  if (draft.weakened.size === 0) return;
  let before: number;
  do {
    draft.link();
    const all = reachable(draft);
    before = draft.weakened.size + draft.unchecked.length;
    for (const { schema, inner } of all) if (inner.some((one) => draft.weakened.has(one))) draft.weakened.add(schema);
    for (const { schema } of all) if (draft.weakened.has(schema)) relax(draft, schema);
  } while (draft.weakened.size + draft.unchecked.length > before);
  draft.link();
}

/** Every schema with those that it is made of, referenced ones included. */
function reachable(draft: SchemaDraft): { schema: MutableSchema; inner: MutableSchema[] }[] {
  const found: { schema: MutableSchema; inner: MutableSchema[] }[] = [];
  const visit = (schema: unknown) => {
    if (!isRecord(schema)) return;
    const parts = [...children(schema)].filter(({ keyword }) => keyword !== '$defs' && keyword !== 'definitions');
    const target = draft.targets.get(schema);
    found.push({ schema, inner: [...parts.map((part) => part.schema), target].filter(isRecord) });
    for (const child of children(schema)) visit(child.schema);
  };
  visit(draft.root);
  return found;
}

function relax(draft: SchemaDraft, schema: MutableSchema): void {
  const isWeakened = (part: unknown) => isRecord(part) && draft.weakened.has(part);
  for (const keyword of ['not', 'if']) {
    if (isWeakened(schema[keyword])) draft.leaveOut(schema, keyword, INSIDE);
  }
  if (schema.maxContains !== undefined && isWeakened(schema.contains)) draft.leaveOut(schema, 'maxContains', INSIDE);
  for (const keyword of ['unevaluatedProperties', 'unevaluatedItems']) {
    if (schema[keyword] !== undefined && isOpened(draft, schema)) draft.leaveOut(schema, keyword, INSIDE);
  }
  const { oneOf } = schema;
  // A tag chooses its branch; without one a value must fit no other branch.
  if (!Array.isArray(oneOf) || !oneOf.some(isWeakened) || findTags(schema, draft.root)) return;
  draft.leaveOut(schema, 'oneOf', 'that only one of its schemas matches depends on a keyword that is not checked');
  schema.allOf = [...(Array.isArray(schema.allOf) ? schema.allOf : []), { anyOf: oneOf }];
}

/** Whether a schema, or one about the same value, lost a schema. */
function isOpened(draft: SchemaDraft, schema: MutableSchema): boolean {
  if (draft.opened.has(schema)) return true;
  const target = draft.targets.get(schema);
  const parts = [...children(schema)].filter(({ keyword }) => IN_PLACE.has(keyword)).map((part) => part.schema);
  return [...parts, target].some((part) => isRecord(part) && isOpened(draft, part));
}
