import fs from 'node:fs';
import { LOOP_VERSION } from '../../engine/steps/steps.ts';
import { fileName, type RunRef } from '../../store/names.ts';
import type { RunStore } from '../../store/run-store.ts';
import type { Store } from '../../store/store.ts';
import { exitCode } from '../exit-code.ts';
import { UsageError } from '../options.ts';
import { writeJson } from '../output.ts';
import { textTable } from '../table.ts';
import type { StoreDesk } from './store-desk.ts';

/** Something about a run that its reader should know. `wrong`: a part of it is lost. */
interface Finding {
  readonly state: 'wrong' | 'hint';
  readonly run: string;
  readonly found: string;
}

/** `runwire store verify`: reads every run to its end. */
export async function verifyRuns({ store, folder, stdout, isJson }: StoreDesk): Promise<number> {
  const refs = await store.refs();
  const findings: Finding[] = [];
  for (const ref of refs) findings.push(...(await findingsOf(store, folder, ref)));
  const wrong = findings.filter(({ state }) => state === 'wrong').length;
  if (isJson) writeJson(stdout, { runs: refs.length, wrong, findings });
  else {
    if (findings.length > 0)
      stdout.write(
        textTable(
          ['STATE', 'RUN', 'FOUND'],
          findings.map(({ state, run, found }) => [state, run, found]),
        ),
      );
    stdout.write(`${refs.length} runs were read, ${wrong} of them are damaged\n`);
  }
  return wrong > 0 ? exitCode.failed : exitCode.success;
}

async function findingsOf(store: Store, folder: RunStore | null, ref: RunRef): Promise<Finding[]> {
  const wrong = (run: string, found: string): Finding => ({ state: 'wrong', run, found });
  const hint = (run: string, found: string): Finding => ({ state: 'hint', run, found });
  const name = folder ? fileName(ref) : ref.id;
  try {
    const run = await store.load(ref);
    if (!run) return [];
    const { runId, head } = run;
    if (run.isDamaged)
      return [wrong(runId, `line ${run.at.count} of ${name} is damaged; what stands before it is read`)];
    const size = folder ? await folder.sizeOf(run.ref) : null;
    const isDriven = store.driverOf(run.ref) !== null;
    const torn = size !== null && size > run.at.size && !isDriven ? size - run.at.size : 0;
    await store.messagesOf(run);
    return [
      ...(torn > 0
        ? [hint(runId, `its last ${torn} bytes were not written whole; whoever continues it cuts them off`)]
        : []),
      ...(!run.result && head.loop !== LOOP_VERSION
        ? [hint(runId, `Runwire ${head.by} recorded it; this version cannot continue it, but from its messages`)]
        : []),
    ];
  } catch (error) {
    return [wrong(name, (error as Error).message)];
  }
}

/**
 * `runwire store adopt`: names runs after how they stand. Those whose daemon is gone are parked, also with `force` those of another
 * machine that may still seem to live there; those that have ended are named so. For a store that was copied or restored.
 */
export async function adoptRuns(
  { folder, stdout, isJson, warn }: StoreDesk,
  { force }: { force: boolean },
): Promise<number> {
  if (!folder) throw new UsageError('adopt is for folders; in a database nothing has to be adopted');
  const counts = { parked: 0, ended: 0, driven: 0 };
  for (const ref of await folder.refs()) {
    if (!ref.tag.startsWith('live-')) continue;
    try {
      counts[await adopt(folder, ref, force)] += 1;
    } catch (error) {
      warn((error as Error).message);
    }
  }
  if (isJson) writeJson(stdout, counts);
  else
    stdout.write(
      `${counts.parked} runs are parked now, ${counts.ended} had ended, ${counts.driven} are driven by daemons\n`,
    );
  return exitCode.success;
}

const tags = { success: 'ok', deferred: 'def', cancelled: 'can', failed: 'err' } as const;

async function adopt(store: RunStore, ref: RunRef, force: boolean): Promise<'parked' | 'ended' | 'driven'> {
  if (store.driverOf(ref) !== null && !force) return 'driven';
  const run = await store.load(ref);
  const tag = run?.result ? tags[run.result.outcome] : 'park';
  await fs.promises.rename(store.pathOf(ref), store.pathOf({ ...ref, tag }));
  return run?.result ? 'ended' : 'parked';
}
