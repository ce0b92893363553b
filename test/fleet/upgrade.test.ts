import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { LOOP_VERSION } from '../../server/engine/steps/steps.ts';
import { slow } from '../support/time-limits.ts';
import { named, onStage, stepsOf } from './stage.ts';
import { query, recorded, until } from './world.ts';

const next = LOOP_VERSION + 1;
const each = 10;
const turns = 6;

onStage('a fleet that is being upgraded', 2 * each, (stage) => {
  let folder: string;
  /** The daemon of the next version of the loop. */
  let program: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'runwire-next-'));
    program = await buildNext(folder);
  }, slow);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** Runs by the versions of who recorded them and of the worker that has them, with how many of them ended. */
  const shares = async () =>
    (
      await query<{ shares: Record<string, { runs: number; ended: number }> }>(
        stage().url,
        `SELECT coalesce(json_object_agg(name, json_build_object('runs', runs, 'ended', ended)), '{}') AS shares FROM (
           SELECT format('%s by %s', r.head::json ->> 'loop', coalesce(e.loop::text, 'nobody')) AS name,
                  count(*) AS runs, count(r.outcome) AS ended
           FROM runwire.runs r JOIN dbos.workflow_status w ON w.workflow_uuid = r.workflow_id
           LEFT JOIN runwire.executors e ON e.id = w.executor_id AND w.status <> 'ENQUEUED'
           GROUP BY 1) s`,
      )
    ).shares;

  it('workers of two versions of the loop side by side each take their own runs, and those of their own dead', async () => {
    const { host, url, world } = stage();
    const nextHost = await stage().daemon({ program });
    // The worker of the next version passes over the older runs, which are before its own in the queue.
    await stage().worker({ program });
    await stage().start(named(each, 'old'), turns);
    await stage().start(named(each, 'new'), turns, { by: nextHost });
    await until(async () => (await stage().ended()) === each);
    expect(await shares()).toEqual({
      [`${LOOP_VERSION} by nobody`]: { runs: each, ended: 0 },
      [`${next} by ${next}`]: { runs: each, ended: each },
    });
    world.delayMs.model = 50;
    const victim = await stage().worker();
    const before = world.effects.times.length;
    await until(() => world.effects.times.length > before + 2 * each);
    expect(await stage().runsOf(victim)).toHaveLength(each);
    victim.child.kill('SIGKILL');
    // Its runs are left alone by the other one, which takes what comes meanwhile.
    await stage().start(named(2, 'late'), turns, { by: nextHost });
    await until(async () => (await stage().ended()) === each + 2);
    expect(await shares()).toMatchObject({ [`${next} by ${next}`]: { runs: each + 2, ended: each + 2 } });
    await stage().worker();
    await until(async () => (await stage().ended()) === 2 * each + 2);
    const taken = await shares();
    expect(taken).toEqual({
      [`${LOOP_VERSION} by ${LOOP_VERSION}`]: { runs: each, ended: each },
      [`${next} by ${next}`]: { runs: each + 2, ended: each + 2 },
    });
    const { steps, doubled, gaps } = await recorded(url);
    expect({ doubled, gaps, steps }).toEqual({ doubled: 0, gaps: 0, steps: stepsOf(2 * each + 2, turns) });
    // Who reads them is of either version.
    for (const [daemon, runId] of [
      [host, 'new-0'],
      [nextHost, 'old-0'],
    ] as const)
      expect((await daemon.request('run/wait', { runId })).result).toMatchObject({
        outcome: 'success',
        output: 'done',
      });
    process.stdout.write(`versions of the loop: ${JSON.stringify(taken)}\n`);
  });
});

/** Builds the program as it is once the loop has changed: from the same sources, but for the number of its version. */
async function buildNext(folder: string): Promise<string> {
  const root = new URL('../..', import.meta.url).pathname;
  for (const name of ['server', 'protocol', 'client-sample', 'package.json', 'tsconfig.json', 'LICENSE'])
    cpSync(join(root, name), join(folder, name), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  const steps = join(folder, 'server/engine/steps/steps.ts');
  const line = (version: number) => `export const LOOP_VERSION = ${version};\n`;
  const source = readFileSync(steps, 'utf8');
  if (!source.includes(line(LOOP_VERSION))) throw new Error('the version of the loop is written in another way');
  writeFileSync(steps, source.replace(line(LOOP_VERSION), line(next)));
  await promisify(execFile)(process.execPath, ['server/build.mjs', '--quiet'], { cwd: folder });
  return join(folder, 'dist/daemon/runwire.cjs');
}
