import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { signable, signatureHeaders } from '../../../server/models/credentials/aws-signing.ts';

interface Suite {
  given: { accessKeyId: string; secretAccessKey: string; region: string; service: string; date: string };
  vectors: {
    name: string;
    given: { method: string; target: string; headers: [name: string, value: string][]; body: string };
    expected: { authorization: string };
  }[];
}

const file = new URL('../../vectors/sigv4/aws-sig-v4-test-suite.json', import.meta.url);
const { given: scope, vectors }: Suite = JSON.parse(readFileSync(file, 'utf8'));

/** What is not signed so from here, and why. */
const unsendable: Record<string, string> = {
  'get-header-value-multiline': 'a header of several lines cannot be sent with fetch',
  'post-sts-header-after': 'the session token is always signed',
  'post-x-www-form-urlencoded-parameters': 'this copy of the suite signs a form as if it were a query',
};

const host = 'example.amazonaws.com';
const { accessKeyId, secretAccessKey, region, service } = scope;

/** The given headers but those that the signer adds; values of one name are joined as servers read them. */
function headersOf(given: [name: string, value: string][]): Headers {
  const values = new Map<string, string[]>();
  for (const [name, value] of given) {
    const key = name.toLowerCase();
    if (!/^(host|x-amz-date|x-amz-security-token)$/.test(key)) values.set(key, [...(values.get(key) ?? []), value]);
  }
  return new Headers([...values].map(([name, all]) => [name, all.map((one) => one.trim()).join(',')]));
}

/** The paths of the suite are as they are before they are sent: nothing in them is encoded. */
function urlOf(target: string) {
  const [pathname = '/', query = ''] = target.split('?');
  return { protocol: 'https:', host, hostname: host, pathname, searchParams: new URLSearchParams(query) };
}

it('the suite is the whole of it', () => {
  expect(vectors).toHaveLength(31);
  expect(vectors.map(({ name }) => name)).toEqual(expect.arrayContaining(Object.keys(unsendable)));
});

it.each(vectors.filter(({ name }) => !(name in unsendable)))(
  '$name is signed as AWS does',
  async ({ given, expected }) => {
    const { method, target, headers, body } = given;
    const sessionToken = headers.find(([name]) => name === 'X-Amz-Security-Token')?.[1];
    const signed = await signatureHeaders(
      { method, url: urlOf(target), headers: headersOf(headers), body },
      { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) },
      { region, service },
      new Date(scope.date),
    );
    expect(signed).toEqual({
      authorization: expected.authorization,
      'x-amz-date': '20150830T123600Z',
      ...(sessionToken ? { 'x-amz-security-token': sessionToken } : {}),
    });
  },
);

it('signs the headers alone that no proxy changes', () => {
  const headers = new Headers({
    'user-agent': 'x',
    'content-type': 'application/json',
    'x-amz-target': 't',
    accept: '*/*',
  });
  const request = { method: 'POST', url: new URL('https://h.test'), headers, body: '' };
  expect([...signable(request).headers.keys()]).toEqual(['content-type', 'x-amz-target']);
});
