import type { NotificationOf, ServerNotificationMethod } from '../../protocol/catalogue.ts';
import type { RunResult } from '../../protocol/result.ts';
import { RunStartParams } from '../../protocol/run.ts';
import type { RequestSender } from '../callbacks/client.ts';
import { EngineError } from '../engine/errors.ts';
import { fromZod } from '../errors/response-error.ts';
import type { RunExecutor } from '../executors/run-executor.ts';
import { defaultLimits } from '../limits.ts';
import { HostSecrets } from '../models/secrets/host-secrets.ts';
import type { RunOwner } from '../runs/run-owner.ts';

/** A notification of a run that goes on. */
export type Notification = {
  [M in ServerNotificationMethod]: { readonly method: M; readonly params: NotificationOf<M> };
}[ServerNotificationMethod];

/** A run of this process. */
export interface LocalRun {
  /** How it ended, with its new messages; never rejects for what ends a run. */
  readonly result: Promise<RunResult>;
  cancel(): void;
}

/**
 * Starts a run in this process.
 *
 * Errors: those of `run/start`.
 */
export type StartRun = (
  params: Omit<RunStartParams, 'messageHistory'> & { readonly messageHistory?: unknown[] },
  follow: (notification: Notification) => void,
  requests?: RequestSender,
) => Promise<LocalRun>;

/** Starts runs of an executor without a connection: a run has tools only when something in this process serves them. */
export function localRuns(executor: RunExecutor): StartRun {
  return async ({ messageHistory, ...params }, follow, requests) => {
    const history = messageHistory ? { messageHistory: checkedHistory(messageHistory) } : {};
    const run = await executor.start({ ...params, ...history }, ownerThat(follow, requests));
    return {
      result: run.result({ include: ['newMessages'] }, new AbortController().signal),
      cancel: () => void executor.cancel(run.runId, new EngineError('run.cancelled', 'The agent run was cancelled.')),
    };
  };
}

/** Only the history is written by others; the rest of the parameters is made here. */
function checkedHistory(messageHistory: unknown[]): NonNullable<RunStartParams['messageHistory']> {
  const parsed = RunStartParams().safeParse({ messageHistory });
  if (!parsed.success) throw fromZod(parsed.error, () => []);
  return parsed.data.messageHistory ?? [];
}

function ownerThat(follow: (notification: Notification) => void, requests: RequestSender | null = null): RunOwner {
  return {
    notifications: {
      notify: (method, params) => {
        follow({ method, params } as Notification);
        return undefined;
      },
      congested: false,
      drained: () => Promise.resolve(),
    },
    requests,
    limits: defaultLimits,
    secrets: new HostSecrets(),
    defaultModel: undefined,
    isPolling: false,
    showsProgress: false,
  };
}
