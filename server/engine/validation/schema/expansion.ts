import type { MutableSchema, SchemaDraft } from './draft.ts';
import { children, IN_PLACE, isRecord } from './schema.ts';

const MAX_EXPANSIONS = 20_000;
const MAX_CHAIN = 256;
/**
 * Sees to it that few schemas apply to one and the same value, and that references end: what goes too far is left out of
 * the draft. Walks every schema once.
 */
export function boundExpansion(draft: SchemaDraft): void {
  const costs = new Map<unknown, number>(); // 0 while a schema is being summed
  const pending: unknown[] = [draft.root];
  let total = 0;

  const costOf = (schema: unknown, chain: number): number => {
    if (!isRecord(schema)) return 1;
    const known = costs.get(schema);
    if (known !== undefined) return known;
    costs.set(schema, 0);
    let cost = 1 + referenceCost(schema, chain);
    for (const child of children(schema)) {
      if (IN_PLACE.has(child.keyword)) cost += costOf(child.schema, chain);
      else pending.push(child.schema);
    }
    if (cost > MAX_EXPANSIONS) {
      leaveOutAll(draft, schema, `$ref expands to more than ${MAX_EXPANSIONS} schemas`);
      cost = 1;
    }
    costs.set(schema, cost);
    return cost;
  };

  const referenceCost = (schema: MutableSchema, chain: number): number => {
    if (typeof schema.$ref !== 'string') return 0;
    const target = draft.targets.get(schema);
    if (costs.get(target) === 0) {
      draft.leaveOut(schema, '$ref', '$ref leads back to itself without going into a part of the value');
    } else if (chain >= MAX_CHAIN) {
      draft.leaveOut(schema, '$ref', `more than ${MAX_CHAIN} schemas refer to each other in a row`);
    } else return costOf(target, chain + 1);
    return 0;
  };

  for (const schema of pending) {
    // Grows while it is read.
    if (costs.has(schema)) continue;
    total += costOf(schema, 0);
    if (total > MAX_EXPANSIONS * 10 && isRecord(schema)) leaveOutAll(draft, schema, '$ref expands too far');
  }
}

function leaveOutAll(draft: SchemaDraft, schema: MutableSchema, reason: string): void {
  for (const keyword of IN_PLACE) if (schema[keyword] !== undefined) draft.leaveOut(schema, keyword, reason);
}
