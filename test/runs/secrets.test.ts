import { afterEach, describe, expect, it } from 'vitest';
import type { CallbackParamsOf } from '../../protocol/catalogue.ts';
import { providers } from '../../server/models/providers.ts';
import { completion, loopback, type Reply } from '../models/ai-sdk/loopback.ts';
import { openSession, type RunParams, type TestSession } from '../support/session.ts';

type SecretParams = CallbackParamsOf<'secret/get'>;
type Options = NonNullable<Parameters<typeof openSession>[0]>;

const ok: Reply = { status: 200, body: completion() };
const refused: Reply = { status: 401, body: { error: { message: 'wrong key' } } };

const opened: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});

async function provider(...replies: Reply[]) {
  const server = await loopback(...replies);
  opened.push(server);
  return server;
}

/** A session whose host answers from a list, null when that is over. */
async function host(
  answers: unknown[],
  deps: Options['deps'] = {},
): Promise<{ session: TestSession; requested: SecretParams[] }> {
  const requested: SecretParams[] = [];
  const left = [...answers];
  const secretGet = (params: SecretParams) => {
    requested.push(params);
    return left.shift() ?? null;
  };
  const session = await openSession({ serve: { 'secret/get': secretGet }, deps });
  opened.push(session);
  return { session, requested };
}

const at = (baseUrl: string, fields: object = {}): RunParams => ({
  prompt: 'hi',
  stream: false,
  model: { model: 'openai-chat:gpt-x', baseUrl, ...fields },
});

const keysOf = (server: { seen: { headers: Record<string, unknown> }[] }) =>
  server.seen.map(({ headers }) => headers.authorization);

describe('a key the environment lacks', () => {
  it('is requested from the host once for a connection, by name, provider and address', async () => {
    const server = await provider(ok);
    const { session, requested } = await host([{ value: 'key-of-the-host' }]);
    await session.run({ ...at(server.url), runId: 'r1' });
    await session.run(at(server.url));
    expect(requested).toEqual([
      expect.objectContaining({
        runId: 'r1',
        runStep: 1,
        name: 'OPENAI_API_KEY',
        provider: 'openai-chat',
        baseUrl: server.url,
      }),
    ]);
    expect(keysOf(server)).toEqual(['Bearer key-of-the-host', 'Bearer key-of-the-host']);
  });

  it('is requested once by runs that begin together', async () => {
    const server = await provider(ok);
    const { session, requested } = await host([{ value: 'key-of-the-host' }]);
    await Promise.all([session.run(at(server.url)), session.run(at(server.url)), session.run(at(server.url))]);
    expect(requested).toHaveLength(1);
    expect(server.seen).toHaveLength(3);
  });

  it('is requested by the run that waits when the one that requested it is cancelled', async () => {
    const server = await provider(ok);
    const requested: SecretParams[] = [];
    const session = await openSession({
      serve: {
        'secret/get': (params, signal) => {
          requested.push(params);
          if (requested.length > 1) return { value: 'key-of-the-host' };
          return new Promise((resolve) => signal.addEventListener('abort', () => resolve(null)));
        },
      },
    });
    opened.push(session);
    const first = session.run({ ...at(server.url), runId: 'first' });
    await expect.poll(() => requested.length).toBe(1);
    const second = session.run({ ...at(server.url), runId: 'second' });
    await expect.poll(() => session.events.get('second')?.length).toBe(2);
    await session.request('run/cancel', { runId: 'first' });
    expect(await first).toMatchObject({ outcome: 'cancelled' });
    expect(await second).toMatchObject({ outcome: 'success' });
    expect(requested.map(({ runId }) => runId)).toEqual(['first', 'second']);
  });

  it.each([
    ['null', null],
    ['an empty object, as hosts write that drop nulls', {}],
    ['an empty list, as hosts write an empty object', []],
    ['an empty value', { value: '' }],
  ])('ends the run before any request when the host answers %s', async (_name, answer) => {
    const server = await provider(ok);
    const { session } = await host([answer]);
    expect((await session.run(at(server.url))).error).toEqual({
      code: 1410,
      message:
        "The environment variable OPENAI_API_KEY is not set, and the host returned no secret (secret/get), so there is no API key for 'openai-chat'. Set it before the daemon starts.",
      data: { kind: 'auth.missing', envVar: 'OPENAI_API_KEY', provider: 'openai-chat' },
    });
    expect(server.seen).toEqual([]);
  });

  it('ends the run in the same way when the host does not serve the callback after all', async () => {
    const session = await openSession();
    opened.push(session);
    const { error } = await session.run({ model: 'openai-chat:gpt-x', prompt: 'hi' });
    expect(error?.data).toMatchObject({ kind: 'auth.missing', envVar: 'OPENAI_API_KEY' });
  });

  it.each(['canary-4711-plain', { value: 4711 }, ['canary-4711'], { value: 'canary-4711', scope: 'everyone' }])(
    'never quotes the bad answer %j',
    async (answer) => {
      const { session } = await host([answer]);
      const { error } = await session.run(at('http://127.0.0.1:9/v1'));
      expect(error).toMatchObject({
        message: `secret/get for 'OPENAI_API_KEY' returned neither {"value": "…", "scope"?: "connection" or "run"} nor null.`,
      });
      expect(JSON.stringify([error, ...session.events])).not.toContain('4711');
    },
  );
});

