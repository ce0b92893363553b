import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, it } from 'vitest';

/** The warm-up fills what is bounded: finished runs, ids that are remembered, secrets. */
const runs = Number(process.env.HEAP_RUNS ?? 100_000);
const warmUp = 12_000;
const mostBytes = 64;
const minutes = 45;
const seed = Number(process.env.HEAP_SEED ?? 1);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'runwire-heap-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

it.skipIf(!process.env.RUNWIRE_THOROUGH)(
  `leaves the heap flat after ${runs} runs of all kinds (needs RUNWIRE_THOROUGH: it takes minutes)`,
  async () => {
    const script = join(folder, 'main.mjs');
    await build({
      entryPoints: [new URL('main.ts', import.meta.url).pathname],
      outfile: script,
      bundle: true,
      platform: 'node',
      target: 'node20',
      format: 'esm',
      // Some packages are CommonJS and require parts of Node.
      banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
      logLevel: 'warning',
    });
    const args = ['--expose-gc', script, String(runs), String(warmUp), String(seed)];
    const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: minutes * 60_000 });
    const { bytesPerRun, heap, health } = JSON.parse(stdout);
    expect(Math.abs(bytesPerRun), `seed ${seed}, heap ${heap}`).toBeLessThanOrEqual(mostBytes);
    expect(health).toMatchObject({
      runs: { active: 0, queued: 0 },
      callbacks: { open: 0 },
      agents: 0,
      heldBytes: { agents: 0, openRuns: 0, steering: 0 },
      requests: { waiting: 0 },
    });
  },
  minutes * 60_000,
);
