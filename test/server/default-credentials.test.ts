import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { network, type Sent } from '../models/credentials/support.ts';
import { openSession, schemaOf, type TestSession } from '../support/session.ts';

const folder = mkdtempSync(join(tmpdir(), 'credentials-'));
afterAll(() => rmSync(folder, { recursive: true }));

const opened: TestSession[] = [];
afterEach(async () => {
  for (const session of opened.splice(0)) await session.close();
  vi.unstubAllGlobals();
});

type Options = NonNullable<Parameters<typeof openSession>[0]>;

/** A daemon on a machine with the given environment and none of the files of this one. */
async function daemon(routes: Parameters<typeof network>[0], env: NodeJS.ProcessEnv, more: Options = {}) {
  const { fetch, sent } = network(routes);
  vi.stubGlobal('fetch', fetch);
  const session = await openSession({ ...more, deps: { env: { HOME: folder, ...env }, ...more.deps } });
  opened.push(session);
  return { session, sent };
}

const own = {
  AWS_ACCESS_KEY_ID: 'AKIDCANARY',
  AWS_SECRET_ACCESS_KEY: 'canary-secret-key',
  AWS_SESSION_TOKEN: 'canary-token',
};

const bedrock = 'https://bedrock-runtime.us-east-1.amazonaws.com';
const usage = { inputTokens: 1, outputTokens: 1, totalTokens: 2 };
const converse = (content: object, stopReason = 'end_turn') => ({
  output: { message: { role: 'assistant', content: [content] } },
  stopReason,
  usage,
});
const says = converse({ text: 'ok' });
const calls = converse({ toolUse: { toolUseId: 'c1', name: 'f', input: {} } }, 'tool_use');

const answers = (...given: [status: number, body: object][]) => {
  const left = [...given];
  return () => {
    const [status, body] = left.shift() ?? [500, { message: 'asked once too often' }];
    return Response.json(body, { status });
  };
};

const expired = { message: 'The security token included in the request is expired' };
const model = 'bedrock:us.anthropic.claude-sonnet-4-5-20250929-v1:0';
const run = { model, prompt: 'hi', stream: false };

const keyOf = ({ headers }: Sent) => /Credential=(\w+)\//.exec(headers.get('authorization') ?? '')?.[1];

