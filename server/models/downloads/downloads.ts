import { type Downloaded, downloadAll, systemWorld, type Wanted } from './download.ts';
import { DownloadCache } from './download-cache.ts';

const cache = new DownloadCache();

/**
 * Fetches the files of one model request, in the order given; what the same run fetched a moment ago is not fetched
 * again.
 *
 * Errors: those of `downloadAll`.
 */
export async function downloadFor(
  run: { readonly runId: string; readonly allowLocalDownloads: boolean },
  wanted: readonly Wanted[],
  signal: AbortSignal,
): Promise<Downloaded[]> {
  const keyed = wanted.map((one) => ({
    one,
    key: JSON.stringify([run.runId, one.url.href, one.mediaType, one.allowLocal]),
  }));
  const files = keyed.map(({ key }) => cache.get(key));
  const missing = keyed.filter((_, index) => !files[index]);
  const world = systemWorld(run.allowLocalDownloads);
  const fetched = await downloadAll(
    missing.map(({ one }) => one),
    signal,
    world,
  );
  for (const [index, { key }] of missing.entries()) {
    const file = fetched[index];
    if (file) cache.keep(key, file);
  }
  const queue = [...fetched];
  return files.map((file) => file ?? (queue.shift() as Downloaded));
}