describe('the keys of several users over one connection', () => {
  /** A host that answers with the key of the user a run belongs to. */
  async function users(answer: (user: string, count: number) => unknown, ...replies: Reply[]) {
    const server = await provider(...replies, ok);
    const requested: string[] = [];
    const session = await openSession({
      serve: {
        'secret/get': ({ deps }) => {
          const { user } = deps as { user: string };
          requested.push(user);
          return answer(user, requested.length);
        },
      },
    });
    opened.push(session);
    const run = (user: string) => session.run({ ...at(server.url), deps: { user } });
    return { server, requested, run };
  }

  it('serve their own runs alone, one after another and at once', async () => {
    const { server, requested, run } = await users((user) => ({ value: `key-of-${user}`, scope: 'run' }));
    await run('ann');
    await run('bob');
    await Promise.all(['cid', 'dan', 'eve', 'cid'].map(run));
    expect(keysOf(server).slice(0, 2)).toEqual(bearers('ann', 'bob'));
    expect(keysOf(server).slice(2).sort()).toEqual(bearers('cid', 'cid', 'dan', 'eve'));
    expect(requested).toEqual(['ann', 'bob', 'cid', 'dan', 'eve', 'cid']);
  });

  it('are never shared with who waits for the first answer', async () => {
    const { server, run } = await users((user) => ({ value: `key-of-${user}`, scope: 'run' }));
    await Promise.all(['ann', 'bob', 'cid'].map(run));
    expect(keysOf(server).sort()).toEqual(bearers('ann', 'bob', 'cid'));
  });

  it('are requested again by the run whose key was refused, and the others keep theirs', async () => {
    const answers = (user: string, count: number) => ({ value: `key-${count}-of-${user}`, scope: 'run' });
    const { server, requested, run } = await users(answers, refused);
    expect((await run('ann')).outcome).toBe('success');
    await run('bob');
    expect(requested).toEqual(['ann', 'ann', 'bob']);
    expect(keysOf(server)).toEqual(['Bearer key-1-of-ann', 'Bearer key-2-of-ann', 'Bearer key-3-of-bob']);
  });

  const bearers = (...names: string[]) => names.map((name) => `Bearer key-of-${name}`);
});