describe('a model of Bedrock without a key', () => {
  it('gets requests that are signed after the last change of their body', async () => {
    const { session, sent } = await daemon({ [bedrock]: answers([200, says]) }, own);
    const modelSettings = { extra_body: { added: 1 } };
    const result = await session.run({ ...run, modelSettings });
    expect(result.outcome).toBe('success');
    const [request] = sent;
    expect(request?.url).toBe(`${bedrock}/model/us.anthropic.claude-sonnet-4-5-20250929-v1%3A0/converse`);
    expect(keyOf(request as Sent)).toBe('AKIDCANARY');
    expect(request?.headers.get('x-amz-security-token')).toBe('canary-token');
    expect(request?.body).toContain('"added":1');
    const shown = JSON.stringify([
      result,
      ...session.events.values(),
      await session.request('run/messages', { runId: result.runId }),
    ]);
    expect(shown).not.toMatch(/canary/i);
  });

  it('uses new credentials when those of a role expire in mid-run', async () => {
    const metadata = 'http://169.254.169.254/latest/';
    let count = 0;
    const roles = `${metadata}meta-data/iam/security-credentials/`;
    const { session, sent } = await daemon(
      {
        [bedrock]: answers([200, calls], [403, expired], [200, says]),
        [`${metadata}api/token`]: () => new Response('session-token'),
        [roles]: ({ url }) =>
          url === roles
            ? new Response('my-role')
            : Response.json({
                AccessKeyId: `ASIAROLE${++count}`,
                SecretAccessKey: `canary-secret-${count}`,
                Token: `canary-token-${count}`,
                Expiration: new Date(Date.now() + 3_600_000).toISOString(),
              }),
      },
      {},
      { serve: { 'tool/call': () => ({ content: 'done' }) } },
    );
    const result = await session.run({ ...run, tools: [{ name: 'f', inputSchema: schemaOf({}) }] });
    expect(result).toMatchObject({ outcome: 'success', output: 'ok' });
    const requested = sent.filter(({ url }) => url.startsWith(bedrock));
    expect(requested.map(keyOf)).toEqual(['ASIAROLE1', 'ASIAROLE1', 'ASIAROLE2']);
    const attempts = session.events
      .get(result.runId)
      ?.filter(({ event }) => event.event_kind === 'model_request_started');
    expect(attempts?.map(({ event }) => event)).toMatchObject([
      { request: 1, attempt: 1 },
      { request: 2, attempt: 1 },
      { request: 2, attempt: 2, status: 403, reason: expect.stringContaining('expired') },
    ]);
    expect(JSON.stringify([result, ...session.events.values()])).not.toContain('canary');
  });

  it.each([
    ['what they may not do', [403, { message: 'User is not authorized to perform: bedrock:InvokeModel' }], 1],
    ['what has expired and cannot be renewed', [403, expired], 1],
  ] as [string, [number, object], number][])(
    'is not asked again when its credentials are refused for %s',
    async (_name, answer, times) => {
      const { session, sent } = await daemon({ [bedrock]: answers(answer) }, own);
      const { error } = await session.run(run);
      expect(error?.data).toMatchObject({ kind: 'model.http', status: 403 });
      expect(sent).toHaveLength(times);
    },
  );

  it('shows none of its credentials that an answer quotes', async () => {
    const quoted = `no: ${Object.values(own).join(' ')} ${'x'.repeat(4_000)}${own.AWS_SECRET_ACCESS_KEY.repeat(9)}`;
    const { session } = await daemon({ [bedrock]: answers([400, { message: quoted }]) }, own);
    const result = await session.run(run);
    expect(result.error?.message).toContain('[redacted]');
    expect(JSON.stringify([result, ...session.events.values()])).not.toMatch(/canary|AKID/);
  });

  it('gets no credentials of the machine at an address of the client', async () => {
    const { session, sent } = await daemon({ http: answers([200, says]) }, own, {
      initialize: { initializationOptions: { callbacks: [] } },
    });
    const error = await session.refusal('run/start', { ...run, model: { model, baseUrl: 'https://proxy.test' } });
    expect(error.data.kind).toBe('run.invalid');
    expect(sent).toEqual([]);
  });

  it('gets the key of the environment when there is one', async () => {
    const { session, sent } = await daemon(
      { [bedrock]: answers([200, says]) },
      { ...own, AWS_BEARER_TOKEN_BEDROCK: 'the-key' },
    );
    await session.run(run);
    expect(sent[0]?.headers.get('authorization')).toBe('Bearer the-key');
  });

  it('gets the key of the host where the operator set nothing', async () => {
    const requested: unknown[] = [];
    const serve: Options['serve'] = {
      'secret/get': (params) => {
        requested.push(params);
        return { value: 'key-of-the-host' };
      },
    };
    const { session, sent } = await daemon({ [bedrock]: answers([200, says]) }, {}, { serve });
    await session.run(run);
    expect(requested).toEqual([
      expect.objectContaining({ name: 'AWS_BEARER_TOKEN_BEDROCK', provider: 'bedrock', optional: true }),
    ]);
    expect(sent.map(({ headers }) => headers.get('authorization'))).toEqual(['Bearer key-of-the-host']);
  });

  it.each<[string, string]>([
    ['a key', 'Bearer key-of-the-host'],
    ['none', 'AWS4-HMAC-SHA256 Credential=AKIDFILE/'],
  ])('leaves files that are found by themselves to a host that has %s', async (what, authorization) => {
    const home = mkdtempSync(join(folder, 'home-'));
    mkdirSync(join(home, '.aws'));
    writeFileSync(
      join(home, '.aws', 'credentials'),
      '[default]\naws_access_key_id=AKIDFILE\naws_secret_access_key=s\n',
    );
    const serve: Options['serve'] = { 'secret/get': () => (what === 'none' ? null : { value: 'key-of-the-host' }) };
    const { session, sent } = await daemon({ [bedrock]: answers([200, says]) }, { HOME: home }, { serve });
    expect((await session.run(run)).outcome).toBe('success');
    expect(sent[0]?.headers.get('authorization')).toContain(authorization);
  });

  it('are not requested from a host when a variable says to use those of the machine', async () => {
    const serve: Options['serve'] = { 'secret/get': () => ({ value: 'key-of-the-host' }) };
    const { session, sent } = await daemon({ [bedrock]: answers([200, says]) }, own, { serve });
    await session.run(run);
    expect(keyOf(sent[0] as Sent)).toBe('AKIDCANARY');
  });

  it('fails before any request where there are no credentials', async () => {
    const { session, sent } = await daemon({}, { AWS_EC2_METADATA_DISABLED: 'true' });
    const { error } = await session.run(run);
    expect(error).toMatchObject({
      message: expect.stringMatching(/^No credentials for 'bedrock': .* Set AWS_BEARER_TOKEN_BEDROCK, or/),
      data: { kind: 'auth.missing', envVar: 'AWS_BEARER_TOKEN_BEDROCK', provider: 'bedrock' },
    });
    expect(sent).toEqual([]);
  });

  it('can be cancelled while a metadata service keeps it waiting', async () => {
    let isRequested = false;
    const { session } = await daemon(
      {
        'http://169.254.169.254': (_, signal) => {
          isRequested = true;
          return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
        },
      },
      {},
    );
    const running = session.run({ ...run, runId: 'waits' });
    await expect.poll(() => isRequested).toBe(true);
    await session.request('run/cancel', { runId: 'waits' });
    expect((await running).outcome).toBe('cancelled');
  });
});

