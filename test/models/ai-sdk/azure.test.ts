import { expect, it } from 'vitest';
import { providers } from '../../../server/models/providers.ts';
import { callOf, modelAt, promptOf, user, userRequest } from './support.ts';

const key = '0123456789abcdef0123456789abcdef';
const token = 'eyJ0eXAiOiJKV1QifQ.eyJhdWQiOiJodHRwcyJ9.c2ln-bmF0dXJl_';

interface Sent {
  url: string;
  key: string | null;
  authorization: string | null;
  model: string;
}

/** What is sent with the environment of an operator. */
async function sentWith(name: string, env: NodeJS.ProcessEnv, apiKey = key): Promise<Sent> {
  const row = providers.find((one) => one.name === name);
  const baseUrl = row?.address?.(env);
  const apiVersion = row?.apiVersion?.(env);
  let sent: Sent | undefined;
  const fetch: typeof globalThis.fetch = async (url, init) => {
    const headers = new Headers(init?.headers);
    const { model } = JSON.parse(String(init?.body));
    sent = { url: String(url), key: headers.get('api-key'), authorization: headers.get('authorization'), model };
    return Response.json({ error: { message: 'enough' } }, { status: 400 });
  };
  const at = {
    modelName: 'my deployment',
    apiKey,
    ...(baseUrl ? { baseUrl } : {}),
    ...(apiVersion ? { apiVersion } : {}),
  };
  const model = await modelAt(name, at, { fetch });
  await model.request(promptOf([userRequest(user('hi'))]), callOf()).catch(() => undefined);
  if (!sent) throw new Error(`'${name}' sent nothing`);
  return sent;
}

const resource = 'https://own.openai.azure.com';
const dated = { OPENAI_API_VERSION: '2024-10-21' };

it.each<[string, NodeJS.ProcessEnv, string]>([
  ['azure-chat', dated, '/openai/deployments/my%20deployment/chat/completions?api-version=2024-10-21'],
  ['azure', dated, '/openai/responses?api-version=2024-10-21'],
  ['azure-chat', {}, '/openai/v1/chat/completions'],
  ['azure', {}, '/openai/v1/responses'],
])('%s with %j is asked at %s', async (name, env, path) => {
  const sent = await sentWith(name, { AZURE_OPENAI_ENDPOINT: `${resource}/`, ...env });
  expect(sent).toEqual({ url: `${resource}${path}`, key, authorization: null, model: 'my deployment' });
});

it.each([
  ['https://own.services.ai.azure.com/openai/v1/', 'https://own.services.ai.azure.com/openai/v1/chat/completions'],
  ['https://own.eastus2.models.ai.azure.com', 'https://own.eastus2.models.ai.azure.com/v1/chat/completions'],
  [
    'https://models.ai.azure.com.evil.test',
    'https://models.ai.azure.com.evil.test/openai/deployments/my%20deployment/chat/completions?api-version=2024-10-21',
  ],
])('an endpoint %s that takes no version is given none', async (endpoint, url) => {
  expect((await sentWith('azure-chat', { AZURE_OPENAI_ENDPOINT: endpoint, ...dated })).url).toBe(url);
});

it.each(['azure', 'azure-chat'])(
  '%s takes a token of Microsoft Entra ID as a bearer, and no key beside it',
  async (name) => {
    for (const env of [dated, {}]) {
      const sent = await sentWith(name, { AZURE_OPENAI_ENDPOINT: resource, ...env }, token);
      expect(sent).toMatchObject({ key: null, authorization: `Bearer ${token}` });
    }
  },
);
