import * as z from 'zod';
import { callbacks, clientNotifications, requests, serverNotifications } from './catalogue.ts';
import type { LazySchema, MethodText } from './define.ts';
import { ErrorCode } from './errors.ts';
import { onFirstUse } from './lazy.ts';
import { PROTOCOL_VERSION } from './lifecycle.ts';

type JsonSchema = Record<string, unknown>;

/** One method as a document describes it. @since 0.1.0 */
export interface MethodDocument {
  readonly summary: string;
  readonly since: string;
  readonly errors?: readonly string[];
  readonly source?: string;
  readonly params: JsonSchema;
  readonly result?: JsonSchema;
}

/** The whole protocol as data: what `rpc/discover` answers and `docs/schema.json` holds. @since 0.1.0 */
export interface ProtocolDocument {
  readonly [key: string]: unknown;
  readonly protocolVersion: number;
  readonly requests: Record<string, MethodDocument>;
  readonly callbacks: Record<string, MethodDocument>;
  readonly clientNotifications: Record<string, MethodDocument>;
  readonly serverNotifications: Record<string, MethodDocument>;
  readonly errorCodes: Record<string, number>;
}

/**
 * Describes every method of the catalogue with JSON Schemas (2020-12): parameters as a sender writes them, results as a
 * receiver reads them.
 *
 * @since 0.1.0
 */
export const protocolDocument = onFirstUse(
  (): ProtocolDocument => ({
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Runwire protocol',
    protocolVersion: PROTOCOL_VERSION,
    requests: describeAll(requests),
    callbacks: describeAll(callbacks),
    clientNotifications: describeAll(clientNotifications),
    serverNotifications: describeAll(serverNotifications),
    errorCodes: ErrorCode,
  }),
);

type Definition = MethodText & { readonly params: LazySchema; readonly result?: LazySchema };

function describeAll(definitions: Readonly<Record<string, Definition>>): Record<string, MethodDocument> {
  return Object.fromEntries(Object.entries(definitions).map(([method, definition]) => [method, describe(definition)]));
}

function describe({ summary, since, errors, source, params, result }: Definition): MethodDocument {
  return {
    summary,
    since,
    ...(errors ? { errors } : {}),
    ...(source ? { source } : {}),
    params: schemaOf(params, 'input'),
    ...(result ? { result: schemaOf(result, 'output') } : {}),
  };
}

function schemaOf(schema: LazySchema, io: 'input' | 'output'): JsonSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema(), { io, unrepresentable: 'any', reused: 'inline' });
  return rest as JsonSchema;
}
