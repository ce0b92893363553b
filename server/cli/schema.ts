/** What `runwire schema` prints: the text of `docs/schema.json`. */
export async function schemaText(): Promise<string> {
  const { protocolDocument } = await import('../../protocol/document/document.ts');
  return `${JSON.stringify(protocolDocument(), null, 2)}\n`;
}
