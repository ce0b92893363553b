import * as z from 'zod';
import { callbacks, clientNotifications, editorRequests, requests, serverNotifications } from '../catalogue.ts';
import type { LazySchema, MethodText } from '../define.ts';
import { ErrorCode } from '../errors.ts';
import { PROTOCOL_VERSION } from '../lifecycle.ts';
import { unpublished } from '../messages/unknown-kinds.ts';
import { onFirstUse } from './lazy.ts';
import { withNamedTypes } from './named-types.ts';
import { isRecord, mapSchemas, type SchemaDocument } from './schema-walk.ts';

export type { SchemaDocument } from './schema-walk.ts';

/** One method as a document describes it. @since 0.1.0 */
export interface MethodDocument {
  readonly summary: string;
  readonly since: string;
  readonly errors?: readonly string[];
  readonly source?: string;
  readonly params: SchemaDocument;
  readonly result?: SchemaDocument;
}

type Methods = Readonly<Record<string, MethodDocument>>;

/** The whole protocol as data: what `rpc/discover` answers and `docs/schema.json` holds. @since 0.1.0 */
export interface ProtocolDocument {
  readonly [key: string]: unknown;
  readonly protocolVersion: number;
  readonly requests: Methods;
  readonly callbacks: Methods;
  readonly clientNotifications: Methods;
  readonly serverNotifications: Methods;
  readonly errorCodes: Readonly<Record<string, number>>;
  readonly $defs: Readonly<Record<string, SchemaDocument>>;
}

/** The protocol as `docs/schema.json` and `rpc/discover` have it: every object and every member of a union has a name. @since 0.1.0 */
export const protocolDocument = onFirstUse((): ProtocolDocument => {
  const document = catalogueDocument();
  return { ...document, $defs: withNamedTypes(document.$defs) };
});

/**
 * Describes every method of the catalogue with JSON Schemas (2020-12): what a sender may write, and what a receiver gets.
 * Shared types stand once under `$defs`; a type that is read more generously than it is written is there twice, the
 * generous one with `Input` after its name. Parameters and results that are objects of one method stand there too, under
 * the name of the method (`RunWaitParams`): generators of code make types of `$defs` alone.
 *
 * @since 0.1.0
 */
export const catalogueDocument = onFirstUse((): ProtocolDocument => {
  const shared = new SharedTypes();
  const describeAll = (definitions: Readonly<Record<string, Definition>>, from: Sender) =>
    Object.fromEntries(
      Object.entries(definitions).map(([method, one]) => [method, describe(method, one, { from, shared })]),
    );
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Runwire protocol',
    protocolVersion: PROTOCOL_VERSION,
    requests: describeAll(requests, 'client'),
    callbacks: describeAll({ ...callbacks, ...editorRequests }, 'daemon'),
    clientNotifications: describeAll(clientNotifications, 'client'),
    serverNotifications: describeAll(serverNotifications, 'daemon'),
    errorCodes: ErrorCode,
    $defs: shared.sorted(),
  };
});

type Definition = MethodText & { readonly params: LazySchema; readonly result?: LazySchema };
type Sender = 'client' | 'daemon';

/** What the daemon reads may leave things out; what it writes is complete. */
function describe(
  method: string,
  { summary, since, errors, source, params, result }: Definition,
  { from, shared }: { from: Sender; shared: SharedTypes },
): MethodDocument {
  const fromClient = from === 'client';
  const own = (role: 'Params' | 'Result', schema: LazySchema, io: 'input' | 'output') => {
    const sentence = `${role === 'Params' ? 'Parameters' : 'Result'} of \`${method}\`.`;
    return shared.addOwn({ name: ownType(method, role), sentence }, schema, io);
  };
  return {
    summary,
    since,
    ...(errors ? { errors } : {}),
    ...(source ? { source } : {}),
    params: own('Params', params, fromClient ? 'input' : 'output'),
    ...(result ? { result: own('Result', result, fromClient ? 'output' : 'input') } : {}),
  };
}

/** Name of the type that a method alone has: `run/wait` has `RunWaitParams` and `RunWaitResult`. @since 0.1.0 */
export function ownType(method: string, role: 'Params' | 'Result'): string {
  const words = method.replace('$', '').split('/');
  return `${words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')}${role}`;
}

/** Collects the named types of all schemas under one roof. */
class SharedTypes {
  readonly #types = new Map<string, SchemaDocument>();

  add(schema: LazySchema, io: 'input' | 'output'): SchemaDocument {
    const { $schema: _, $defs, ...own } = z.toJSONSchema(schema(), { io, unrepresentable: 'any' }) as SchemaDocument;
    const types = ($defs ?? {}) as Record<string, SchemaDocument>;
    const rename = (name: string) => (io === 'input' ? `${name}Input` : name);
    const tidy = (node: SchemaDocument) => tidied(node, { rename, open: io === 'output' });
    for (const [name, type] of Object.entries(types)) this.#types.set(rename(name), tidy(type));
    return tidy(own);
  }

  /** An object that has fields and no name of its own yet gets this one. */
  addOwn(
    { name, sentence }: { name: string; sentence: string },
    schema: LazySchema,
    io: 'input' | 'output',
  ): SchemaDocument {
    const own = this.add(schema, io);
    if (!own.properties || Object.keys(own.properties).length === 0) return own;
    if (this.#types.has(name)) throw new Error(`Two types are named '${name}'.`);
    this.#types.set(name, { description: sentence, ...own });
    return { $ref: `${prefix}${name}` };
  }

  sorted(): Record<string, SchemaDocument> {
    return Object.fromEntries([...this.#types].sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}

const prefix = '#/$defs/';

/**
 * Renames references, and leaves out what only says that zod wrote it: the `id` of a named type and the bounds of safe
 * integers. Of what the daemon sends, an object that lists its fields is not closed: fields may be added at any time. It
 * stays apart from one that is open by design, which has `additionalProperties: {}`.
 */
function tidied(schema: SchemaDocument, to: { rename: (name: string) => string; open: boolean }): SchemaDocument {
  return mapSchemas(schema, ({ id: _, ...node }) => {
    if (Array.isArray(node.anyOf)) return withoutUnpublished(node, node.anyOf);
    if (node.maximum === Number.MAX_SAFE_INTEGER) delete node.maximum;
    if (node.minimum === Number.MIN_SAFE_INTEGER) delete node.minimum;
    if (to.open && node.additionalProperties === false) delete node.additionalProperties;
    if (isRecord(node.properties)) node.properties = described(node.properties);
    const { $ref } = node;
    if (typeof $ref !== 'string' || !$ref.startsWith(prefix)) return node;
    return { ...node, $ref: `${prefix}${to.rename($ref.slice(prefix.length))}` };
  });
}

/** Leaves out the alternatives that are for nobody to write; one that is left alone stands in the place of the union. */
function withoutUnpublished({ anyOf: _, ...node }: SchemaDocument, options: SchemaDocument[]): SchemaDocument {
  const left = options.filter((option) => option[unpublished] !== true);
  return left.length === 1 ? { ...left[0], ...node } : { ...node, anyOf: left };
}

/** Gives the tags among the fields of an object their sentence: they are the same for every kind. */
function described(properties: SchemaDocument): SchemaDocument {
  const fields = Object.entries(properties).map(([name, field]) => {
    const isTag = isRecord(field) && 'const' in field && field.description === undefined;
    return [name, isTag ? { description: `Always \`${JSON.stringify(field.const)}\`.`, ...field } : field];
  });
  return Object.fromEntries(fields);
}
