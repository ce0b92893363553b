import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { googleAuthorizer } from '../../../server/models/credentials/google.ts';
import { at, endless, minutes, network, redirect, type Sent, servicesOf, silence, start } from './support.ts';

const folder = mkdtempSync(join(tmpdir(), 'google-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** An environment without the files of the machine that runs the tests. */
const nowhere = { HOME: folder };
const live = new AbortController().signal;

const request = { method: 'POST', url: new URL('https://h.test'), headers: new Headers(), body: '{}' };

let files = 0;
function fileOf(content: unknown): string {
  const file = join(folder, `file-${files++}`);
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

const named = (content: unknown, env: NodeJS.ProcessEnv = {}) => ({
  ...nowhere,
  GOOGLE_APPLICATION_CREDENTIALS: fileOf(content),
  ...env,
});

/** The headers that let a request in. */
async function headersWith(env: NodeJS.ProcessEnv, fetch: typeof globalThis.fetch, signal: AbortSignal = live) {
  const authorizer = await googleAuthorizer(env, signal, servicesOf(fetch));
  return authorizer.authorize(request, signal);
}

const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2_048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});

const serviceAccount = {
  type: 'service_account',
  project_id: 'my-project',
  private_key_id: 'canary-key-id',
  private_key: privateKey,
  client_email: 'sa@my-project.iam.gserviceaccount.com',
  token_uri: 'https://oauth2.googleapis.com/token',
};

const user = {
  type: 'authorized_user',
  client_id: 'id.apps.googleusercontent.com',
  client_secret: 'canary-client-secret',
  refresh_token: 'canary-refresh-token',
  quota_project_id: 'quota-project',
};

const workload = {
  type: 'external_account',
  audience: '//iam.googleapis.com/projects/123/locations/global/workloadIdentityPools/pool/providers/p',
  subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
  token_url: 'https://sts.googleapis.com/v1/token',
  credential_source: { file: fileOf('canary-subject-token') },
};

const impersonation =
  'https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/sa@p.iam.gserviceaccount.com:generateAccessToken';

const tokens = {
  'https://oauth2.googleapis.com/token': () => Response.json({ access_token: 'oauth-token', expires_in: 3_600 }),
  'https://sts.googleapis.com/v1/token': () =>
    Response.json({ access_token: 'sts-token', expires_in: 3_600, token_type: 'Bearer', issued_token_type: 't' }),
  [impersonation]: () => Response.json({ accessToken: 'impersonated-token', expireTime: at(Date.now() + minutes(60)) }),
};

const project = { GOOGLE_CLOUD_PROJECT: 'own-project' };

describe('a file of application default credentials', () => {
  it.each<[string, NodeJS.ProcessEnv, Record<string, string>, string[]]>([
    ['a service account', named(serviceAccount), { authorization: 'Bearer oauth-token' }, ['oauth2.googleapis.com']],
    [
      'a user',
      named(user),
      { authorization: 'Bearer oauth-token', 'x-goog-user-project': 'quota-project' },
      ['oauth2.googleapis.com'],
    ],
    ['a workload', named(workload, project), { authorization: 'Bearer sts-token' }, ['sts.googleapis.com']],
    [
      'a workload that acts as a service account',
      named({ ...workload, service_account_impersonation_url: impersonation }, project),
      { authorization: 'Bearer impersonated-token' },
      ['sts.googleapis.com', 'iamcredentials.googleapis.com'],
    ],
    [
      'an impersonated service account',
      named(
        {
          type: 'impersonated_service_account',
          service_account_impersonation_url: impersonation,
          source_credentials: user,
        },
        project,
      ),
      { authorization: 'Bearer impersonated-token' },
      ['oauth2.googleapis.com', 'iamcredentials.googleapis.com'],
    ],
  ])('of %s lets requests in', async (_name, env, headers, hosts) => {
    const servers = network(tokens);
    expect(await headersWith(env, servers.fetch)).toEqual(headers);
    expect(servers.hosts()).toEqual(hosts);
  });

  it('of a service account is exchanged as a form', async () => {
    const { fetch, sent } = network(tokens);
    await headersWith(named(serviceAccount), fetch);
    expect(sent[0]?.headers.get('content-type')).toMatch(/^application\/x-www-form-urlencoded/);
    expect(new URLSearchParams(sent[0]?.body).get('grant_type')).toBe('urn:ietf:params:oauth:grant-type:jwt-bearer');
  });

  it('is the one of gcloud when none is named', async () => {
    writeFileSync(join(folder, 'application_default_credentials.json'), JSON.stringify(user));
    const { fetch } = network(tokens);
    const env = { HOME: join(folder, 'none'), CLOUDSDK_CONFIG: folder, ...project };
    const authorizer = await googleAuthorizer(env, live, servicesOf(fetch));
    expect(authorizer.baseUrl).toBe(
      'https://us-central1-aiplatform.googleapis.com/v1beta1/projects/own-project/locations/us-central1/publishers/google',
    );
    await authorizer.authorize(request, live);
    expect(authorizer.secrets).toEqual(['canary-client-secret', 'canary-refresh-token', 'oauth-token']);
  });

  it('of a workload may take its token from a server of this machine', async () => {
    const source = {
      url: 'http://169.254.169.254/token',
      headers: { metadata: 'True' },
      format: { type: 'json', subject_token_field_name: 'access_token' },
    };
    const { fetch, sent, hosts } = network({
      ...tokens,
      'http://169.254.169.254/token': () => Response.json({ access_token: 'subject' }),
    });
    const env = named({ ...workload, credential_source: source }, project);
    expect(await headersWith(env, fetch)).toEqual({ authorization: 'Bearer sts-token' });
    expect(hosts()).toEqual(['169.254.169.254', 'sts.googleapis.com']);
    expect(new URLSearchParams(sent[1]?.body).get('subject_token')).toBe('subject');
  });

  it.each<[string, unknown, RegExp]>([
    [
      'a token address elsewhere',
      { ...workload, token_url: 'https://evil.test/v1/token' },
      /`token_url` in '.*' names the host 'evil\.test'/,
    ],
    ['a token address without TLS', { ...workload, token_url: 'http://sts.googleapis.com/v1/token' }, /`token_url`/],
    [
      'a token address that looks like Google',
      { ...workload, token_url: 'https://sts.googleapis.com.evil.test/' },
      /`token_url`/,
    ],
    [
      'a token address with a user',
      { ...workload, token_url: 'https://sts.googleapis.com@evil.test/' },
      /'evil\.test'/,
    ],
    [
      'an impersonation elsewhere',
      { ...workload, service_account_impersonation_url: 'https://evil.test/sa@p:generateAccessToken' },
      /`service_account_impersonation_url`/,
    ],
    [
      'a token address elsewhere, of a service account',
      { ...serviceAccount, token_uri: 'https://evil.test/token' },
      /`token_uri`/,
    ],
    [
      'a source elsewhere without TLS',
      { ...workload, credential_source: { url: 'http://evil.test/' } },
      /`credential_source\.url`/,
    ],
    [
      'signed requests to another cloud',
      {
        ...workload,
        credential_source: { environment_id: 'aws1', regional_cred_verification_url: 'https://sts.{region}.evil.test' },
      },
      /regional_cred_verification_url/,
    ],
    [
      'a certificate',
      { ...workload, credential_source: { certificate: {} } },
      /is a certificate, and certificates are not supported/,
    ],
    ['another universe', { ...serviceAccount, universe_domain: 'evil.test' }, /`universe_domain`/],
    [
      'an address elsewhere in what it impersonates with',
      {
        type: 'impersonated_service_account',
        service_account_impersonation_url: impersonation,
        source_credentials: { ...user, token_uri: 'https://evil.test' },
      },
      /`token_uri`/,
    ],
    ['no form', 'canary: not JSON', /is not a Google credentials file/],
    ['an unknown form', { type: 'gdch_service_account' }, /type 'gdch_service_account', which is not supported/],
  ])('with %s is refused, and nothing is sent', async (_name, content, reason) => {
    const { fetch, sent } = network({ http: () => Response.json({ access_token: 'x', expires_in: 1 }) });
    const error = await headersWith(named(content, project), fetch).catch((thrown) => thrown);
    expect(error).toMatchObject({ kind: 'auth.missing', details: { provider: 'google-cloud' } });
    expect(error.message).toMatch(reason);
    expect(error.message).toMatch(/Set GOOGLE_APPLICATION_CREDENTIALS to a credentials file/);
    expect(error.message).not.toContain('canary');
    expect(sent).toEqual([]);
  });

  it('that is not there is named', async () => {
    const env = { ...nowhere, GOOGLE_APPLICATION_CREDENTIALS: join(folder, 'gone.json') };
    await expect(headersWith(env, network({}).fetch)).rejects.toThrow(/gone\.json' cannot be read \(ENOENT\)/);
  });

  it('that names no project says which variable to set', async () => {
    await expect(headersWith(named(workload), network(tokens).fetch)).rejects.toThrow(/Set GOOGLE_CLOUD_PROJECT/);
  });

  it.each(Object.keys(tokens))('is never sent where %s leads', async (address) => {
    const { fetch, hosts } = network({ ...tokens, [address]: redirect('https://evil.test/') });
    const content = address.includes('oauth2')
      ? serviceAccount
      : { ...workload, service_account_impersonation_url: impersonation };
    await expect(headersWith(named(content, project), fetch)).rejects.toThrow(/redirects are not followed/);
    expect(hosts()).not.toContain('evil.test');
  });

  it.each([
    ['is silent', silence, /did not answer within 300 ms/],
    ['has no end', endless, /answered with more than 262144 bytes/],
  ])('ends the search within its bounds when the token service %s', async (_name, answer, reason) => {
    const { fetch } = network({ 'https://oauth2.googleapis.com/token': answer });
    await expect(headersWith(named(serviceAccount), fetch)).rejects.toThrow(reason);
  });
});

describe('the metadata server', () => {
  const base = 'http://169.254.169.254/computeMetadata/v1/';
  const flavored = (body: string) => new Response(body, { headers: { 'metadata-flavor': 'Google' } });
  let count = 0;
  const good = {
    [`${base}project/project-id`]: () => flavored('machine-project\n'),
    [`${base}instance/service-accounts/default/token`]: ({ headers }: Sent) =>
      headers.get('metadata-flavor') === 'Google'
        ? flavored(JSON.stringify({ access_token: `machine-token-${++count}`, expires_in: 3_600 }))
        : new Response('', { status: 403 }),
  };

  it('gives a project and a token, and another one before that expires', async () => {
    const clock = { now: start };
    const { fetch } = network(good);
    const env = { ...nowhere, GOOGLE_CLOUD_LOCATION: 'global' };
    const authorizer = await googleAuthorizer(env, live, servicesOf(fetch, clock));
    expect(authorizer.baseUrl).toBe(
      'https://aiplatform.googleapis.com/v1beta1/projects/machine-project/locations/global/publishers/google',
    );
    const token = async () => (await authorizer.authorize(request, live)).authorization;
    expect(await token()).toBe('Bearer machine-token-1');
    clock.now += minutes(56);
    expect(await token()).toBe('Bearer machine-token-1');
    await expect.poll(token).toBe('Bearer machine-token-2');
    clock.now += minutes(61);
    expect(await token()).toBe('Bearer machine-token-3');
    expect(authorizer.secrets).toContain('machine-token-3');
  });

  it.each([
    ['eu', 'aiplatform.eu.rep.googleapis.com'],
    ['europe-west4', 'europe-west4-aiplatform.googleapis.com'],
  ])('has nothing to do with the address at %s', async (location, host) => {
    const env = { ...nowhere, ...project, GOOGLE_CLOUD_LOCATION: location };
    const { baseUrl } = await googleAuthorizer(env, live, servicesOf(network({}).fetch));
    expect(new URL(baseUrl).host).toBe(host);
  });

  it.each([
    ['evil.test/', 'us-central1'],
    ['own-project', 'evil.test/'],
    ['a/../b', 'us-central1'],
  ])('a project %j at %j is no address', async (name, location) => {
    const env = { ...nowhere, GOOGLE_CLOUD_PROJECT: name, GOOGLE_CLOUD_LOCATION: location };
    await expect(googleAuthorizer(env, live, servicesOf(network({}).fetch))).rejects.toThrow(/is not a valid name/);
  });

  it.each<[string, Parameters<typeof network>[0], RegExp]>([
    ['is absent', {}, /cannot be reached \(EHOSTUNREACH\)/],
    ['is silent', { [base]: silence }, /did not answer within 250 ms/],
    ['has no end', { [base]: endless }, /answered with more than 262144 bytes/],
    ['leads elsewhere', { [base]: redirect('https://evil.test/') }, /redirects are not followed/],
    ['is another server', { [base]: () => new Response('hello') }, /is not a Google metadata server/],
    [
      'has no service account',
      { [base]: () => new Response('', { status: 404, headers: { 'metadata-flavor': 'Google' } }) },
      /returned status 404/,
    ],
    [
      'gives a token with lines',
      { [base]: () => flavored(JSON.stringify({ access_token: 'a\r\nb', expires_in: 1 })) },
      /returned no valid token/,
    ],
  ])('that %s ends the search within its bounds, saying what to do', async (_name, routes, reason) => {
    const { fetch, hosts } = network(routes);
    const error = await headersWith({ ...nowhere, ...project }, fetch).catch((thrown) => thrown);
    expect(error.kind).toBe('auth.missing');
    expect(error.message).toMatch(reason);
    expect(error.message).toMatch(/gcloud auth application-default login/);
    expect(hosts()).toEqual(['169.254.169.254']);
  });

  it('is asked nowhere but near', async () => {
    const { fetch, sent } = network({ http: () => flavored('{}') });
    for (const host of ['evil.test', '127.0.0.1@evil.test', '127.0.0.1/path']) {
      await expect(headersWith({ ...nowhere, GCE_METADATA_HOST: host }, fetch)).rejects.toThrow(
        /GCE_METADATA_HOST must be/,
      );
    }
    expect(sent).toEqual([]);
  });

  it('is given up when the run is cancelled', async () => {
    const { fetch, sent } = network({ [base]: silence });
    const cancelled = new AbortController();
    const patient = { ...servicesOf(fetch), metadataTimeoutMs: 60_000, searchTimeoutMs: 60_000 };
    const authorizer = await googleAuthorizer({ ...nowhere, ...project }, live, patient);
    const waiting = authorizer.authorize(request, cancelled.signal);
    await expect.poll(() => sent.length).toBe(1);
    cancelled.abort(new Error('cancelled by the host'));
    await expect(waiting).rejects.toThrow('cancelled by the host');
  });
});

it('a token that was refused is replaced by a new one', async () => {
  let count = 0;
  const { fetch } = network({
    'https://oauth2.googleapis.com/token': () => Response.json({ access_token: `t${++count}`, expires_in: 3_600 }),
  });
  const authorizer = await googleAuthorizer(named(serviceAccount), live, servicesOf(fetch));
  const headers = await authorizer.authorize(request, live);
  expect(headers.authorization).toBe('Bearer t1');
  authorizer.refused(headers);
  expect(await authorizer.renew(live)).toBe(true);
  expect((await authorizer.authorize(request, live)).authorization).toBe('Bearer t2');
});