describe('a model of Bedrock Mantle without a key', () => {
  it('is signed for its own service', async () => {
    const { session, sent } = await daemon({ http: answers([400, { error: { message: 'enough' } }]) }, own);
    await session.run({ ...run, model: 'bedrock-mantle:openai.gpt-5.5' });
    expect(sent[0]?.url).toBe('https://bedrock-mantle.us-east-1.api.aws/openai/v1/responses');
    expect(sent[0]?.headers.get('authorization')).toContain('/us-east-1/bedrock-mantle/aws4_request');
  });
});

describe('a model of Google Cloud with application default credentials', () => {
  const user = {
    type: 'authorized_user',
    client_id: 'id',
    client_secret: 'canary-secret',
    refresh_token: 'canary-refresh',
  };
  const file = join(folder, 'adc.json');
  writeFileSync(file, JSON.stringify(user));
  const env = { GOOGLE_APPLICATION_CREDENTIALS: file, GOOGLE_CLOUD_PROJECT: 'my-project', GOOGLE_API_KEY: 'the-key' };
  const gemini = { candidates: [{ content: { role: 'model', parts: [{ text: 'ok' }] }, finishReason: 'STOP' }] };
  const tokens = () => {
    let count = 0;
    return () => Response.json({ access_token: `canary-token-${++count}`, expires_in: 3_600 });
  };
  const vertex = 'https://us-central1-aiplatform.googleapis.com';

  it('gets requests at its project with a token, which comes before a key', async () => {
    const { session, sent } = await daemon(
      { 'https://oauth2.googleapis.com/token': tokens(), [vertex]: answers([200, gemini]) },
      env,
    );
    const result = await session.run({ ...run, model: 'google-cloud:gemini-3-flash-preview' });
    expect(result.outcome).toBe('success');
    const request = sent.at(-1);
    expect(request?.url).toBe(
      `${vertex}/v1beta1/projects/my-project/locations/us-central1/publishers/google/models/gemini-3-flash-preview:generateContent`,
    );
    expect(request?.headers.get('authorization')).toBe('Bearer canary-token-1');
    expect(request?.headers.has('x-goog-api-key')).toBe(false);
    const { messages } = await session.request('run/messages', { runId: result.runId });
    expect(messages?.at(-1)).toMatchObject({ provider_name: 'google-cloud', provider_url: `${vertex}/` });
    expect(JSON.stringify([result, messages, ...session.events.values()])).not.toContain('canary');
  });

  it('uses a new token when one is refused', async () => {
    const refused = {
      error: {
        code: 401,
        message: 'Request had invalid authentication credentials: canary-token-1',
        status: 'UNAUTHENTICATED',
      },
    };
    const { session, sent } = await daemon(
      { 'https://oauth2.googleapis.com/token': tokens(), [vertex]: answers([401, refused], [200, gemini]) },
      env,
    );
    const result = await session.run({ ...run, model: 'google-cloud:gemini-3-flash-preview' });
    expect(result.outcome).toBe('success');
    const requested = sent.filter(({ url }) => url.startsWith(vertex));
    expect(requested.map(({ headers }) => headers.get('authorization'))).toEqual([
      'Bearer canary-token-1',
      'Bearer canary-token-2',
    ]);
    expect(JSON.stringify([...session.events.values()])).not.toContain('canary');
  });
});

it.each<[string, NodeJS.ProcessEnv, boolean]>([
  ['bedrock', {}, false],
  ['bedrock', { AWS_PROFILE: 'team' }, true],
  ['bedrock', { AWS_ACCESS_KEY_ID: 'k' }, false],
  ['bedrock', own, true],
  ['google-cloud', {}, false],
  ['google-cloud', { GOOGLE_APPLICATION_CREDENTIALS: '/file' }, true],
])('models of %s with %j are available: %s', async (provider, env, available) => {
  const { session } = await daemon({}, env);
  const { models } = await session.request('models/list', { provider });
  expect(models.find(({ id }) => id === `${provider}:*`)?.available).toBe(available);
});
