import { expect, it } from 'vitest';
import { modelList } from '../../server/models/list.ts';

const listed = async (provider: string, env: NodeJS.ProcessEnv) => {
  const rows = await modelList({ env, nowMs: 0, provider });
  const row = rows.find(({ id }) => id === `${provider}:*`);
  return { available: row?.available, missing: row?.missing };
};

it.each<[string, NodeJS.ProcessEnv, string | undefined]>([
  ['openai-compatible', {}, 'baseUrl'],
  ['openai-compatible', { OPENAI_COMPATIBLE_API_KEY: 'k' }, 'baseUrl'],
  ['azure', { AZURE_OPENAI_ENDPOINT: 'https://own.test' }, 'AZURE_OPENAI_API_KEY'],
  ['azure', { AZURE_OPENAI_API_KEY: 'k' }, 'AZURE_OPENAI_ENDPOINT'],
  ['azure', { AZURE_OPENAI_API_KEY: 'k', AZURE_OPENAI_ENDPOINT: 'https://own.test' }, undefined],
  ['snowflake', { SNOWFLAKE_TOKEN: 'k' }, 'SNOWFLAKE_ACCOUNT'],
  ['snowflake', { SNOWFLAKE_TOKEN: 'k', SNOWFLAKE_ACCOUNT: 'evil.test/path' }, 'SNOWFLAKE_ACCOUNT'],
  ['ollama', {}, undefined],
  ['openai', { OPENAI_API_KEY: 'k' }, undefined],
])('%s with %j lacks %s', async (provider, env, missing) => {
  expect(await listed(provider, env)).toEqual({ available: missing === undefined, missing });
});