describe('a server that may want no key', () => {
  const model = (baseUrl: string) => ({ ...at(baseUrl), model: { model: 'openai-compatible:m', baseUrl } });

  it('gets a request without a key first, and with that of the host once it refused', async () => {
    const server = await provider(refused, ok);
    const { session, requested } = await host([{ value: 'key-of-the-host' }]);
    expect((await session.run(model(server.url))).outcome).toBe('success');
    expect(requested).toEqual([
      expect.objectContaining({ name: 'OPENAI_COMPATIBLE_API_KEY', optional: true, baseUrl: server.url }),
    ]);
    expect(keysOf(server)).toEqual([undefined, 'Bearer key-of-the-host']);
    await session.run(model(server.url));
    expect(keysOf(server).at(-1)).toBe('Bearer key-of-the-host');
    expect(requested).toHaveLength(1);
  });

  it.each(providers.filter(({ keyOptional }) => keyOptional).map(({ name }) => name))(
    'is %s: its key is not requested from the host as long as it responds without',
    async (name) => {
      const server = await provider(ok);
      const { session, requested } = await host([{ value: 'key-of-the-host' }]);
      const model = { model: `${name}:m`, baseUrl: server.url };
      expect((await session.run({ ...at(server.url), model })).outcome).toBe('success');
      expect(requested).toEqual([]);
      expect(keysOf(server)).toEqual([undefined]);
    },
  );

  it('gets the key that its specification names', async () => {
    const server = await provider(ok);
    const { session, requested } = await host([{ value: 'key-of-the-host' }], { allowEnv: new Set(['TEAM_KEY']) });
    await session.run({ ...at(server.url), model: { model: 'ollama:m', baseUrl: server.url, apiKeyEnv: 'TEAM_KEY' } });
    expect(requested).toEqual([expect.objectContaining({ name: 'TEAM_KEY', provider: 'ollama', baseUrl: server.url })]);
    expect(keysOf(server)).toEqual(['Bearer key-of-the-host']);
  });

  it('gets requests without a key for a host that does not serve the callback', async () => {
    const server = await provider(ok);
    const session = await openSession({ initialize: { initializationOptions: { callbacks: [] } } });
    opened.push(session);
    expect((await session.run(model(server.url))).outcome).toBe('success');
  });

  it('gets requests without a key when there is none', async () => {
    const server = await provider(ok);
    const { session } = await host([null], { env: { OPENAI_COMPATIBLE_API_KEY: 'standard-key' } });
    expect((await session.run(model(server.url))).outcome).toBe('success');
    expect(JSON.stringify(keysOf(server))).not.toContain('key');
  });
});

describe('a key that was refused', () => {
  it('is requested again, and the request is repeated with the new one', async () => {
    const server = await provider(refused, ok);
    const { session, requested } = await host([{ value: 'stale-key-1' }, { value: 'fresh-key-2' }]);
    const result = await session.run(at(server.url));
    expect(result.outcome).toBe('success');
    expect(requested).toHaveLength(2);
    expect(keysOf(server)).toEqual(['Bearer stale-key-1', 'Bearer fresh-key-2']);
    const attempts = session.events
      .get(result.runId)
      ?.filter(({ event }) => event.event_kind === 'model_request_started');
    expect(attempts).toMatchObject([
      { event: { attempt: 1 } },
      { event: { attempt: 2, status: 401, reason: expect.stringContaining('wrong key') } },
    ]);
    await session.run(at(server.url));
    expect(keysOf(server).at(-1)).toBe('Bearer fresh-key-2');
  });

  it.each([
    ['the same', { value: 'stale-key-1' }],
    ['nothing', null],
  ])('is told as it is when the host gives %s again', async (_name, second) => {
    const server = await provider(refused);
    const { session } = await host([{ value: 'stale-key-1' }, second]);
    const { error } = await session.run(at(server.url));
    expect(error?.data).toMatchObject({ kind: 'model.http', status: 401 });
    expect(server.seen).toHaveLength(1);
  });

  it('is not requested from the host when it came from the environment', async () => {
    const server = await provider(refused);
    const { session, requested } = await host([], {
      env: { MY_KEY: 'key-of-the-operator' },
      allowEnv: new Set(['MY_KEY']),
    });
    const { error } = await session.run(at(server.url, { apiKeyEnv: 'MY_KEY' }));
    expect(error?.data).toMatchObject({ kind: 'model.http', status: 401 });
    expect(requested).toEqual([]);
  });
});

