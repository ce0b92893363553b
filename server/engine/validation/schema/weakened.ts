import { findTags } from '../keywords/tagged.ts';
import type { MutableSchema, SchemaDraft } from './draft.ts';
import { children, IN_PLACE, isRecord } from './schema.ts';

const INSIDE = 'depends on a keyword inside it that is not checked';

/**
 * Leaves out what would refuse a value because of something that is not checked: a schema under `not`, `if` or `oneOf`
 * that accepts more than the host wrote makes these accept less.
 */
export function relaxAroundUnchecked(draft: SchemaDraft): void {
  // Each round leaves out at least one keyword, which may weaken more.
  for (let before = 0; draft.unchecked.length > before; ) {
    before = draft.unchecked.length;
    draft.link();
    spread(draft);
    for (const schema of [...draft.weakened]) relax(draft, schema);
  }
  draft.link();
}

/** A schema is weakened by those that it is made of, referenced ones included. */
function spread(draft: SchemaDraft): void {
  const users = new Map<MutableSchema, MutableSchema[]>();
  const uses = (user: MutableSchema, part: unknown) => {
    if (!isRecord(part)) return;
    const known = users.get(part);
    if (known) known.push(user);
    else users.set(part, [user]);
  };
  const visit = (schema: unknown) => {
    if (!isRecord(schema)) return;
    for (const { keyword, schema: part } of children(schema)) {
      if (keyword !== '$defs' && keyword !== 'definitions') uses(schema, part);
      visit(part);
    }
    uses(schema, draft.targets.get(schema));
  };
  visit(draft.root);
  // Grows while it is read.
  for (const weak of draft.weakened) for (const user of users.get(weak) ?? []) draft.weakened.add(user);
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
