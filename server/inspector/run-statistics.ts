import type { RunExecutor } from '../executors/run-executor.ts';
import type { RunStatistics } from './view/statistics.ts';
import { addRun, emptyStatistics } from './view/statistics.ts';

/** Runs that are looked into: each is read whole. */
const mostRuns = 200;
const mostMs = 5000;

/** What the newest runs show inside: retries by kind, and how long their model requests and tool calls took. */
export async function statisticsOf(executor: RunExecutor): Promise<RunStatistics> {
  const began = performance.now();
  let statistics = emptyStatistics;
  const { runs } = await executor.list({ limit: mostRuns });
  for (const { runId } of runs) {
    if (performance.now() - began > mostMs) break;
    const view = await executor.get(runId).catch(() => null);
    const page = await view?.events({ afterSeq: 0 }, AbortSignal.timeout(mostMs)).catch(() => null);
    if (page) statistics = addRun(statistics, page.events);
  }
  return statistics;
}