describe('a key of the environment', () => {
  const env = { OPENAI_API_KEY: 'standard-key', MY_KEY: 'key-for-the-proxy', OTHER: 'private' };
  const allowEnv = new Set(['MY_KEY']);

  it('goes to an address of the client only when the operator allows its variable', async () => {
    const server = await provider(ok);
    const { session, requested } = await host([], { env, allowEnv });
    await session.run(at(server.url, { apiKeyEnv: 'MY_KEY' }));
    expect(keysOf(server)).toEqual(['Bearer key-for-the-proxy']);
    expect(requested).toEqual([]);
  });

  it.each([
    ['the standard variable, unnamed', {}],
    ['the standard variable, by name', { apiKeyEnv: 'OPENAI_API_KEY' }],
    ['any other variable', { apiKeyEnv: 'OTHER' }],
    ['the standard variable in a header', { apiKeyEnv: 'MY_KEY', headers: { 'x-key': { secret: 'OPENAI_API_KEY' } } }],
    ['any other variable in a header', { apiKeyEnv: 'MY_KEY', headers: { 'x-key': { secret: 'OTHER' } } }],
  ])('stays here when it is %s', async (_name, fields) => {
    const server = await provider(ok);
    const { session } = await host([], { env, allowEnv });
    const outcome = await session.run(at(server.url, fields)).catch((error) => error.data);
    expect(outcome.kind ?? outcome.error.data.kind).toMatch(/^(run\.invalid|auth\.missing)$/);
    expect(server.seen).toEqual([]);
  });

  it.each([
    ['the environment', { apiKeyEnv: 'MY_KEY' }, { env: { MY_KEY: 'canary-key-4711\n' }, allowEnv }],
    ['the host', {}, {}],
  ])('may end in a newline in %s, and is blotted out all the same', async (_name, fields, deps) => {
    const server = await provider({ status: 400, body: { error: 'not for canary-key-4711' } });
    const { session } = await host([{ value: 'canary-key-4711\n' }], deps);
    const { error } = await session.run(at(server.url, fields));
    expect(keysOf(server)).toEqual(['Bearer canary-key-4711']);
    expect(error?.message).toContain('not for [redacted]');
    expect(JSON.stringify(error)).not.toContain('canary');
  });

  it('is no key of another provider', async () => {
    const { session } = await host([], { env: { GROQ_API_KEY: 'of-another' } });
    const model = { model: 'openai-chat:gpt-x', apiKeyEnv: 'GROQ_API_KEY' };
    expect(await session.refusal('run/start', { model, prompt: 'hi' })).toMatchObject({
      message:
        "'GROQ_API_KEY' is not a variable of the provider of 'openai-chat:gpt-x', so the operator must allow it. Start the daemon with `--allow-env GROQ_API_KEY`, or omit `apiKeyEnv` and serve secret/get.",
      data: { kind: 'run.invalid' },
    });
  });
});

describe('a header that is a credential', () => {
  it('is named, and found where keys are', async () => {
    const server = await provider(ok);
    const deps = { env: { MY_KEY: 'k', GATE: 'semaphore-of-env' }, allowEnv: new Set(['MY_KEY', 'GATE']) };
    const { session, requested } = await host([{ value: 'team-of-host' }], deps);
    const headers = { 'x-gate': { secret: 'GATE' }, 'x-team': { secret: 'TEAM' }, 'x-plain': 'blue' };
    await session.run(at(server.url, { apiKeyEnv: 'MY_KEY', headers }));
    expect(requested).toEqual([
      expect.objectContaining({ name: 'TEAM', provider: 'openai-chat', baseUrl: server.url }),
    ]);
    expect(server.seen[0]?.headers).toMatchObject({
      'x-gate': 'semaphore-of-env',
      'x-team': 'team-of-host',
      'x-plain': 'blue',
    });
  });

  it.each<[string, object, object?]>([
    ['headers', { headers: { Authorization: 'Bearer canary-1234' } }],
    ['settings of the run', {}, { modelSettings: { extra_headers: { cookie: 'canary-1234' } } }],
    ['headers for AWS', { headers: { 'X-Amz-Security-Token': 'canary-1234' } }],
    ['settings of the model', { settings: { extra_headers: { 'X-Api-Key': 'canary-1234' } } }],
  ])('is refused in plain %s', async (_name, fields, params = {}) => {
    const { session } = await host([]);
    const error = await session.refusal('run/start', { ...at('http://127.0.0.1:9/v1', fields), ...params });
    expect(error.data.kind).toBe('run.invalid');
    expect(error.message).toMatch(/is a credential. Pass it in `headers` of the model as {"secret": "NAME"}/);
    expect(JSON.stringify(error)).not.toContain('canary');
  });
});

