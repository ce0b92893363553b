import type { CompileContext } from './context.ts';
import { compileArray } from './keywords/arrays.ts';
import { allOf } from './keywords/combine.ts';
import { withNumberConstraints, withStringConstraints } from './keywords/constraints.ts';
import { withFormat } from './keywords/formats.ts';
import { allowedValues, compileLiteral } from './keywords/literals.ts';
import { compileObject } from './keywords/objects.ts';
import { withRemaining } from './keywords/remaining-keywords.ts';
import {
  checkAny,
  checkBoolean,
  checkFloat,
  checkInteger,
  checkNever,
  checkNull,
  checkString,
} from './keywords/scalars.ts';
import { compileTagged, findTags } from './keywords/tagged.ts';
import { exclusiveUnion, nullable, smartUnion } from './keywords/unions.ts';
import { branchLabel, isNull } from './schema/labels.ts';
import { isRecord, resolveRef, type SchemaObject } from './schema/schema.ts';
import type { Check } from './walk.ts';

const OBJECT_KEYWORDS = [
  'properties',
  'required',
  'additionalProperties',
  'patternProperties',
  'propertyNames',
  'minProperties',
  'maxProperties',
];
const ARRAY_KEYWORDS = ['items', 'prefixItems', 'minItems', 'maxItems', 'uniqueItems'];

/**
 * Compiles one schema: each group of its keywords becomes a check, and all of them must pass.
 */
export function compileNode(schema: unknown, context: CompileContext): Check {
  if (schema === false) return checkNever;
  if (!isRecord(schema)) return checkAny;
  const parts: Check[] = [];
  if (typeof schema.$ref === 'string') parts.push(context.defer(resolveRef(context.root, schema.$ref)));
  const values = allowedValues(schema);
  if (values !== undefined) {
    const isEnum = schema.const === undefined && typeof schema.title === 'string' && context.isDefinition(schema);
    parts.push(compileLiteral(values, isEnum));
  } else if (schema.type !== undefined) parts.push(compileTypes(schema, context));
  else parts.push(...compileUntyped(schema, context));
  if (Array.isArray(schema.anyOf)) parts.push(compileUnion(schema.anyOf, context, smartUnion));
  if (Array.isArray(schema.oneOf)) {
    const tags = findTags(schema, context.root);
    parts.push(tags === undefined ? compileUnion(schema.oneOf, context, exclusiveUnion) : compileTagged(tags, context));
  }
  if (Array.isArray(schema.allOf)) parts.push(...schema.allOf.map((part) => context.compile(part)));
  const check = parts.length === 0 ? checkAny : allOf(parts);
  return withRemaining(check, schema, context);
}

function compileTypes(schema: SchemaObject, context: CompileContext): Check {
  if (!Array.isArray(schema.type)) return compileType(schema, context);
  const typed = schema.type.map((type) => onlyTyped(schema, type));
  return compileUnion(typed, context, smartUnion);
}

/** The part of a schema that its `type` governs; the rest is compiled once, beside it. */
function onlyTyped(schema: SchemaObject, type: unknown): SchemaObject {
  const { $ref: _ref, anyOf: _any, oneOf: _one, allOf: _all, not: _not, if: _if, ...typed } = schema;
  return { ...typed, type };
}

function compileType(schema: SchemaObject, context: CompileContext): Check {
  switch (schema.type) {
    case 'integer':
      return withNumberConstraints(checkInteger, schema);
    case 'number':
      return withNumberConstraints(checkFloat, schema);
    case 'string':
      return withStringConstraints(withFormat(checkString, schema.format), schema);
    case 'boolean':
      return checkBoolean;
    case 'null':
      return checkNull;
    case 'array':
      return compileArray(schema, context);
    default:
      return compileObject(schema, context);
  }
}

/** Keywords without a `type` bind only the values they are about, and convert nothing at this level. */
function compileUntyped(schema: SchemaObject, context: CompileContext): Check[] {
  const passes: Check = (value) => value;
  const parts: Check[] = [];
  const add = (applies: (value: unknown) => boolean, check: Check) => {
    parts.push((value, walk) => (applies(value) ? check(value, walk) : checkAny(value, walk)));
  };
  if (OBJECT_KEYWORDS.some((keyword) => schema[keyword] !== undefined)) add(isRecord, compileObject(schema, context));
  if (ARRAY_KEYWORDS.some((keyword) => schema[keyword] !== undefined)) {
    add(Array.isArray, compileArray(schema, context));
  }
  const text = withStringConstraints(passes, schema);
  if (text !== passes) add((value) => typeof value === 'string', text);
  const number = withNumberConstraints(passes, schema);
  if (number !== passes) add((value) => typeof value === 'number' || typeof value === 'bigint', number);
  return parts;
}

function compileUnion(
  schemas: readonly unknown[],
  context: CompileContext,
  union: (branches: { label: string; check: Check }[]) => Check,
): Check {
  const others = schemas.filter((schema) => !isNull(schema));
  const branches = others.map((schema) => ({
    label: branchLabel(schema, context.root),
    check: context.compile(schema),
  }));
  const [first] = branches;
  if (first === undefined) return checkNull;
  const check = branches.length === 1 ? first.check : union(branches);
  return others.length < schemas.length ? nullable(check) : check;
}
