import type { CompileContext } from '../context.ts';
import { pythonRepr, pythonStr } from '../error-details.ts';
import { isRecord, resolveRef, type SchemaObject } from '../schema/schema.ts';
import { excerpt } from '../text/excerpt.ts';
import { type Check, FAIL, fail, locate } from '../walk.ts';
import { allowedValues } from './literals.ts';

const MAX_TAG = 1024;

/** The tag property of a union and the branch schema of each tag, in order. */
export type Tags = { readonly property: string; readonly branches: ReadonlyMap<unknown, unknown> };

/**
 * Finds the tags of a `oneOf`: by its `discriminator`, or because every branch requires one and the same property
 * with constant values that no other branch has (how zod writes its discriminated unions).
 */
export function findTags(node: SchemaObject, root: CompileContext['root']): Tags | undefined {
  const branches = Array.isArray(node.oneOf) ? node.oneOf : [];
  const objects = branches.map((branch) => dereference(branch, root));
  const named = isRecord(node.discriminator) ? node.discriminator.propertyName : undefined;
  const first = objects[0];
  const required = isRecord(first) && Array.isArray(first.required) ? first.required : [];
  const candidates: unknown[] = typeof named === 'string' ? [named] : required;
  for (const property of candidates) {
    if (typeof property !== 'string') continue;
    const tags = tagsOf(property, branches, objects, node.discriminator);
    if (tags !== undefined) return { property, branches: tags };
  }
  return undefined;
}

function tagsOf(
  property: string,
  branches: readonly unknown[],
  objects: readonly unknown[],
  discriminator: unknown,
): Map<unknown, unknown> | undefined {
  const tags = new Map<unknown, unknown>();
  const mapping = isRecord(discriminator) && isRecord(discriminator.mapping) ? discriminator.mapping : {};
  for (const [index, branch] of branches.entries()) {
    const ref = isRecord(branch) ? branch.$ref : undefined;
    const mapped = Object.keys(mapping).filter((tag) => ref !== undefined && mapping[tag] === ref);
    const values = propertyValues(objects[index], property) ?? (mapped.length > 0 ? mapped : undefined);
    if (values === undefined) return undefined;
    for (const value of values) {
      if (tags.has(value)) return undefined;
      tags.set(value, branch);
    }
  }
  return tags;
}

function propertyValues(schema: unknown, property: string): readonly unknown[] | undefined {
  if (!isRecord(schema) || !isRecord(schema.properties)) return undefined;
  if (!Object.hasOwn(schema.properties, property)) return undefined;
  const field = schema.properties[property];
  return isRecord(field) ? allowedValues(field) : undefined;
}

function dereference(schema: unknown, root: CompileContext['root']): unknown {
  let current = schema;
  // The gate has shown that references end.
  while (isRecord(current) && typeof current.$ref === 'string') current = resolveRef(root, current.$ref);
  return current;
}

/** Python holds `True == 1` and `False == 0`. */
function samePythonValue(tag: unknown): unknown {
  if (typeof tag === 'boolean') return Number(tag);
  return tag === 0 || tag === 1 ? tag === 1 : tag;
}

/** A tag as a message shows it; nothing that a model gives as a tag by mistake needs to be shown in full. */
function shown(tag: unknown): string {
  const { text, isWhole } = excerpt(tag, MAX_TAG);
  return isWhole ? pythonStr(tag) : `${text}…`;
}

/**
 * Pydantic's discriminated union: the tag chooses the branch, whose errors stand under the tag.
 * Source: pydantic-core `TaggedUnionValidator`.
 */
export function compileTagged({ property, branches }: Tags, context: CompileContext): Check {
  const checks = new Map([...branches].map(([tag, schema]) => [tag, context.compile(schema)]));
  const expected = [...branches.keys()].map(pythonRepr).join(', ');
  const quoted = `'${property}'`;
  return (value, walk) => {
    if (!isRecord(value)) {
      if (walk.json) return fail(walk, 'dict_type', 'Input should be an object', value);
      const msg = 'Input should be a valid dictionary or object to extract fields from';
      return fail(walk, 'model_attributes_type', msg, value);
    }
    if (!Object.hasOwn(value, property)) {
      const msg = `Unable to extract tag using discriminator ${quoted}`;
      return fail(walk, 'union_tag_not_found', msg, value);
    }
    const given = value[property];
    const tag = checks.has(given) ? given : samePythonValue(given);
    const check = checks.get(tag);
    if (check === undefined) {
      const found = `Input tag '${shown(given)}' found using ${quoted}`;
      const msg = `${found} does not match any of the expected tags: ${expected}`;
      return fail(walk, 'union_tag_invalid', msg, value);
    }
    const start = walk.errors.length;
    const result = check(value, walk);
    if (result === FAIL) locate(walk, start, typeof tag === 'number' ? tag : String(tag));
    return result;
  };
}
