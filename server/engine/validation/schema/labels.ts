import { pythonRepr } from '../error-details.ts';
import { constrainsNumber, constrainsString } from '../keywords/constraints.ts';
import { FORMAT_LABELS } from '../keywords/formats.ts';
import { allowedValues } from '../keywords/literals.ts';
import { findTags } from '../keywords/tagged.ts';
import { isRecord, type JsonSchema, resolveRef, type SchemaObject } from './schema.ts';

const MAX_DEPTH = 8;

/**
 * The name Pydantic gives a branch of a union in `loc`: `int`, `list[str]`, `literal['a','b']`, a model's name.
 * Source: pydantic-core `Validator::get_name`.
 */
export function branchLabel(schema: unknown, root: JsonSchema, depth = 0): string {
  if (!isRecord(schema) || depth > MAX_DEPTH) return 'any';
  const inner = (part: unknown): string => branchLabel(part, root, depth + 1);
  if (typeof schema.$ref === 'string') return referenceLabel(schema.$ref, root, depth);
  const values = allowedValues(schema);
  if (values !== undefined) return `literal[${values.map(pythonRepr).join(',')}]`;
  if (Array.isArray(schema.anyOf)) return unionLabel(schema.anyOf, inner);
  if (Array.isArray(schema.oneOf)) {
    const tags = findTags(schema, root);
    if (tags === undefined) return unionLabel(schema.oneOf, inner);
    return `tagged-union[${[...tags.branches.values()].map(inner).join(',')}]`;
  }
  if (Array.isArray(schema.type))
    return unionLabel(
      schema.type.map((type) => ({ ...schema, type })),
      inner,
    );
  if (Array.isArray(schema.allOf) && schema.type === undefined) return inner(schema.allOf[0]);
  return typeLabel(schema, inner);
}

function typeLabel(schema: SchemaObject, inner: (part: unknown) => string): string {
  switch (schema.type) {
    case 'integer':
      return constrainsNumber(schema) ? 'constrained-int' : 'int';
    case 'number':
      return constrainsNumber(schema) ? 'constrained-float' : 'float';
    case 'string': {
      const format = typeof schema.format === 'string' ? FORMAT_LABELS[schema.format] : undefined;
      return format ?? (constrainsString(schema) ? 'constrained-str' : 'str');
    }
    case 'boolean':
      return 'bool';
    case 'null':
      return 'none';
    case 'array':
      return Array.isArray(schema.prefixItems)
        ? `tuple[${schema.prefixItems.map(inner).join(', ')}]`
        : `list[${inner(schema.items)}]`;
    case 'object':
      if (typeof schema.title === 'string' && isRecord(schema.properties)) return schema.title;
      return isRecord(schema.properties) ? 'object' : `dict[str,${inner(schema.additionalProperties)}]`;
    default:
      return 'any';
  }
}

function unionLabel(parts: readonly unknown[], inner: (part: unknown) => string): string {
  const others = parts.filter((part) => !isNull(part));
  const label = others.length === 1 ? inner(others[0]) : `union[${others.map(inner).join(',')}]`;
  return others.length < parts.length ? `nullable[${label}]` : label;
}

function referenceLabel(ref: string, root: JsonSchema, depth: number): string {
  const target = resolveRef(root, ref);
  const name = ref.slice(ref.lastIndexOf('/') + 1);
  if (!isRecord(target)) return 'any';
  const title = typeof target.title === 'string' ? target.title : undefined;
  const values = allowedValues(target);
  if (values !== undefined && title !== undefined) return enumLabel(values, title);
  if (isRecord(target.properties)) return title ?? name;
  return branchLabel(target, root, depth + 1);
}

function enumLabel(values: readonly unknown[], title: string): string {
  if (values.every((value) => typeof value === 'string')) return `str-enum[${title}]`;
  if (values.every((value) => Number.isInteger(value))) return `int-enum[${title}]`;
  return `enum[${title}]`;
}

/** Whether a schema is `{type: 'null'}`. */
export function isNull(schema: unknown): boolean {
  return isRecord(schema) && schema.type === 'null';
}
