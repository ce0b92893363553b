import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { REFERENCE_VERSION } from '../../protocol/reference.ts';

const read = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');

it('is one: what is compared with, what is followed, and what readers read', () => {
  expect(read('test/reference/requirements.txt')).toContain(`pydantic-ai-slim==${REFERENCE_VERSION}\n`);
  expect(read('test/reference/providers/requirements.txt')).toMatch(
    new RegExp(`^pydantic-ai-slim\\[.*\\]==${REFERENCE_VERSION.replaceAll('.', '\\.')}$`, 'm'),
  );
  expect(read('test/vectors/provider-bodies/endpoints.json')).toContain(`"pydantic-ai-slim ${REFERENCE_VERSION}"`);
  expect(read('README.md')).toContain(`\`Agent\`, version ${REFERENCE_VERSION},`);
  expect(read('docs/protocol.md')).toContain(`Pydantic AI ${REFERENCE_VERSION}.`);
});
