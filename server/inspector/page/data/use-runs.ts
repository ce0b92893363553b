import { useEffect, useMemo, useState } from 'preact/hooks';
import type { RunSummary } from '../../view/run-data.ts';
import { addressOf, api } from './api.ts';

/** The runs that are known so far. */
export interface Runs {
  /** Newest first. */
  readonly list: readonly RunSummary[];
  readonly isComplete: boolean;
  /** Runs beyond this are not loaded. */
  readonly isCapped: boolean;
  readonly error: string | null;
}

/** Runs that one page holds; older ones are reached by their address. */
const mostRuns = 100_000;
/** The first page shows at once, the others follow. */
const firstPage = 100;
const furtherPage = 500;

/** Loads the runs of the executor page by page, and follows what changes. */
export function useRuns(): Runs {
  const [known, setKnown] = useState<ReadonlyMap<string, RunSummary>>(new Map());
  const [status, setStatus] = useState({ isComplete: false, isCapped: false, error: null as string | null });
  useEffect(() => {
    let isGone = false;
    const add = (runs: readonly RunSummary[]) =>
      setKnown((before) => new Map([...before, ...runs.map((run) => [run.runId, run] as const)]));
    load(add, () => isGone).then(
      (isCapped) => setStatus({ isComplete: true, isCapped, error: null }),
      (error: Error) => setStatus((before) => ({ ...before, error: error.message })),
    );
    const changes = new EventSource(addressOf('changes'));
    changes.addEventListener('runs', ({ data }) => add(JSON.parse(data).runs));
    return () => {
      isGone = true;
      changes.close();
    };
  }, []);
  const list = useMemo(() => [...known.values()].sort(newestFirst), [known]);
  return { list, ...status };
}

/** Resolves with true when there are more runs than the page holds. */
async function load(add: (runs: readonly RunSummary[]) => void, isGone: () => boolean): Promise<boolean> {
  let cursor: string | undefined;
  let loaded = 0;
  do {
    const page = await api.runs(cursor, loaded === 0 ? firstPage : furtherPage);
    if (isGone()) return false;
    add(page.runs);
    loaded += page.runs.length;
    cursor = page.nextCursor;
    if (loaded >= mostRuns) return cursor !== undefined;
  } while (cursor !== undefined);
  return false;
}

const newestFirst = (a: RunSummary, b: RunSummary): number =>
  a.startedAt < b.startedAt ? 1 : a.startedAt > b.startedAt ? -1 : a.runId < b.runId ? 1 : -1;
