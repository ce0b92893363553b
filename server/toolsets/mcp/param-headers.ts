/** A property of the arguments that is repeated in a header. */
export interface ParamHeader {
  readonly path: readonly string[];
  readonly name: string;
}

/** The headers that a tool declares with `x-mcp-header`, or why its declaration is not valid. */
export type ParamHeaders = { readonly headers: readonly ParamHeader[] } | { readonly fault: string };

const keyword = 'x-mcp-header';
const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const types = new Set(['string', 'integer', 'boolean']);
/** Keywords with schemas whose place in the arguments is not known beforehand. */
const unreachable = [
  ...['items', 'prefixItems', 'contains', 'additionalProperties', 'unevaluatedProperties', 'unevaluatedItems'],
  ...['propertyNames', 'patternProperties', 'dependentSchemas', 'oneOf', 'anyOf', 'allOf', 'not', 'if', 'then'],
  ...['else', '$defs', 'definitions'],
];
const named = new Set(['patternProperties', 'dependentSchemas', '$defs', 'definitions']);

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

class Fault extends Error {}

/** Reads the declarations of a schema. Source: MCP 2026-07-28, Streamable HTTP, "Schema Extension". */
export function paramHeadersOf(inputSchema: unknown): ParamHeaders {
  const headers: ParamHeader[] = [];
  try {
    collect(inputSchema, { path: [], isReachable: true }, headers);
    return { headers };
  } catch (error) {
    if (error instanceof Fault) return { fault: error.message };
    throw error;
  }
}

function collect(
  schema: unknown,
  { path, isReachable }: { path: readonly string[]; isReachable: boolean },
  headers: ParamHeader[],
): void {
  if (!isRecord(schema)) return;
  if (keyword in schema) headers.push(declared(schema, { path, isReachable }, headers));
  const properties = isRecord(schema.properties) ? schema.properties : {};
  for (const [key, child] of Object.entries(properties)) collect(child, { path: [...path, key], isReachable }, headers);
  for (const key of unreachable) {
    const sub = schema[key];
    const branches = Array.isArray(sub) ? sub : named.has(key) && isRecord(sub) ? Object.values(sub) : [sub];
    for (const branch of branches) collect(branch, { path: [...path, key], isReachable: false }, headers);
  }
}

function declared(
  schema: Record<string, unknown>,
  { path, isReachable }: { path: readonly string[]; isReachable: boolean },
  headers: readonly ParamHeader[],
): ParamHeader {
  const name = schema[keyword];
  const fault = (reason: string) => new Fault(`${keyword} at '${path.join('.')}' ${reason}`);
  if (!isReachable || path.length === 0) throw fault('is not on a property that is reached by `properties` alone');
  if (typeof name !== 'string' || !token.test(name)) throw fault('is not the name of a header');
  if (typeof schema.type !== 'string' || !types.has(schema.type))
    throw fault('is on a property that is no string, integer or boolean');
  if (headers.some((other) => other.name.toLowerCase() === name.toLowerCase()))
    throw fault(`names the header '${name}' a second time`);
  return { path, name };
}

/** Returns the headers of a call; values that are absent or of another type have none. */
export function headersOf(headers: readonly ParamHeader[], args: unknown): Record<string, string> {
  return Object.fromEntries(
    headers.flatMap(({ path, name }) => {
      const text = textOf(path.reduce<unknown>((node, key) => (isRecord(node) ? node[key] : undefined), args));
      return text === undefined ? [] : [[`Mcp-Param-${name}`, encoded(text)]];
    }),
  );
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  return typeof value === 'number' && Number.isFinite(value) ? String(value) : undefined;
}

/** What a header cannot carry as it is goes in base64. */
function encoded(text: string): string {
  const isPlain = /^[\t\x20-\x7e]+$/.test(text) && text === text.trim() && !/^=\?base64\?.*\?=$/.test(text);
  return isPlain ? text : `=?base64?${Buffer.from(text).toString('base64')}?=`;
}
