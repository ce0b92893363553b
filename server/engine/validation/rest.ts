import { Compile } from 'typebox/schema';
import { withDoubles } from '../exact-json.ts';
import type { RestCheck, RestCompiler, RestIssue } from './context.ts';
import { plural } from './error-details.ts';
import { withTimeLimit } from './pattern.ts';
import { ecmaPattern } from './regexp-dialect.ts';
import {
  isRecord,
  type JsonSchema,
  REST_KEYWORDS,
  SCHEMA_LISTS,
  SCHEMA_MAPS,
  SCHEMA_SINGLES,
  type SchemaObject,
} from './schema.ts';
import { SchemaError } from './schema-error.ts';

type TypeboxError = { keyword: string; instancePath: string; params: object; message: string };

const ROOT = 'root';
/** The keywords `unevaluated…` and `contains` depend on others of the same schema. */
const DEPENDENT = ['unevaluatedItems', 'unevaluatedProperties'];
const COMPANIONS = ['minContains', 'maxContains'];

/**
 * Binds typebox to a schema document. The document goes along under `$defs`, with its references rewritten, so that
 * any part of it can be compiled by itself.
 * @since 0.1.0
 */
export const compileRest: RestCompiler = (root) => {
  const definitions = { [ROOT]: rebase(root) };
  const guarded = JSON.stringify(root).includes('attern');
  return (node) => {
    const check = compile(root, { ...(rebase(residue(node)) as SchemaObject), $defs: definitions });
    return (value) => {
      const issues = guarded ? withTimeLimit(() => check(value)) : check(value);
      return issues ?? [issue([], 'Value error, a pattern took too long to match')];
    };
  };
};

/** The part of a schema that typebox is to check. */
function residue(node: JsonSchema): JsonSchema {
  if (typeof node === 'boolean') return node ? {} : { not: {} };
  const keywords = Object.keys(node).filter((keyword) => REST_KEYWORDS.has(keyword));
  if (keywords.length === 0 || keywords.some((keyword) => DEPENDENT.includes(keyword))) {
    const { $defs: _defs, definitions: _definitions, ...whole } = node;
    return whole;
  }
  const wanted = [...keywords, ...COMPANIONS];
  return Object.fromEntries(Object.entries(node).filter(([keyword]) => wanted.includes(keyword)));
}

function compile(root: JsonSchema, schema: SchemaObject): RestCheck {
  try {
    const validator = Compile(schema);
    return (value) => {
      if (validator.Check(value)) return [];
      const [, errors] = validator.Errors(value) as [boolean, TypeboxError[]];
      const issues = errors.flatMap((error) => issuesOf(error, value));
      return issues.length > 0 ? unique(issues) : [issue([], 'Value error, the value does not match the schema')];
    };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new SchemaError('', `${typeof root === 'boolean' ? 'schema' : 'a keyword'} cannot be compiled: ${reason}`);
  }
}

function issuesOf({ keyword, instancePath, params, message }: TypeboxError, value: unknown): RestIssue[] {
  const loc = locOf(instancePath, value);
  const at = loc.reduce<unknown>(
    (current, step) => (isRecord(current) || Array.isArray(current) ? Reflect.get(current, step) : undefined),
    value,
  );
  const detail = params as Record<string, unknown>;
  const named = (names: unknown, make: (name: string | number) => RestIssue): RestIssue[] =>
    Array.isArray(names) ? names.map((name) => make(name as string | number)) : [];
  switch (keyword) {
    case 'dependentRequired':
    case 'dependencies': {
      const missing = (detail.dependencies as string[]).filter((name) => !isRecord(at) || !Object.hasOwn(at, name));
      const msg = `Field required when '${String(detail.property)}' is present`;
      return missing.map((name) => ({ loc: [...loc, name], type: 'missing', msg }));
    }
    case 'required':
      return named(detail.requiredProperties, (name) => ({
        loc: [...loc, name],
        type: 'missing',
        msg: 'Field required',
      }));
    case 'unevaluatedProperties':
    case 'unevaluatedItems':
      return named(detail[keyword], (name) => ({
        loc: [...loc, name],
        type: 'extra_forbidden',
        msg: 'Extra inputs are not permitted',
      }));
    case 'contains': {
      const min = typeof detail.minContains === 'number' ? detail.minContains : 1;
      const most = typeof detail.maxContains === 'number' ? ` and at most ${detail.maxContains}` : '';
      return [issue(loc, `Value error, the list should contain at least ${plural(min, 'matching item')}${most}`)];
    }
    case 'not':
      return [issue(loc, 'Value error, the value matches a schema it must not match')];
    default:
      return [issue(loc, `Value error, the value ${message}`)];
  }
}

function issue(loc: (string | number)[], msg: string): RestIssue {
  return { loc, type: 'value_error', msg };
}

function unique(issues: readonly RestIssue[]): RestIssue[] {
  return [...new Map(issues.map((one) => [JSON.stringify(one), one])).values()];
}

/** A JSON pointer as `loc`: list positions become numbers. */
function locOf(pointer: string, value: unknown): (string | number)[] {
  let current = value;
  return pointer
    .split('/')
    .slice(1)
    .map((token) => {
      const name = token.replaceAll('~1', '/').replaceAll('~0', '~');
      const step = Array.isArray(current) ? Number(name) : name;
      current = isRecord(current) || Array.isArray(current) ? Reflect.get(current, step) : undefined;
      return step;
    });
}

/** Copies a schema so that its references lead into the copy of the document, its patterns written for JavaScript. */
function rebase(schema: unknown): unknown {
  if (!isRecord(schema)) return schema;
  const out: Record<string, unknown> = {};
  for (const keyword of Object.keys(schema)) {
    const value = schema[keyword];
    if (keyword === 'pattern' && typeof value === 'string') out.pattern = ecmaPattern(value);
    else if (keyword === '$ref' && typeof value === 'string') out.$ref = `#/$defs/${ROOT}${value.slice(1)}`;
    else if (SCHEMA_SINGLES.has(keyword)) out[keyword] = rebase(value);
    else if (SCHEMA_LISTS.has(keyword) && Array.isArray(value)) out[keyword] = value.map(rebase);
    else if ((SCHEMA_MAPS.has(keyword) || keyword === 'dependencies') && isRecord(value)) {
      out[keyword] = Object.fromEntries(
        Object.entries(value).map(([name, item]) => [
          keyword === 'patternProperties' ? ecmaPattern(name) : name,
          Array.isArray(item) ? item : rebase(item),
        ]),
      );
    } else out[keyword] = withDoubles(value);
  }
  return out;
}
