import { once } from 'node:events';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { EngineError } from '../../../server/engine/errors.ts';
import { create } from '../../../server/models/ai-sdk/providers/openai-chat.ts';
import { completion, loopback, type Reply } from './loopback.ts';
import { callOf, promptOf, stillTiming, user, userRequest } from './support.ts';

const key = 'test-key-1234567890';
const prompt = promptOf([userRequest(user('a very private prompt'))]);

let close = async () => {};
afterEach(async () => {
  vi.unstubAllEnvs();
  await close();
  close = async () => {};
});

async function serve(...replies: Reply[]) {
  const server = await loopback(...replies);
  close = server.close;
  return server;
}

function modelAt(baseUrl: string, fields: object = {}) {
  const timing = stillTiming();
  const entry = { id: 'openai-chat:gpt-x', modelName: 'gpt-x', baseUrl, apiKey: key, ...fields };
  return { model: create(entry, { timing }), timing };
}

/** The error of one request. */
async function failure(baseUrl: string, fields: object = {}, signal?: AbortSignal): Promise<EngineError> {
  const { model } = modelAt(baseUrl, fields);
  return model.request(prompt, callOf(signal)).then(
    () => expect.fail('the request succeeded'),
    (error) => error,
  );
}

const shape = (error: EngineError) => ({ kind: error.kind, message: error.message, details: error.details });

const http = (status: number, retryable: boolean, body: unknown, details: object = {}) => ({
  kind: 'model.http',
  message: `status_code: ${status}, model_name: gpt-x, body: ${typeof body === 'string' ? body : JSON.stringify(body)}`,
  details: { provider: 'openai', status, retryable, ...(body === null ? {} : { body }), ...details },
});

const bad = { message: 'bad', type: 'invalid_request_error', param: null, code: 'x' };

const noAnswer = (body: object) => ({
  kind: 'model.api',
  message: 'The provider returned a body without a response.',
  details: { provider: 'openai', model: 'gpt-x', retryable: true, body },
});

const table: { name: string; reply: Reply; expected: object }[] = [
  { name: '400 shows the inner error', reply: { status: 400, body: { error: bad } }, expected: http(400, false, bad) },
  { name: '401 keeps its body', reply: { status: 401, body: { error: bad } }, expected: http(401, false, bad) },
  { name: '408 may be tried again', reply: { status: 408, body: { error: bad } }, expected: http(408, true, bad) },
  { name: '409 may be tried again', reply: { status: 409, body: { error: bad } }, expected: http(409, true, bad) },
  { name: '422 may not', reply: { status: 422, body: { error: bad } }, expected: http(422, false, bad) },
  {
    name: '429 says when',
    reply: { status: 429, headers: { 'retry-after': '7', 'x-request-id': 'req_1' }, body: { error: bad } },
    expected: http(429, true, bad, { retryAfterMs: 7_000, requestId: 'req_1' }),
  },
  {
    name: 'milliseconds come before seconds',
    reply: { status: 429, headers: { 'retry-after': '7', 'retry-after-ms': '1500' }, body: { error: bad } },
    expected: http(429, true, bad, { retryAfterMs: 1_500 }),
  },
  {
    name: 'a date counts from now',
    reply: { status: 503, headers: { 'retry-after': 'Thu, 01 Jan 2026 00:00:30 GMT' }, body: { error: bad } },
    expected: http(503, true, bad, { retryAfterMs: 30_000 }),
  },
  {
    name: 'the server knows better than the status',
    reply: { status: 500, headers: { 'x-should-retry': 'false' }, body: { error: bad } },
    expected: http(500, false, bad),
  },
  { name: 'an empty body', reply: { status: 500, body: '' }, expected: http(500, true, null) },
  {
    name: 'an error page',
    reply: { status: 502, headers: { 'content-type': 'text/html' }, body: '<h1>Bad Gateway</h1>' },
    expected: http(502, true, '<h1>Bad Gateway</h1>'),
  },
  {
    name: 'another shape of body',
    reply: { status: 404, body: { detail: 'no' } },
    expected: http(404, false, { detail: 'no' }),
  },
  {
    name: 'a redirect is not followed',
    reply: { status: 307, headers: { location: 'http://127.0.0.1:9/' }, body: '' },
    expected: http(307, false, null),
  },
  {
    name: 'a body that is cut off',
    reply: (response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
      response.write('{"id": "x"', () => response.destroy());
    },
    expected: {
      kind: 'model.api',
      message: 'The connection broke off.',
      details: { provider: 'openai', model: 'gpt-x', retryable: true },
    },
  },
  {
    name: 'a page instead of an answer',
    reply: { status: 200, body: '<html>login</html>' },
    expected: { kind: 'model.unexpectedBehavior', message: "Invalid response from openai for 'gpt-x'.", details: {} },
  },
  {
    name: 'an answer of another shape',
    reply: { status: 200, body: { choices: 'none' } },
    expected: noAnswer({ choices: 'none' }),
  },
  {
    name: 'an answer without choices',
    reply: { status: 200, body: { choices: [] } },
    expected: noAnswer({ choices: [] }),
  },
];

