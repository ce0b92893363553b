import { afterEach, expect, it } from 'vitest';
import { ResponseError } from 'vscode-jsonrpc/node';
import { RunwireClient } from '../../protocol/client/index.ts';
import { completion, loopback } from '../models/ai-sdk/loopback.ts';
import { type Pair, startPair } from '../support/pair.ts';

let pair: Pair;
let server: Awaited<ReturnType<typeof loopback>>;
afterEach(async () => {
  await pair.close();
  await server.close();
});

async function clientWith(options: ConstructorParameters<typeof RunwireClient>[1] = {}): Promise<RunwireClient> {
  server = await loopback({ status: 200, body: completion() });
  pair = startPair();
  const client = new RunwireClient(pair.client, {
    makeError: (code, message) => new ResponseError(code, message),
    ...options,
  });
  pair.client.listen();
  await client.initialize();
  return client;
}

const spec = () => ({
  prompt: 'hi',
  stream: false,
  model: { model: 'openai-chat:gpt-x', baseUrl: server.url, headers: { 'x-team': { secret: 'TEAM' } } },
});

it('answers secret/get from the handler of the run, else from that of the client', async () => {
  const client = await clientWith({ secret: ({ name }) => `client-${name}` });
  await (await client.start(spec(), { secret: async ({ name }) => (name === 'TEAM' ? 'run-team' : `run-${name}`) }))
    .result;
  expect(server.seen[0]?.headers).toMatchObject({ authorization: 'Bearer run-OPENAI_API_KEY', 'x-team': 'run-team' });
  const other = { ...spec(), model: { ...spec().model, headers: { 'x-other': { secret: 'OTHER' } } } };
  await (await client.start(other)).result;
  expect(server.seen[1]?.headers).toMatchObject({ 'x-other': 'client-OTHER' });
});

it('has no secret without a handler, which ends the run as a missing key does', async () => {
  const client = await clientWith();
  const result = await (await client.start(spec())).result;
  expect(result.error?.data).toMatchObject({ kind: 'auth.missing', envVar: 'OPENAI_API_KEY' });
  expect(server.seen).toEqual([]);
});
