import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { loopback, type Reply } from '../models/ai-sdk/loopback.ts';
import { Daemon } from '../support/daemon.ts';

const folder = mkdtempSync(join(tmpdir(), 'credentials-'));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
function fileOf(text: string): string {
  const file = join(folder, `file-${files++}`);
  writeFileSync(file, text);
  return file;
}

/** What the built daemon says of a run on a machine with the given environment, and what it wrote to stderr. */
async function failure(model: string, env: NodeJS.ProcessEnv) {
  const none = Object.fromEntries(
    Object.keys(process.env)
      .filter((name) => /^(AWS|GOOGLE|GEMINI|GCE|CLOUDSDK)_/.test(name))
      .map((name) => [name, undefined]),
  );
  const daemon = new Daemon({ env: { ...none, HOME: folder, ...env } });
  await daemon.initialize({ initializationOptions: { callbacks: [] } });
  const { result } = await daemon.request('run/start', { model, prompt: 'hi', wait: true });
  await daemon.request('shutdown');
  daemon.send({ method: 'exit' });
  await daemon.exited;
  return { error: (result as { error?: { message: string; data: { kind: string } } }).error, stderr: daemon.stderr };
}

const endless: Reply = (response) => {
  const writing = setInterval(() => response.write('x'.repeat(65_536)), 1);
  response.once('close', () => clearInterval(writing));
};

const bedrock = 'bedrock:us.anthropic.claude-sonnet-4-5-20250929-v1:0';

it.each<[string, Reply, RegExp]>([
  ['redirects', { status: 307, headers: { location: 'http://169.254.0.1/' } }, /redirects are not followed/],
  ['answers for ever', endless, /more than 262144 bytes/],
  ['is silent', () => undefined, /did not answer within 2000 ms/],
])('a metadata service that %s ends the run, not the daemon', async (_name, reply, reason) => {
  const server = await loopback(reply);
  const endpoint = new URL(server.url).origin;
  const { error, stderr } = await failure(bedrock, { AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint });
  await server.close();
  expect(error?.data.kind).toBe('auth.missing');
  expect(error?.message).toMatch(reason);
  expect(server.seen.map(({ method, url }) => `${method} ${url}`)).toEqual(['PUT /latest/api/token']);
  expect(stderr).toBe('');
});

// Each is refused by a library or a part of the bundle that such a run alone loads, before anything is sent.
it.each<[string, string, () => NodeJS.ProcessEnv, RegExp]>([
  [
    'a profile without a session',
    bedrock,
    () => ({
      AWS_PROFILE: 'sso',
      AWS_CONFIG_FILE: fileOf(
        '[profile sso]\nsso_start_url=https://x.test\nsso_region=us-east-1\nsso_account_id=1\nsso_role_name=r\n',
      ),
    }),
    /The SSO session associated with this profile is invalid/,
  ],
  [
    'a token service elsewhere',
    bedrock,
    () => ({
      AWS_WEB_IDENTITY_TOKEN_FILE: fileOf('canary-token'),
      AWS_ROLE_ARN: 'arn:aws:iam::123456789012:role/r',
      AWS_ENDPOINT_URL_STS: 'https://evil.test',
    }),
    /names 'evil\.test', and tokens are only sent to hosts of AWS/,
  ],
  [
    'a file of another kind',
    'google-cloud:gemini-3-flash-preview',
    () => ({ GOOGLE_APPLICATION_CREDENTIALS: fileOf('{"type": "gdch_service_account", "project_id": "p"}') }),
    /credentials of type 'gdch_service_account', which is not supported/,
  ],
  [
    'a key that cannot sign',
    'google-cloud:gemini-3-flash-preview',
    () => ({
      GOOGLE_APPLICATION_CREDENTIALS: fileOf(
        '{"type": "service_account", "project_id": "p", "client_email": "a@b", "private_key": "canary-key"}',
      ),
    }),
    /No credentials for 'google-cloud': /,
  ],
])('%s ends the run with what to do, and nothing on stderr', async (_name, model, env, reason) => {
  const { error, stderr } = await failure(model, env());
  expect(error?.data.kind).toBe('auth.missing');
  expect(error?.message).toMatch(reason);
  expect(error?.message).toMatch(/before the daemon starts/);
  expect(JSON.stringify(error)).not.toContain('canary');
  expect(stderr).toBe('');
});
