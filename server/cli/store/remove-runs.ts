import { sweep } from '../../store/keeping.ts';
import type { Keeping } from '../../store/setting.ts';
import { exitCode } from '../exit-code.ts';
import { UsageError } from '../options.ts';
import { writeJson } from '../output.ts';
import { conversationRefs, type StoreDesk } from './store-desk.ts';

/** `runwire store rm`: deletes conversations with all of their runs. */
export async function removeConversations({ store, ids, stdout, isJson }: StoreDesk): Promise<number> {
  const all = await Promise.all(ids.map((id) => conversationRefs(store, id)));
  let deletedRuns = 0;
  for (const [index, refs] of all.entries()) {
    const isDriven = refs.some((ref) => ref.tag.startsWith('live-') && store.driverOf(ref) !== null);
    if (isDriven || (await store.remove(refs)))
      throw new UsageError(`a daemon works on '${ids[index]}'; cancel its run, or end the daemon, and try again`);
    deletedRuns += refs.length;
  }
  if (isJson) writeJson(stdout, { deletedRuns });
  else stdout.write(`${deletedRuns} runs were deleted\n`);
  return exitCode.success;
}

/** `runwire store compact`: what a daemon does once an hour, now. */
export async function compactStore({ folder, stdout, isJson, warn }: StoreDesk, keeping: Keeping): Promise<number> {
  if (!folder)
    throw new UsageError('compact is for folders; workers delete what --keep-days and --keep-runs do not keep');
  const swept = await sweep(folder, keeping, { nowMs: Date.now(), onDeleted: warn });
  const { deletedConversations, compactedRuns, savedBytes } = swept;
  if (isJson) writeJson(stdout, swept);
  else
    stdout.write(
      `${deletedConversations} conversations were deleted and ${compactedRuns} runs compacted; that saved ${savedBytes} bytes\n`,
    );
  return exitCode.success;
}
