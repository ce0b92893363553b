import { expect, it } from 'vitest';
import { authorizedFetch } from '../../../server/models/credentials/authorizer.ts';
import { callOf, modelAt, promptOf, user, userRequest } from '../ai-sdk/support.ts';
import { network } from './support.ts';

const authorizer = {
  baseUrl: 'https://own.test/v1/models',
  secrets: [],
  authorize: async () => ({ authorization: 'Bearer token', 'x-more': '1' }),
  refused: () => undefined,
  renew: async () => false,
};

it('sends to the host of the credentials, in the place of keys that packages put there', async () => {
  const { fetch, sent } = network({ 'https://own.test': () => new Response('ok') });
  const headers = { Authorization: 'Bearer none', 'X-Goog-Api-Key': '', accept: 'a' };
  await authorizedFetch(fetch, authorizer)('https://own.test/v1/x', { method: 'POST', headers, body: '{}' });
  const { url, method, body, headers: given } = sent[0] ?? {};
  expect([method, url, body]).toEqual(['POST', 'https://own.test/v1/x', '{}']);
  expect(Object.fromEntries(given ?? [])).toEqual({ accept: 'a', authorization: 'Bearer token', 'x-more': '1' });
});

it.each(['https://evil.test/v1', 'http://own.test/v1', 'https://own.test:8443/v1', 'https://own.test.evil.test/'])(
  'sends nothing to %s',
  async (url) => {
    const { fetch, sent } = network({ http: () => new Response('ok') });
    await expect(authorizedFetch(fetch, authorizer)(url)).rejects.toMatchObject({ kind: 'run.invalid' });
    expect(sent).toEqual([]);
  },
);

it.each([
  [200, 0],
  [401, 1],
  [403, 1],
  [429, 0],
])('notes what was refused: status %i, %i times', async (status, times) => {
  const refused: object[] = [];
  const noting = { ...authorizer, refused: (headers: object) => void refused.push(headers) };
  const { fetch } = network({ http: () => new Response('', { status }) });
  await authorizedFetch(fetch, noting)('https://own.test/');
  expect(refused).toHaveLength(times);
});

it('no part of a secret that was found while a request was sent is left where an answer is cut', async () => {
  const secret = 'canary-0123456789-abcdefghij';
  const found: string[] = [];
  const finding = {
    ...authorizer,
    baseUrl: 'http://127.0.0.1:1',
    secrets: found,
    async authorize() {
      found.push(secret);
      return { authorization: `Bearer ${secret}` };
    },
  };
  for (let before = 4_040; before < 4_100; before++) {
    const answer = async () => Response.json({ message: `${'x'.repeat(before)}${secret}` }, { status: 400 });
    found.length = 0;
    const model = await modelAt('bedrock', { apiKey: '', authorizer: finding }, { fetch: answer });
    const error = await model.request(promptOf([userRequest(user('hi'))]), callOf()).catch((thrown) => thrown);
    expect(error.kind).toBe('model.http');
    expect(JSON.stringify([error.message, error.details])).not.toContain('canary');
  }
});
