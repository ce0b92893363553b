import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import type { Authorizer } from '../../../server/models/credentials/authorizer.ts';
import { awsAuthorizer } from '../../../server/models/credentials/aws.ts';
import { at, endless, minutes, network, redirect, type Sent, servicesOf, silence, start } from './support.ts';

const folder = mkdtempSync(join(tmpdir(), 'aws-'));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => vi.unstubAllEnvs());

const target = {
  provider: 'bedrock',
  envVar: 'AWS_BEARER_TOKEN_BEDROCK',
  service: 'bedrock',
  addressOf: (region = 'us-east-1') => `https://bedrock-runtime.${region}.amazonaws.com`,
};

/** An environment without the files of the machine that runs the tests. */
const nowhere = { HOME: folder, AWS_DEFAULT_REGION: 'eu-central-1' };

const request = {
  method: 'POST',
  url: new URL('https://bedrock-runtime.eu-central-1.amazonaws.com/model/m/converse'),
  headers: new Headers({ 'content-type': 'application/json' }),
  body: '{}',
};

const live = new AbortController().signal;

const signedBy = async (authorizer: Authorizer, signal: AbortSignal = live) => {
  const { authorization = '', 'x-amz-security-token': token } = await authorizer.authorize(request, signal);
  return { key: /Credential=(\w+)\//.exec(authorization)?.[1], token };
};

let files = 0;
function fileOf(text: string): string {
  const file = join(folder, `file-${files++}`);
  writeFileSync(file, text);
  return file;
}

const credentials = (n: number, expiresAtMs = start + minutes(60)) => ({
  Code: 'Success',
  AccessKeyId: `ASIAEXAMPLE${n}`,
  SecretAccessKey: `secret-of-the-role-${n}`,
  Token: `token-of-the-role-${n}`,
  Expiration: at(expiresAtMs),
});

const metadata = 'http://169.254.169.254';
const roles = `${metadata}/latest/meta-data/iam/security-credentials/`;

/** An instance metadata service, version 2. */
const instance = (credentialsOf: () => object, role = 'my-role') => ({
  [`${metadata}/latest/api/token`]: ({ method }: Sent) =>
    method === 'PUT' ? new Response('session-token') : new Response('', { status: 405 }),
  [roles]: ({ url, headers }: Sent) => {
    if (headers.get('x-aws-ec2-metadata-token') !== 'session-token') return new Response('', { status: 401 });
    return url === roles ? new Response(role) : Response.json(credentialsOf());
  },
});

describe('credentials of AWS', () => {
  it('of the environment come first, and are sent nowhere but in signatures', async () => {
    const { fetch, sent } = network({});
    const env = {
      ...nowhere,
      AWS_ACCESS_KEY_ID: 'AKIDENV',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_SESSION_TOKEN: 'tok',
      AWS_PROFILE: 'p',
    };
    const authorizer = awsAuthorizer(env, target, servicesOf(fetch));
    expect(authorizer.baseUrl).toBe('https://bedrock-runtime.eu-central-1.amazonaws.com');
    expect(await signedBy(authorizer)).toEqual({ key: 'AKIDENV', token: 'tok' });
    expect(authorizer.secrets).toEqual(['AKIDENV', 'secret', 'tok']);
    expect(sent).toEqual([]);
  });

  it('of the profile that AWS_PROFILE names come with its region', async () => {
    const AWS_SHARED_CREDENTIALS_FILE = fileOf(
      '[default]\naws_access_key_id = AKIDDEFAULT\naws_secret_access_key = s1\n\n[team]\naws_access_key_id=AKIDTEAM\naws_secret_access_key=s2\n',
    );
    const AWS_CONFIG_FILE = fileOf('[default]\nregion = us-west-2\n[profile team]\nregion = ap-south-1\n');
    const env = { HOME: folder, AWS_SHARED_CREDENTIALS_FILE, AWS_CONFIG_FILE };
    const { fetch } = network({});
    const team = awsAuthorizer({ ...env, AWS_PROFILE: 'team' }, target, servicesOf(fetch));
    expect(team.baseUrl).toBe('https://bedrock-runtime.ap-south-1.amazonaws.com');
    expect((await signedBy(team)).key).toBe('AKIDTEAM');
    const standard = awsAuthorizer(env, target, servicesOf(fetch));
    expect(standard.baseUrl).toBe('https://bedrock-runtime.us-west-2.amazonaws.com');
    expect((await signedBy(standard)).key).toBe('AKIDDEFAULT');
  });

  it('of a profile are read anew when they were refused', async () => {
    const file = fileOf('[p]\naws_access_key_id=AKIDOLD\naws_secret_access_key=old\n');
    const env = { ...nowhere, AWS_SHARED_CREDENTIALS_FILE: file, AWS_PROFILE: 'p' };
    const authorizer = awsAuthorizer(env, target, servicesOf(network({}).fetch));
    expect((await signedBy(authorizer)).key).toBe('AKIDOLD');
    authorizer.refused(await authorizer.authorize(request, live));
    expect(await authorizer.renew(live)).toBe(false);
    writeFileSync(file, '[p]\naws_access_key_id=AKIDNEW\naws_secret_access_key=new\n');
    expect(await authorizer.renew(live)).toBe(true);
    expect((await signedBy(authorizer)).key).toBe('AKIDNEW');
    expect(authorizer.secrets).toEqual(expect.arrayContaining(['old', 'new']));
  });

  it('of a profile that assumes a role come from the token service of its region', async () => {
    const AWS_CONFIG_FILE = fileOf(
      '[profile base]\naws_access_key_id=AKIDBASE\naws_secret_access_key=base-secret\n[profile role]\nrole_arn=arn:aws:iam::123456789012:role/r\nsource_profile=base\nregion=eu-central-1\n',
    );
    const { fetch, sent } = network({
      'https://sts.eu-central-1.amazonaws.com/': () =>
        new Response(assumed('ASIAROLE'), { headers: { 'content-type': 'text/xml' } }),
    });
    const env = { ...nowhere, AWS_CONFIG_FILE, AWS_PROFILE: 'role' };
    const authorizer = awsAuthorizer(env, target, servicesOf(fetch));
    expect(await signedBy(authorizer)).toEqual({ key: 'ASIAROLE', token: 'role-token' });
    expect(sent[0]?.headers.get('authorization')).toContain('Credential=AKIDBASE/');
    expect(sent[0]?.body).toContain('Action=AssumeRole');
  });

  it('of a profile whose role is assumed by what the machine is come from the bounded metadata service', async () => {
    const AWS_CONFIG_FILE = fileOf(
      '[profile role]\nrole_arn=arn:aws:iam::123456789012:role/r\ncredential_source=Ec2InstanceMetadata\n',
    );
    const { fetch, sent } = network({
      ...instance(() => credentials(1)),
      'https://sts.eu-central-1.amazonaws.com/': () =>
        new Response(assumed('ASIAROLE'), { headers: { 'content-type': 'text/xml' } }),
    });
    const env = { ...nowhere, AWS_CONFIG_FILE, AWS_PROFILE: 'role' };
    expect((await signedBy(awsAuthorizer(env, target, servicesOf(fetch)))).key).toBe('ASIAROLE');
    expect(sent.at(-1)?.headers.get('authorization')).toContain('Credential=ASIAEXAMPLE1/');
    const silent = network({ [metadata]: endless });
    await expect(signedBy(awsAuthorizer(env, target, servicesOf(silent.fetch)))).rejects.toThrow(
      /more than 262144 bytes/,
    );
  });

  it('of single sign-on are fetched with its token, from AWS alone', async () => {
    const url = 'https://team.awsapps.com/start';
    const cache = join(folder, '.aws', 'sso', 'cache');
    mkdirSync(cache, { recursive: true });
    const expiresAt = new Date(Date.now() + minutes(60)).toISOString();
    const name = createHash('sha1').update(url).digest('hex');
    writeFileSync(join(cache, `${name}.json`), JSON.stringify({ accessToken: 'canary-sso-token', expiresAt }));
    const AWS_CONFIG_FILE = fileOf(
      `[profile sso]\nsso_start_url=${url}\nsso_region=eu-west-1\nsso_account_id=123456789012\nsso_role_name=r\n`,
    );
    // The SDK looks for its cache by itself.
    vi.stubEnv('HOME', folder);
    vi.stubEnv('AWS_CONFIG_FILE', AWS_CONFIG_FILE);
    const roleCredentials = {
      accessKeyId: 'ASIASSO',
      secretAccessKey: 's',
      sessionToken: 't',
      expiration: start + minutes(60),
    };
    const { fetch, sent } = network({
      'https://portal.sso.eu-west-1.amazonaws.com/': () => Response.json({ roleCredentials }),
    });
    const env = { ...nowhere, AWS_CONFIG_FILE, AWS_PROFILE: 'sso' };
    expect((await signedBy(awsAuthorizer(env, target, servicesOf(fetch)))).key).toBe('ASIASSO');
    expect(sent[0]?.headers.get('x-amz-sso_bearer_token')).toBe('canary-sso-token');
    vi.stubEnv('AWS_ENDPOINT_URL_SSO', 'https://evil.test');
    const before = sent.length;
    await expect(signedBy(awsAuthorizer(env, target, servicesOf(fetch)))).rejects.toThrow(
      /'evil\.test', and tokens are only sent/,
    );
    expect(sent).toHaveLength(before);
  });

  it('of a web identity are what the token service gives for its token', async () => {
    const { fetch, sent } = network({
      'https://sts.eu-central-1.amazonaws.com/': () =>
        new Response(assumed('ASIAWEB', 'AssumeRoleWithWebIdentity'), { headers: { 'content-type': 'text/xml' } }),
    });
    const env = {
      ...nowhere,
      AWS_WEB_IDENTITY_TOKEN_FILE: fileOf('web-token'),
      AWS_ROLE_ARN: 'arn:aws:iam::123456789012:role/r',
    };
    expect((await signedBy(awsAuthorizer(env, target, servicesOf(fetch)))).key).toBe('ASIAWEB');
    expect(sent[0]?.body).toContain('WebIdentityToken=web-token');
  });

  it('of a process are what it prints', async () => {
    const printed = {
      Version: 1,
      AccessKeyId: 'AKIDPROCESS',
      SecretAccessKey: 's',
      SessionToken: 't',
      Expiration: at(start + minutes(60)),
    };
    const AWS_CONFIG_FILE = fileOf(`[profile p]\ncredential_process = cat ${fileOf(JSON.stringify(printed))}\n`);
    const authorizer = awsAuthorizer(
      { ...nowhere, AWS_CONFIG_FILE, AWS_PROFILE: 'p' },
      target,
      servicesOf(network({}).fetch),
    );
    expect(await signedBy(authorizer)).toEqual({ key: 'AKIDPROCESS', token: 't' });
  });

  it('of a process that does not end are given up, and the process with them', async () => {
    const pidFile = join(folder, 'pid');
    const AWS_CONFIG_FILE = fileOf(`[profile p]\ncredential_process = sleep 600 & echo $! > ${pidFile}; wait\n`);
    const services = { ...servicesOf(network({}).fetch), searchTimeoutMs: 2_000 };
    const authorizer = awsAuthorizer({ ...nowhere, AWS_CONFIG_FILE, AWS_PROFILE: 'p' }, target, services);
    await expect(signedBy(authorizer)).rejects.toThrow(/the search was given up after 2000 ms/);
    const pid = Number(readFileSync(pidFile, 'utf8'));
    await expect.poll(() => isAlive(pid)).toBe(false);
  });

  it('of a process that prints without end are refused', async () => {
    const AWS_CONFIG_FILE = fileOf('[profile p]\ncredential_process = yes\n');
    const env = { ...nowhere, AWS_CONFIG_FILE, AWS_PROFILE: 'p' };
    const signed = signedBy(awsAuthorizer(env, target, servicesOf(network({}).fetch)));
    await expect(signed).rejects.toThrow(/printed more than 65536 characters, the most/);
  });

  it('of a process that fails are refused without what it printed', async () => {
    const AWS_CONFIG_FILE = fileOf(
      '[profile p]\ncredential_process = echo canary-secret; echo canary-secret >&2; exit 3\n',
    );
    const authorizer = awsAuthorizer(
      { ...nowhere, AWS_CONFIG_FILE, AWS_PROFILE: 'p' },
      target,
      servicesOf(network({}).fetch),
    );
    const error = await signedBy(authorizer).catch((thrown) => thrown);
    expect(error.message).toMatch(/the credential_process of the profile failed \(exit code 3\)/);
    expect(error.message).not.toContain('canary');
  });

  it('of a container are asked for with its token, which is read anew each time', async () => {
    const file = fileOf('first token\n');
    const { fetch, sent } = network({ 'http://169.254.170.2/v2/creds': () => Response.json(credentials(1)) });
    const env = {
      ...nowhere,
      AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '/v2/creds',
      AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: file,
    };
    const authorizer = awsAuthorizer(env, target, servicesOf(fetch));
    expect(await signedBy(authorizer)).toEqual({ key: 'ASIAEXAMPLE1', token: 'token-of-the-role-1' });
    writeFileSync(file, 'second token');
    authorizer.refused(await authorizer.authorize(request, live));
    await authorizer.renew(live);
    expect(sent.map(({ headers }) => headers.get('authorization'))).toEqual(['first token', 'second token']);
  });

  it('of an instance are asked for with a session token', async () => {
    const { fetch, sent } = network(instance(() => credentials(1)));
    const authorizer = awsAuthorizer(nowhere, target, servicesOf(fetch));
    expect(await signedBy(authorizer)).toEqual({ key: 'ASIAEXAMPLE1', token: 'token-of-the-role-1' });
    expect(sent.map(({ method, url }) => `${method} ${url}`)).toEqual([
      `PUT ${metadata}/latest/api/token`,
      `GET ${roles}`,
      `GET ${roles}my-role`,
    ]);
  });
});

describe('credentials of AWS that expire', () => {
  it('are renewed while they are good, without a wait, and awaited once they are not', async () => {
    const clock = { now: start };
    let count = 0;
    const { fetch, sent } = network(instance(() => credentials(++count, clock.now + minutes(60))));
    const authorizer = awsAuthorizer(nowhere, target, servicesOf(fetch, clock));
    const key = async () => (await signedBy(authorizer)).key;
    expect(await key()).toBe('ASIAEXAMPLE1');
    clock.now += minutes(50);
    expect(await key()).toBe('ASIAEXAMPLE1');
    expect(sent).toHaveLength(3);
    clock.now += minutes(6);
    expect(await key()).toBe('ASIAEXAMPLE1');
    await expect.poll(key).toBe('ASIAEXAMPLE2');
    clock.now += minutes(61);
    expect(await key()).toBe('ASIAEXAMPLE3');
  });

  it('are searched for once by requests that need them together', async () => {
    const { fetch, sent } = network(instance(() => credentials(1)));
    const authorizer = awsAuthorizer(nowhere, target, servicesOf(fetch));
    await Promise.all([signedBy(authorizer), signedBy(authorizer), signedBy(authorizer)]);
    expect(sent).toHaveLength(3);
  });

  it('are searched for once by requests that were refused together, and by none that has others already', async () => {
    let count = 0;
    const { fetch, sent } = network(instance(() => credentials(++count)));
    const authorizer = awsAuthorizer(nowhere, target, servicesOf(fetch));
    const [first, second] = [await authorizer.authorize(request, live), await authorizer.authorize(request, live)];
    authorizer.refused(first);
    expect(await authorizer.renew(live)).toBe(true);
    expect(sent).toHaveLength(6);
    authorizer.refused(second);
    expect(await authorizer.renew(live)).toBe(true);
    expect(sent).toHaveLength(6);
    expect((await signedBy(authorizer)).key).toBe('ASIAEXAMPLE2');
  });

  it('are used to their end when they cannot be renewed', async () => {
    const clock = { now: start };
    let isThere = true;
    const routes = instance(() => credentials(1, start + minutes(60)));
    const { fetch } = network(routes);
    const flaky: typeof fetch = async (...args) => {
      if (isThere) return fetch(...args);
      throw new TypeError('fetch failed');
    };
    const authorizer = awsAuthorizer(nowhere, target, servicesOf(flaky, clock));
    await signedBy(authorizer);
    isThere = false;
    clock.now += minutes(58);
    expect((await signedBy(authorizer)).key).toBe('ASIAEXAMPLE1');
    clock.now += minutes(3);
    await expect(signedBy(authorizer)).rejects.toMatchObject({ kind: 'auth.missing' });
  });
});

describe('a metadata service', () => {
  const advice = /Set AWS_BEARER_TOKEN_BEDROCK, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE/;
  const token = `${metadata}/latest/api/token`;
  const good = instance(() => credentials(1));

  it.each<[string, Parameters<typeof network>[0], RegExp]>([
    ['is absent', {}, /cannot be reached \(EHOSTUNREACH\)/],
    ['is silent', { [token]: silence }, /did not answer within 250 ms/],
    ['falls silent', { ...good, [roles]: silence }, /did not answer within 250 ms/],
    ['has no end', { [token]: endless }, /answered with more than 262144 bytes/],
    ['leads elsewhere', { [token]: redirect('https://evil.test/') }, /redirects are not followed/],
    [
      'leads the session token elsewhere',
      { ...good, [roles]: redirect('https://evil.test/') },
      /redirects are not followed/,
    ],
    ['gives a token with lines', { ...good, [token]: () => new Response('a\r\nx-evil: 1') }, /no valid session token/],
    ['names a role that is a path', instance(() => credentials(1), '../../user-data'), /no valid role name/],
    ['names a role that is an address', instance(() => credentials(1), '//evil.test/x'), /no valid role name/],
    ['knows no version 2', { [token]: () => new Response('', { status: 404 }) }, /returned status 404/],
    ['has no credentials', instance(() => ({ Code: 'Failed' })), /returned no valid credentials/],
    [
      'has credentials with lines',
      instance(() => ({ ...credentials(1), Token: 'a\nb' })),
      /returned no valid credentials/,
    ],
    [
      'has credentials of no time',
      instance(() => ({ ...credentials(1), Expiration: 'soon' })),
      /returned no valid credentials/,
    ],
  ])('that %s ends the search within its bounds, saying what to do', async (_name, routes, reason) => {
    const { fetch, hosts } = network(routes);
    const signed = signedBy(awsAuthorizer(nowhere, target, servicesOf(fetch)));
    const error = await signed.catch((thrown) => thrown);
    expect(error).toMatchObject({
      kind: 'auth.missing',
      details: { envVar: 'AWS_BEARER_TOKEN_BEDROCK', provider: 'bedrock' },
    });
    expect(error.message).toMatch(reason);
    expect(error.message).toMatch(advice);
    expect(hosts()).toEqual(['169.254.169.254']);
  });

  it('is not asked when the operator says so', async () => {
    const { fetch, sent } = network(good);
    const env = { ...nowhere, AWS_EC2_METADATA_DISABLED: 'true' };
    await expect(signedBy(awsAuthorizer(env, target, servicesOf(fetch)))).rejects.toThrow(
      /AWS_EC2_METADATA_DISABLED keeps the instance metadata service/,
    );
    expect(sent).toEqual([]);
  });

  it('is given up at once when the run is cancelled, but not while another waits', async () => {
    const signals: AbortSignal[] = [];
    const { fetch } = network({
      [token]: (sent, signal) => {
        signals.push(signal);
        return silence(sent, signal);
      },
    });
    const authorizer = awsAuthorizer(nowhere, target, {
      ...servicesOf(fetch),
      metadataTimeoutMs: 60_000,
      searchTimeoutMs: 60_000,
    });
    const [first, second] = [new AbortController(), new AbortController()];
    const waits = [signedBy(authorizer, first.signal), signedBy(authorizer, second.signal)];
    await expect.poll(() => signals.length).toBe(1);
    first.abort(new Error('cancelled by the host'));
    await expect(waits[0]).rejects.toThrow('cancelled by the host');
    expect(signals[0]?.aborted).toBe(false);
    second.abort(new Error('cancelled too'));
    await expect(waits[1]).rejects.toThrow('cancelled too');
    expect(signals[0]?.aborted).toBe(true);
  });
});

describe('tokens of AWS', () => {
  const webIdentity = {
    AWS_WEB_IDENTITY_TOKEN_FILE: fileOf('canary-token'),
    AWS_ROLE_ARN: 'arn:aws:iam::123456789012:role/r',
  };

  it.each<[string, () => NodeJS.ProcessEnv]>([
    [
      'a container address without TLS',
      () => ({
        AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://evil.test/',
        AWS_CONTAINER_AUTHORIZATION_TOKEN: 'canary-token',
      }),
    ],
    [
      'a container address with a user',
      () => ({
        AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://127.0.0.1@evil.test/',
        AWS_CONTAINER_AUTHORIZATION_TOKEN: 'canary-token',
      }),
    ],
    [
      'a container path that is a host',
      () => ({
        AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '@evil.test/x',
        AWS_CONTAINER_AUTHORIZATION_TOKEN: 'canary-token',
      }),
    ],
    [
      'a container path that makes a host longer',
      () => ({
        AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '.evil.test/x',
        AWS_CONTAINER_AUTHORIZATION_TOKEN: 'canary-token',
      }),
    ],
    ['a metadata endpoint elsewhere', () => ({ AWS_EC2_METADATA_SERVICE_ENDPOINT: 'http://evil.test' })],
  ])('are not sent to %s', async (_name, env) => {
    const { fetch, sent } = network({ http: () => Response.json(credentials(1)) });
    const error = await signedBy(awsAuthorizer({ ...nowhere, ...env() }, target, servicesOf(fetch))).catch(
      (thrown) => thrown,
    );
    expect(error.kind).toBe('auth.missing');
    expect(sent).toEqual([]);
    expect(error.message).not.toContain('canary');
  });

  it('are not sent to an endpoint that a profile or a variable names', async () => {
    const { fetch, sent } = network({ http: () => Response.json({}) });
    vi.stubEnv('AWS_ENDPOINT_URL_STS', 'https://evil.test');
    const signed = signedBy(awsAuthorizer({ ...nowhere, ...webIdentity }, target, servicesOf(fetch)));
    await expect(signed).rejects.toThrow(/names 'evil\.test', and tokens are only sent to hosts of AWS/);
    expect(sent).toEqual([]);
  });

  it('are not sent where the token service leads', async () => {
    const { fetch, hosts } = network({ 'https://sts.': redirect('https://evil.test/') });
    await expect(signedBy(awsAuthorizer({ ...nowhere, ...webIdentity }, target, servicesOf(fetch)))).rejects.toThrow(
      /redirect/,
    );
    expect(hosts()).toEqual(['sts.eu-central-1.amazonaws.com']);
  });

  it.each(['evil.test/', 'us-east-1.evil.test', 'US', ''].slice(0, 3))(
    'are not sent to a region %j',
    async (region) => {
      const { providers } = await import('../../../server/models/providers.ts');
      const row = providers.find(({ name }) => name === 'bedrock');
      expect(() => row?.address?.({ AWS_DEFAULT_REGION: region })).toThrow(/is not a valid name such as/);
    },
  );
});

function assumed(key: string, action = 'AssumeRole'): string {
  return (
    `<${action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><${action}Result><Credentials>` +
    `<AccessKeyId>${key}</AccessKeyId><SecretAccessKey>role-secret</SecretAccessKey><SessionToken>role-token</SessionToken>` +
    `<Expiration>${at(start + minutes(60))}</Expiration></Credentials></${action}Result></${action}Response>`
  );
}

/** Whether a process runs; one that has ended may be left for nobody to take note of. */
function isAlive(pid: number): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
  return /^[^Z\s]/.test(stdout);
}
