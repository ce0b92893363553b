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

/** Where a run is kept, what it goes on from, and who serves it. */
export interface Place {
  /** A folder; absent: the one that the operator named, if any. */
  readonly store?: string;
  /** The id of a conversation; empty for the latest one; absent: it begins one. */
  readonly continues?: string;
  /** Serves the callbacks of the run. */
  readonly requests?: RequestSender | undefined;
}

/**
 * Starts a run in this process.
 *
 * Errors: those of `run/start`, `conversation.notFound`, `store.unavailable`.
 */
export type StartRun = (
  params: Omit<RunStartParams, 'messageHistory'> & { readonly messageHistory?: unknown[] },
  follow: (notification: Notification) => void,
  place: Place,
) => Promise<LocalRun>;

/** Starts runs without a connection: a run has tools only when something in this process serves them. */
export function localRuns(executorFor: (store: string | undefined) => RunExecutor): StartRun {
  return async ({ messageHistory, ...params }, follow, { store, continues, requests }) => {
    const executor = executorFor(store);
    const history = messageHistory ? { messageHistory: checkedHistory(messageHistory) } : {};
    const conversation = continues === undefined ? {} : { conversationId: await conversationOf(executor, continues) };
    const start = () => executor.start({ ...params, ...conversation, ...history }, ownerThat(follow, requests));
    const run = await start().catch(async (error: unknown) => {
      await endInterrupted(executor, error);
      return start();
    });
    return {
      result: run.result({ include: ['newMessages'] }, new AbortController().signal),
      cancel: () => void executor.cancel(run.runId, new EngineError('run.cancelled', 'The agent run was cancelled.')),
    };
  };
}

/** Errors: `conversation.notFound`, also for the latest conversation of a store that has none. */
async function conversationOf(executor: RunExecutor, id: string): Promise<string> {
  const conversations = executor.conversations();
  if (id !== '') return (await conversations.get({ conversationId: id, limit: 1 })).conversationId;
  const [latest] = (await conversations.list({ limit: 1 })).conversations;
  if (latest) return latest.conversationId;
  throw new EngineError(
    'conversation.notFound',
    'The store has no conversation yet; leave --continue out to begin one.',
  );
}

/** Ends the run that a conversation waits for when it was interrupted: nobody else will. Errors: the given one for any other. */
async function endInterrupted(executor: RunExecutor, error: unknown): Promise<void> {
  const runId = error instanceof EngineError && error.kind === 'conversation.busy' ? error.details.runId : undefined;
  if (typeof runId !== 'string' || (await executor.get(runId)).state !== 'interrupted') throw error;
  const cancelled = new EngineError('run.cancelled', 'The agent run was cancelled: another one takes its place.');
  await executor.cancel(runId, cancelled);
  await (await executor.get(runId)).result({}, new AbortController().signal);
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