describe('errors of a provider', () => {
  it.each(table)('$name', async ({ reply, expected }) => {
    const server = await serve(reply);
    const error = await failure(server.url);
    expect(error).toBeInstanceOf(EngineError);
    expect(shape(error)).toEqual(expected);
  });

  it('reports a closed port as a connection failure that may be tried again', async () => {
    const server = await serve({ status: 200 });
    await server.close();
    close = async () => {};
    const error = await failure(server.url);
    expect(error.kind).toBe('model.api');
    expect(error.message).toContain('ECONNREFUSED');
    expect(error.details).toEqual({ provider: 'openai', model: 'gpt-x', retryable: true });
  });

  it('shows neither keys, nor credential headers, nor the prompt', async () => {
    const echo = {
      message: `Incorrect key ${key}, ghost-value, Bearer abc.def, other-ghost`,
      also: 'sk-abcdefghijklmnopqrstuv',
    };
    const server = await serve({ status: 401, body: { error: echo } });
    const error = await failure(server.url, {
      headers: { 'X-Api-Key': 'ghost-value' },
      settings: { extra_headers: { 'x-token': 'other-ghost' } },
    });
    const shown = JSON.stringify(shape(error));
    expect(error.details.body).toEqual({
      message: 'Incorrect key [redacted], [redacted], Bearer [redacted], [redacted]',
      also: '[redacted]',
    });
    for (const secret of [key, 'ghost', 'abc.def', 'sk-abc', 'private prompt']) expect(shown).not.toContain(secret);
  });

  it('leaves a dummy key alone', async () => {
    const server = await serve({ status: 400, body: { error: { message: 'a test failed' } } });
    const error = await failure(server.url, { apiKey: 'test' });
    expect(error.details.body).toEqual({ message: 'a test failed' });
  });

  it('cuts a body that repeats the whole request', async () => {
    const server = await serve({ status: 400, body: { error: { message: 'x'.repeat(100_000) } } });
    const error = await failure(server.url);
    expect(error.message.length).toBeLessThan(4_300);
    expect(String(error.details.body).length).toBeLessThan(4_300);
  });
});

