import type { RunResult } from '../../protocol/result.ts';
import type { Call, Handlers } from '../dispatch/dispatch.ts';
import { EngineError } from '../engine/errors.ts';
import type { RunExecutor, RunView } from '../executors/run-executor.ts';

type RunHandlers = Pick<Handlers, Extract<keyof Handlers, `run/${string}` | `conversation/${string}`>>;

/** The `run/…` and `conversation/…` requests. */
export function runHandlers({ executor }: { executor: RunExecutor }): RunHandlers {
  return {
    'run/start': async (params, { owner }, call) => {
      const run = await executor.start(params, owner);
      if (params.wait) return resultOrCancel(executor, run, { include: params.include, call });
      return { runId: run.runId, state: run.state, startedAt: run.startedAt };
    },
    'run/resume': async ({ wait, include, ...params }, { owner }, call) => {
      const { run, lastSeq } = await executor.resume(params, owner);
      return wait ? run.result({ include }, call.signal) : { runId: run.runId, state: run.state, lastSeq };
    },
    'run/attach': async ({ runId }, { owner }) => {
      const { run, lastSeq } = await executor.attach(runId, owner);
      return { runId: run.runId, state: run.state, lastSeq };
    },
    'run/wait': async ({ runId, ...options }, _session, { signal }) =>
      (await executor.get(runId)).result(options, signal),
    'run/cancel': ({ runId, reason }) => executor.cancel(runId, cancelled(reason ?? undefined)),
    'run/steer': (params) => executor.steer(params),
    'run/messages': async ({ runId, ...page }) => (await executor.get(runId)).messages(page),
    'run/newMessages': async ({ runId, ...page }) => (await executor.get(runId)).newMessages(page),
    'run/usage': async ({ runId, ...options }) => (await executor.get(runId)).usage(options),
    'run/get': async ({ runId }) => (await executor.get(runId)).snapshot(),
    'run/list': (query) => executor.list(query),
    'run/events': async ({ runId, ...page }, _session, { signal }) => (await executor.get(runId)).events(page, signal),
    'run/release': ({ runId }) => executor.release(runId),
    'conversation/list': (page) => executor.conversations().list(page),
    'conversation/get': (page) => executor.conversations().get(page),
    'conversation/delete': ({ conversationId }) => executor.conversations().delete(conversationId),
  };
}

/**
 * Cancelling the request that waits for the run it started cancels the run. The request is answered as cancelled, after
 * the end of the run like every answer that ends one.
 */
async function resultOrCancel(
  executor: RunExecutor,
  run: RunView,
  { include, call }: { include: Parameters<RunView['result']>[0]['include']; call: Call },
): Promise<RunResult> {
  let reason: Error | undefined;
  call.onCancelled((given) => {
    reason = given;
    // A run that is not found any more has ended.
    void executor.cancel(run.runId, cancelled('its request was cancelled')).catch(() => undefined);
  });
  const result = await run.result({ include }, new AbortController().signal);
  if (reason) throw reason;
  return result;
}

function cancelled(reason: string | undefined): EngineError {
  return new EngineError(
    'run.cancelled',
    reason ? `The agent run was cancelled: ${reason}.` : 'The agent run was cancelled.',
    reason ? { reason } : {},
  );
}
