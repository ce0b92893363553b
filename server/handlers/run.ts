import type { RunResult } from '../../protocol/result.ts';
import type { Handlers } from '../dispatch.ts';
import { EngineError } from '../engine/errors.ts';
import { messagesPage, requestUsages } from '../runs/messages-page.ts';
import type { PendingItems } from '../runs/pending-items.ts';
import type { RunRegistry } from '../runs/registry.ts';
import { eventsPage } from '../runs/replay.ts';
import type { RunRecord } from '../runs/run-record.ts';
import type { RunService } from '../runs/run-service.ts';
import { snapshot } from '../runs/snapshot.ts';
import { pageOf } from './page.ts';

type RunHandlers = Pick<Handlers, Extract<keyof Handlers, `run/${string}`>>;
type Include = readonly ('messages' | 'newMessages')[] | null | undefined;

/** What the `run/…` requests need. @since 0.2.0 */
export interface RunHandlerDeps {
  readonly service: RunService;
  readonly runs: RunRegistry;
  readonly pending: PendingItems;
}

/** The `run/…` requests. @since 0.1.0 */
export function runHandlers({ service, runs, pending }: RunHandlerDeps): RunHandlers {
  return {
    'run/start': async (params, session, { signal }) => {
      const started = service.start(params, session);
      if (params.runId) runs.starting(params.runId, started);
      const record = await started;
      if (!params.wait) return { runId: record.runId, state: record.state, startedAt: record.startedAt };
      return resultWith(await waitOrCancel(record, signal), record, params.include);
    },
    'run/wait': async ({ runId, timeoutMs, include }, _session, { signal }) => {
      const record = await runs.look(runId);
      return resultWith(await record.wait(signal, timeoutMs ?? undefined), record, include);
    },
    'run/cancel': async ({ runId, reason }) => {
      const record = await runs.look(runId);
      const { state } = record;
      return { state, accepted: record.cancel(cancelled(reason ?? undefined)) };
    },
    'run/steer': async ({ runId, content, when, toolCallId }) => {
      const record = await runs.look(runId);
      return { accepted: record.steer({ content, when, toolCallId }), state: record.state };
    },
    'run/messages': async (params) => messagesPage(await runs.look(params.runId), params, 'all'),
    'run/newMessages': async (params) => messagesPage(await runs.look(params.runId), params, 'new'),
    'run/usage': async ({ runId, detail }) => {
      const record = await runs.look(runId);
      return {
        usage: record.engine.usage,
        ...(detail ? { requests: requestUsages(record) } : {}),
        complete: record.state === 'finished',
      };
    },
    'run/get': async ({ runId }) => snapshot(await runs.look(runId), pending),
    'run/list': ({ cursor, limit, state }) => {
      const all = runs.list().filter((record) => !state || record.state === state);
      const { items, nextCursor } = pageOf(all, { cursor, limit });
      return { runs: items.map(summary), ...nextCursor };
    },
    'run/events': async (params, _session, { signal }) =>
      eventsPage(await runs.look(params.runId), params, { signal, pending }),
    'run/release': ({ runId }) => ({ released: runs.release(runId) }),
  };
}

/**
 * Cancelling the request that waits for the run it started cancels the run. The request is answered as cancelled, behind
 * the end of the run like every answer that ends one.
 */
async function waitOrCancel(record: RunRecord, signal: AbortSignal): Promise<RunResult> {
  const onAbort = () => record.cancel(cancelled('its request was cancelled'));
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  const result = await record.wait(new AbortController().signal);
  signal.removeEventListener('abort', onAbort);
  signal.throwIfAborted();
  return result;
}

function cancelled(reason: string | undefined): EngineError {
  return new EngineError(
    'run.cancelled',
    reason ? `The agent run was cancelled: ${reason}.` : 'The agent run was cancelled.',
    reason ? { reason } : {},
  );
}

function resultWith(result: RunResult, { engine }: RunRecord, include: Include): RunResult {
  if (!include || include.length === 0) return result;
  const { messages, newMessageIndex } = engine.history;
  return {
    ...result,
    ...(include.includes('messages') ? { messages: messages.slice() } : {}),
    ...(include.includes('newMessages') ? { newMessages: messages.slice(newMessageIndex) } : {}),
  };
}

function summary({ runId, state, engine, result, startedAt }: RunRecord) {
  return {
    runId,
    state,
    ...(result ? { outcome: result.outcome } : {}),
    ...(engine.agent.name ? { agent: engine.agent.name } : {}),
    conversationId: engine.input.conversationId,
    startedAt,
  };
}
