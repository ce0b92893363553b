import { readdirSync, readFileSync } from 'node:fs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Model } from '../../server/engine/model.ts';
import type { Services } from '../../server/models/ai-sdk/bridged-model.ts';
import type { ProviderEntry } from '../../server/models/ai-sdk/provider.ts';
import { providers } from '../../server/models/providers.ts';
import { callOf, promptOf, user, userRequest } from './ai-sdk/support.ts';

type Create = (entry: ProviderEntry, services: Services) => Model;

const packages = new URL('../../node_modules/@ai-sdk/', import.meta.url);

/** Every variable of the environment that some provider's package reads by itself. */
const variables = new Set(
  readdirSync(packages).flatMap((name) => {
    const code = readFileSync(new URL(`${name}/dist/index.js`, packages), 'utf8');
    return [...code.matchAll(/environmentVariableName: "(\w+)"/g)].map(([, variable]) => variable ?? '');
  }),
);

/** What an operator has set for addresses of accounts. */
const account = { AZURE_OPENAI_ENDPOINT: 'https://own.openai.azure.com', SNOWFLAKE_ACCOUNT: 'own' };

afterEach(() => vi.unstubAllEnvs());

describe('a package is steered by no variable of the environment', () => {
  it('of which there are some', () => {
    expect([...variables]).toEqual(
      expect.arrayContaining(['OPENAI_BASE_URL', 'ANTHROPIC_BASE_URL', 'AWS_ENDPOINT_URL']),
    );
  });

  it.each(providers.map((row) => [row.name, row] as const))('%s', async (name, row) => {
    for (const variable of variables) {
      vi.stubEnv(variable, /URL/.test(variable) ? 'https://planted.test/v1' : 'planted-value');
    }
    const sent: string[] = [];
    const fetch: typeof globalThis.fetch = async (input, init) => {
      sent.push(JSON.stringify([String(input), [...new Headers(init?.headers)]]));
      return Response.json({ error: { message: 'no' } }, { status: 400 });
    };
    const baseUrl = row.address?.(account) ?? (name === 'openai-compatible' ? 'https://own.test/v1' : undefined);
    const { create } = (await row.load()) as { create: Create };
    const entry = { id: `${name}:m`, modelName: row.example, apiKey: 'own-key', ...(baseUrl ? { baseUrl } : {}) };
    const answer = create(entry, { fetch }).request(promptOf([userRequest(user('hi'))]), callOf());
    await expect(answer).rejects.toMatchObject({ kind: 'model.http' });
    expect(sent).toHaveLength(1);
    expect(sent[0]).toContain('own-key');
    expect(sent[0]).not.toContain('planted');
  });
});
