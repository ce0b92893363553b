import * as z from 'zod';
import { defineRequest } from '../define.ts';
import { named, onFirstUse } from '../document/lazy.ts';
import { RunResult } from '../result.ts';
import { RunStarted, RunStartParams } from '../run.ts';
import { RunSpec } from '../spec.ts';

/**
 * Parameters of `run/resume`.
 * @since 0.1.0
 */
export const RunResumeParams = named('RunResumeParams', 'Parameters of `run/resume`.', () => {
  const { wait, include, deltas, maxLatencyMs, workDoneToken, callbacks, _meta } = RunStartParams().shape;
  const { deps, deferredToolResults } = RunSpec().shape;
  return z.object({
    runId: z.string().describe('The run.'),
    wait,
    include,
    deltas,
    maxLatencyMs,
    workDoneToken,
    callbacks,
    _meta,
    deps: deps.describe('Replaces the `deps` of the run.'),
    deferredToolResults: deferredToolResults.describe(
      'Results for a run that ended `deferred`: it goes on in another run of its conversation.',
    ),
  });
});
export type RunResumeParams = z.output<ReturnType<typeof RunResumeParams>>;

/** Continues a run. @since 0.1.0 */
export const RunResume = defineRequest(
  'run/resume',
  {
    params: RunResumeParams,
    result: onFirstUse(() =>
      z.union([
        z.object({
          runId: RunStarted().shape.runId,
          state: RunStarted().shape.state,
          lastSeq: z
            .number()
            .int()
            .describe('`seq` of the last event that is not sent again; `run/events` has those up to it.'),
        }),
        RunResult(),
      ]),
    ),
  },
  {
    summary:
      'Continues an interrupted run on this connection, which gets its events after `lastSeq` and its callbacks. A run that has ended is answered as it is.',
    errors: [
      'run.notFound',
      'run.evicted',
      'run.owned',
      'run.incompatible',
      'run.unreadable',
      'auth.missing',
      'store.unavailable',
      'overloaded',
    ],
    since: '0.1.0',
  },
);
