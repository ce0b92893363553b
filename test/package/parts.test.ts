import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { RunFailedError, type Runwire, startRunwire } from '../../protocol/node/index.ts';
import { providers } from '../../server/models/providers.ts';
import { daemonPath } from '../support/daemon.ts';

let folder: string;
let runwire: Runwire;

/** A daemon that was copied without any of its parts, on a machine that has keys for all providers. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'runwire-parts-'));
  cpSync(join(daemonPath, '..'), folder, { recursive: true });
  for (const name of readdirSync(folder)) if (name.startsWith('part-')) rmSync(join(folder, name));
  const keys = Object.fromEntries(providers.map(({ envVar }) => [envVar, 'key']));
  const addresses = Object.fromEntries(
    providers.flatMap(({ addressEnvVars = {}, needsAddress }) =>
      needsAddress ? Object.keys(addressEnvVars).map((name) => [name, 'http://127.0.0.1:9']) : [],
    ),
  );
  const env = { ...process.env, ...addresses, ...keys, RUNWIRE_NO_CODE_CACHE: '1' };
  runwire = await startRunwire({ command: [process.execPath, join(folder, 'runwire.cjs')], env });
});

afterAll(async () => {
  await runwire?.close();
  rmSync(folder, { recursive: true });
});

const ended = (model: Parameters<Runwire['run']>[0]['model']) =>
  runwire.run({ model, prompt: 'hi' }).catch((error: unknown) => error);

it.each(providers.map(({ name, example }) => `${name}:${example}`))(
  'names the part that is missing for %s',
  async (model) => {
    const baseUrl = model.startsWith('openai-compatible:') ? { baseUrl: 'http://127.0.0.1:9/v1' } : {};
    const error = await ended({ model, ...baseUrl });
    expect(error).toBeInstanceOf(RunFailedError);
    expect(error).toMatchObject({
      kind: 'model.unknown',
      message: expect.stringMatching(
        new RegExp(`^Model '${model}' needs the file 'part-[a-z-]+\\.cjs', which is missing\\. Copy it from `),
      ),
    });
  },
);

it('runs what needs no part', async () => {
  expect(await ended('test')).toMatchObject({ result: { outcome: 'success' } });
});
