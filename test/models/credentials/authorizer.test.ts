import { expect, it } from 'vitest';
import { authorizedFetch } from '../../../server/models/credentials/authorizer.ts';
import { network } from './support.ts';

const authorizer = {
  baseUrl: 'https://own.test/v1/models',
  secrets: [],
  authorize: async () => ({ authorization: 'Bearer token', 'x-more': '1' }),
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
