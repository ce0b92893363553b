import { protocolDocument } from '../../protocol/document/document.ts';

/** What `runwire schema` prints: the text of `docs/schema.json`. */
export function schemaText(): string {
  return `${JSON.stringify(protocolDocument(), null, 2)}\n`;
}