it('a token of Microsoft Entra ID that has expired is requested again, and the request is repeated with the new one', async () => {
  const server = await provider(refused, ok);
  const tokens = ['eyJhbGciOiJub25lIn0.eyJleHAiOjF9.c3RhbGU', 'eyJhbGciOiJub25lIn0.eyJleHAiOjJ9.ZnJlc2g'];
  const { session, requested } = await host(tokens.map((value) => ({ value })));
  const result = await session.run({ ...at(server.url), model: { model: 'azure-chat:gpt', baseUrl: server.url } });
  expect(result.outcome).toBe('success');
  expect(requested.map(({ name, provider }) => [name, provider])).toEqual([
    ['AZURE_OPENAI_API_KEY', 'azure-chat'],
    ['AZURE_OPENAI_API_KEY', 'azure-chat'],
  ]);
  expect(keysOf(server)).toEqual(tokens.map((token) => `Bearer ${token}`));
  expect(server.seen.map(({ headers }) => headers['api-key'])).toEqual([undefined, undefined]);
});

describe('an address that holds credentials', () => {
  it.each([
    'http://user:canary-1234@127.0.0.1:9/v1',
    'http://canary-1234@127.0.0.1:9/v1',
    'http://127.0.0.1:9/v1?key=canary-1234',
    'http://127.0.0.1:9/v1#canary-1234',
    'ftp://canary-1234',
    'canary-1234',
  ])('is refused at the start, without being quoted: %s', async (baseUrl) => {
    const { session } = await host([]);
    for (const error of [
      await session.refusal('run/start', at(baseUrl)),
      await session.refusal('agent/register', { name: 'a', model: { model: 'openai-chat:m', baseUrl } }),
    ]) {
      expect(error.data.kind).toBe('run.invalid');
      expect(error.message).toMatch(/^The `baseUrl` of 'openai-chat:(?:gpt-x|m)' (?:must not contain|is not an http)/);
      expect(JSON.stringify(error)).not.toContain('canary');
    }
  });
});

describe('a secret of the host', () => {
  const key = 'canary-"of/the+host"-0123456789';
  const basic = Buffer.from(`user:${key}`).toString('base64');
  const echo = `${key} ${encodeURIComponent(key)} ${basic}`;

  it.each([true, false])('is in no answer that succeeds, with streaming %s', async (stream) => {
    const whole = completion({ content: echo, tool_calls: [], reasoning_content: echo });
    const chunk = (delta: object, finish_reason: string | null = null) => ({
      id: echo,
      created: 1,
      model: echo,
      choices: [{ index: 0, delta, finish_reason }],
    });
    const pieces7 = echo.match(/.{1,7}/gs) ?? [];
    const thought = pieces7.map((reasoning_content) => chunk({ reasoning_content }));
    const chunks = [...thought, ...pieces7.map((content) => chunk({ content }))];
    const events = [...chunks, chunk({}, 'stop')].map((one) => `data: ${JSON.stringify(one)}\n\n`).join('');
    const reply: Reply = stream
      ? { status: 200, headers: { 'content-type': 'text/event-stream' }, body: `${events}data: [DONE]\n\n` }
      : { status: 200, body: whole };
    const server = await provider(reply);
    const { session } = await host([{ value: key }]);
    const pieces: unknown[] = [];
    session.pair.client.onNotification('run/delta', (params: unknown) => void pieces.push(params));
    const result = await session.run({ ...at(server.url), stream, include: ['messages'], deltas: 'all' });
    expect(result.outcome).toBe('success');
    expect(result.output).toContain('[redacted]');
    const shown = JSON.stringify([result, [...session.events], pieces]);
    expect(shown).not.toMatch(/of\/the|0123456789|of%2Fthe/);
    expect(shown).not.toContain(basic.slice(8, 24));
  });
});
