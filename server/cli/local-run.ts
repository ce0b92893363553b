import type { NotificationOf, ServerNotificationMethod } from '../../protocol/catalogue.ts';
import type { RunResult } from '../../protocol/result.ts';
import { RunStartParams } from '../../protocol/run.ts';
import { EngineError } from '../engine/errors.ts';
import { fromZod, reportBug } from '../errors.ts';
import { defaultLimits } from '../limits.ts';
import type { Log } from '../log.ts';
import type { KeySource } from '../models/keys.ts';
import { AgentRegistry } from '../runs/agent-registry.ts';
import { CallbackError, type Client } from '../runs/client.ts';
import { PendingItems } from '../runs/pending-items.ts';
import { RunRegistry } from '../runs/registry.ts';
import { RunService, type RunServiceDeps } from '../runs/run-service.ts';
import { RunSlots } from '../runs/slots.ts';
import { Session } from '../session.ts';

/** What a run says while it goes on. @since 0.1.0 */
export type Notification = {
  [M in ServerNotificationMethod]: { readonly method: M; readonly params: NotificationOf<M> };
}[ServerNotificationMethod];

/** A run of this process. @since 0.1.0 */
export interface LocalRun {
  /** How it ended, with its new messages; never rejects for what ends a run. */
  readonly result: Promise<RunResult>;
  cancel(): void;
}

/**
 * Starts a run in this process.
 *
 * Errors: those of `run/start`.
 * @since 0.1.0
 */
export type StartRun = (
  params: Omit<RunStartParams, 'messageHistory'> & { readonly messageHistory?: unknown[] },
  follow: (notification: Notification) => void,
) => Promise<LocalRun>;

/** The engine without a connection: nobody serves callbacks, so a run has no tools. @since 0.1.0 */
export function localRuns(deps: { keys: KeySource; world: RunServiceDeps['world']; log: Log }): StartRun {
  const service = new RunService({
    agents: new AgentRegistry(defaultLimits.agents),
    runs: new RunRegistry(defaultLimits),
    slots: new RunSlots(defaultLimits),
    keys: deps.keys,
    world: deps.world,
    counters: { open: 0, late: 0 },
    pending: new PendingItems(),
    reportBug: (error) => reportBug(error, deps.log),
  });
  return async ({ messageHistory, ...params }, follow) => {
    const session = new Session(clientThat(follow), defaultLimits);
    session.initialize({ initializationOptions: { callbacks: [] } });
    const history = messageHistory ? { messageHistory: checkedHistory(messageHistory) } : {};
    const record = await service.start({ ...params, ...history }, session);
    return {
      result: record.wait(new AbortController().signal).then((result) => {
        const { messages, newMessageIndex } = record.engine.history;
        return { ...result, newMessages: messages.slice(newMessageIndex) };
      }),
      cancel: () => record.cancel(new EngineError('run.cancelled', 'The agent run was cancelled.')),
    };
  };
}

/** Only the history is written by others; the rest of the parameters is made here. */
function checkedHistory(messageHistory: unknown[]): NonNullable<RunStartParams['messageHistory']> {
  const parsed = RunStartParams().safeParse({ messageHistory });
  if (!parsed.success) throw fromZod(parsed.error, () => []);
  return parsed.data.messageHistory ?? [];
}

function clientThat(follow: (notification: Notification) => void): Client {
  return {
    // Asked, and refused: nothing waits for somebody who could pick it up.
    serves: () => true,
    request: (method, _params, listener) => {
      listener.failed(new CallbackError({ kind: 'error', code: -32601, message: method, data: null }));
      return { withdraw: () => undefined };
    },
    notify: (method, params) => {
      follow({ method, params } as Notification);
      return undefined;
    },
    congested: false,
    drained: () => Promise.resolve(),
  };
}
