import { protocolDocument } from '../../protocol/document.ts';

/** What `runwire schema` prints: the text of `docs/schema.json`. @since 0.1.0 */
export function schemaText(): string {
  return `${JSON.stringify(protocolDocument(), null, 2)}\n`;
}
