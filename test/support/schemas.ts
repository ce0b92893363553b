import type { ProtocolDocument } from '../../protocol/document/document.ts';
import { mapSchemas, type SchemaDocument } from '../../protocol/document/schema-walk.ts';

/** A schema of the document and where its outermost one stands. */
export interface PlacedSchema {
  readonly path: string;
  readonly schema: SchemaDocument;
}

/** Every schema of a document, nested ones included, with the method or the type it is part of. */
export function everySchema(document: ProtocolDocument): PlacedSchema[] {
  const found: PlacedSchema[] = [];
  const collect = (path: string, schema: SchemaDocument | undefined) => {
    if (!schema) return;
    mapSchemas(schema, (node) => {
      found.push({ path, schema: node });
      return node;
    });
  };
  for (const [name, schema] of Object.entries(document.$defs)) collect(name, schema);
  for (const group of ['requests', 'callbacks', 'clientNotifications', 'serverNotifications'] as const) {
    for (const [name, { params, result }] of Object.entries(document[group])) {
      collect(`${name} params`, params);
      collect(`${name} result`, result);
    }
  }
  return found;
}