describe('keys and addresses', () => {
  it('misses the key without asking anyone, whatever the environment holds', async () => {
    vi.stubEnv('OPENAI_API_KEY', 'sk-of-the-operator');
    const server = await serve({ status: 200, body: completion() });
    const error = await failure(server.url, { apiKey: null, apiKeyEnv: 'MY_KEY' });
    expect(shape(error)).toEqual({
      kind: 'auth.missing',
      message: "No API key for 'openai': set the `MY_KEY` environment variable.",
      details: { provider: 'openai', envVar: 'MY_KEY' },
    });
    expect(server.seen).toEqual([]);
  });

  it('sends an empty key as none, not that of the environment', async () => {
    vi.stubEnv('OPENAI_API_KEY', 'sk-of-the-operator');
    const server = await serve({ status: 200, body: completion() });
    await modelAt(server.url, { apiKey: '' }).model.request(prompt, callOf());
    expect(JSON.stringify(server.seen)).not.toContain('sk-of-the-operator');
  });

  it('goes to the given address, with its headers, past OPENAI_BASE_URL', async () => {
    vi.stubEnv('OPENAI_BASE_URL', 'http://127.0.0.1:9/v1');
    const server = await serve({ status: 200, body: completion() });
    const { model } = modelAt(`${server.url}/`, { headers: { 'x-team': 'blue' } });
    const { response } = await model.request(prompt, callOf());
    const [request] = server.seen;
    expect(request).toMatchObject({ method: 'POST', url: '/v1/chat/completions' });
    expect(request?.headers).toMatchObject({
      authorization: `Bearer ${key}`,
      'x-team': 'blue',
      'idempotency-key': expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(response.provider_url).toBe(`${server.url}/`);
  });

  it('goes to OpenAI when no address is given, past OPENAI_BASE_URL', async () => {
    vi.stubEnv('OPENAI_BASE_URL', 'http://127.0.0.1:9/v1');
    const urls: string[] = [];
    const fetch: typeof globalThis.fetch = async (url) => {
      urls.push(String(url));
      return Response.json(completion());
    };
    await create({ id: 'openai-chat:gpt-x', modelName: 'gpt-x', apiKey: key }, { fetch }).request(prompt, callOf());
    expect(urls).toEqual(['https://api.openai.com/v1/chat/completions']);
  });
});

describe('what cannot be sent', () => {
  const id = "'openai-chat:gpt-x'";
  const credentials = `The \`baseUrl\` of ${id} must not contain credentials, a query or a fragment. Pass credentials in \`headers\` as {"secret": "NAME"}, or as the API key of the provider.`;
  it.each([
    [{ apiKey: 'secret\nvalue' }, `The API key of ${id} contains characters that are not allowed in a header.`],
    [{ apiKey: 'secret-€' }, `The API key of ${id} contains characters that are not allowed in a header.`],
    [
      { headers: { 'bad name': 'secret' } },
      `The header 'bad name' of ${id} is not valid: its name or value contains characters that are not allowed.`,
    ],
    [
      { headers: { 'x-key': 'secret\nvalue' } },
      `The header 'x-key' of ${id} is not valid: its name or value contains characters that are not allowed.`,
    ],
    [
      { settings: { extra_headers: { 'x-a': 'secret\n1' } } },
      `The header 'x-a' of ${id} is not valid: its name or value contains characters that are not allowed.`,
    ],
    [{ baseUrl: 'secret' }, `The \`baseUrl\` of ${id} is not an http or https URL.`],
    [{ baseUrl: '' }, `The \`baseUrl\` of ${id} is not an http or https URL.`],
    [{ baseUrl: 'file:///secret' }, `The \`baseUrl\` of ${id} is not an http or https URL.`],
    [{ baseUrl: 'http://user:secret@x.test/v1' }, credentials],
    [{ baseUrl: 'http://x.test/v1?key=secret' }, credentials],
  ])('%j is refused without being quoted', async (fields, message) => {
    const error = await failure('http://127.0.0.1:9/v1', fields);
    expect(shape(error)).toEqual({ kind: 'run.invalid', message, details: {} });
  });
});

describe('an aborted request', () => {
  it('rejects with the reason of the signal and closes the connection', async () => {
    const controller = new AbortController();
    const reason = new Error('the run was cancelled');
    let closed: Promise<unknown> = Promise.reject(new Error('no request came'));
    closed.catch(() => {});
    const server = await serve((response) => {
      closed = once(response, 'close');
      controller.abort(reason);
    });
    expect(await failure(server.url, {}, controller.signal)).toBe(reason);
    await closed;
    expect(server.seen).toHaveLength(1);
  });

  it('rejects with that reason, too, when the answer has begun', async () => {
    const controller = new AbortController();
    const reason = new Error('the run was cancelled');
    const server = await serve((response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
      response.write('{"id": "x"');
    });
    // The package reports an abort with a reason of one's own as a failed answer.
    const fetch: typeof globalThis.fetch = async (url, init) => {
      const response = await globalThis.fetch(url, init);
      queueMicrotask(() => controller.abort(reason));
      return response;
    };
    const entry = { id: 'openai-chat:gpt-x', modelName: 'gpt-x', baseUrl: server.url, apiKey: key };
    const request = create(entry, { fetch, timing: stillTiming() }).request(prompt, callOf(controller.signal));
    await expect(request).rejects.toBe(reason);
  });

  it('does not ask at all when it is aborted before', async () => {
    const server = await serve({ status: 200, body: completion() });
    const reason = new Error('too late');
    expect(await failure(server.url, {}, AbortSignal.abort(reason))).toBe(reason);
    expect(server.seen).toEqual([]);
  });
});

describe('the setting `timeout`', () => {
  it('ends each attempt with an error that may be tried again', async () => {
    const server = await serve(() => {}); // never answers
    const timing = stillTiming();
    const { waits } = timing;
    const alarm = (ms: number, ring: () => void) => {
      waits.push(ms);
      setImmediate(ring);
      return { restart() {}, stop() {} };
    };
    const entry = { id: 'openai-chat:gpt-x', modelName: 'gpt-x', baseUrl: server.url, apiKey: key };
    const model = create({ ...entry, settings: { timeout: 2.5 } }, { timing: { ...timing, alarm } });
    const error = await model.request(prompt, callOf()).catch((thrown) => thrown);
    expect(shape(error)).toEqual({
      kind: 'model.api',
      message: 'Request timed out.',
      details: { provider: 'openai', model: 'gpt-x', retryable: true },
    });
    expect(waits).toEqual([2_500, 500, 2_500, 1_000, 2_500]);
  });
});
