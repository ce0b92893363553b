import { setTimeout as delay } from 'node:timers/promises';
import type { RunExecutor } from '../executors/run-executor.ts';
import type { EventStream } from './http/event-stream.ts';
import { type Known, readRun } from './run-reader.ts';
import type { RunSummary } from './view/run-data.ts';

/** How long news of a run, or of the list, may take to show, in milliseconds. */
const runPollMs = 200;
const listPollMs = 1000;
/** Runs whose changes are looked for, the newest first; older ones that have not ended are followed as well. */
const newest = 100;
/** Reading takes at most this share of the time: a stored run is rebuilt each time it is looked at. */
const restShare = 4;

/** Sends what is new of a run until it has ended or the page has gone. Errors: `run.notFound` and the like. */
export async function followRun(
  executor: RunExecutor,
  runId: string,
  { known, stream }: { known: Known; stream: EventStream },
): Promise<void> {
  const { signal } = stream;
  let at = known;
  let last = '';
  while (!signal.aborted) {
    const began = performance.now();
    const view = await executor.get(runId);
    const data = await readRun(view, at, signal);
    const state = JSON.stringify([data.snapshot.state, data.snapshot.response, data.snapshot.pending], withBigInts);
    if (data.lastSeq > at.lastSeq || state !== last) await stream.send('run', data);
    last = state;
    const { from, list } = data.messages;
    at = { messages: from + list.length, lastSeq: data.lastSeq };
    if (data.snapshot.state === 'finished') break;
    await rest(performance.now() - began, runPollMs, signal);
  }
  await stream.send('end', {});
}

/** Sends each run of the list that is new or has changed. */
export async function followList(executor: RunExecutor, stream: EventStream): Promise<void> {
  const { signal } = stream;
  const known = new Map<string, string>();
  let open = new Set<string>();
  let isFirst = true;
  while (!signal.aborted) {
    const began = performance.now();
    const { runs } = await executor.list({ limit: newest, detail: true });
    const listed = new Set(runs.map(({ runId }) => runId));
    const older = [...open].filter((runId) => !listed.has(runId));
    const others = await Promise.all(older.map((runId) => summaryOf(executor, runId)));
    const all = [...runs, ...others.filter((one) => one !== null)];
    const changed = all.filter((run) => known.get(run.runId) !== JSON.stringify(run));
    for (const run of changed) known.set(run.runId, JSON.stringify(run));
    if (changed.length > 0 || isFirst) await stream.send('runs', { runs: changed });
    isFirst = false;
    open = new Set(all.filter(({ state }) => state !== 'finished').map(({ runId }) => runId));
    for (const runId of known.keys()) if (!listed.has(runId) && !open.has(runId)) known.delete(runId);
    await rest(performance.now() - began, listPollMs, signal);
  }
}

const summaryOf = (executor: RunExecutor, runId: string): Promise<RunSummary | null> =>
  executor.get(runId).then(
    (view) => view.summary({ detail: true }),
    () => null,
  );

function rest(tookMs: number, leastMs: number, signal: AbortSignal): Promise<void> {
  return delay(Math.max(leastMs, tookMs * restShare), undefined, { signal, ref: false }).catch(() => undefined);
}

const withBigInts = (_key: string, value: unknown) => (typeof value === 'bigint' ? String(value) : value);
