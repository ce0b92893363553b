import { expect, it } from 'vitest';
import { protocolDocument } from '../../protocol/document.ts';
import { protocolMarkdown } from '../../protocol/markdown.ts';

// After a change of the catalogue: `npm run check -- -u` writes both files anew.
it('docs/schema.json is what the catalogue says', async () => {
  await expect(`${JSON.stringify(protocolDocument(), null, 2)}\n`).toMatchFileSnapshot('../../docs/schema.json');
});

it('docs/protocol.md is what the catalogue says', async () => {
  await expect(protocolMarkdown(protocolDocument())).toMatchFileSnapshot('../../docs/protocol.md');
});
