import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { providers } from '../../server/models/providers.ts';
import { providerPage } from './provider-page.ts';

// After a change of the table: `npm run check -- -u` writes the page anew.
it('docs/providers.md is what the table of providers says', async () => {
  await expect(providerPage()).toMatchFileSnapshot('../../docs/providers.md');
});

describe('docs/providers.md', () => {
  const page = providerPage();

  it('has every variable that an address is read from', () => {
    const read = new Set<string>();
    const env = new Proxy<NodeJS.ProcessEnv>(
      {},
      {
        get(_, name) {
          if (typeof name === 'string') read.add(name);
          return undefined;
        },
      },
    );
    for (const { address, apiVersion } of providers) {
      address?.(env);
      apiVersion?.(env);
    }
    expect(read.size).toBeGreaterThan(5);
    expect([...read].filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  });

  it('has every variable that the code of credentials names', () => {
    const folder = new URL('../../server/models/credentials/', import.meta.url);
    const code = readdirSync(folder).map((file) => readFileSync(new URL(file, folder), 'utf8'));
    const named = new Set(
      code.flatMap((text) => text.match(/\b(AWS|GOOGLE|GCLOUD|GCE|CLOUDSDK)_[A-Z\d_]*[A-Z\d]\b/g) ?? []),
    );
    // Read by the SDK, and what is sent there is checked.
    named.delete('AWS_ENDPOINT_URL');
    expect(named.size).toBeGreaterThan(15);
    expect([...named].filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  });

  it('has every variable of a key', () => {
    const keys = providers.flatMap(({ envVar, otherEnvVars = [] }) => [envVar, ...otherEnvVars]);
    expect(keys.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  });
});
