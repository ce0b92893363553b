import type { SessionInfo } from '@agentclientprotocol/sdk';
import { EngineError } from '../../../engine/errors.ts';
import type { RunExecutor, RunView } from '../../../executors/run-executor.ts';
import { RpcError, rpcCode } from '../connection/rpc-error.ts';
import { recordIn, type SessionRecord } from './session-record.ts';

/** Sessions of one page. */
const pageSize = 50;

/** A session out of the store. */
export interface StoredSession {
  readonly record: SessionRecord;
  /** Its runs, oldest first. */
  readonly runs: readonly RunView[];
  /** True when its latest run has made a summary that takes the place of what came before. */
  readonly isSummary: boolean;
}

/** The sessions that are kept, each a conversation of the store. */
export class StoredSessions {
  readonly #executor: RunExecutor;

  constructor(executor: RunExecutor) {
    this.#executor = executor;
  }

  /** The latest first. */
  async list({ cwd, cursor }: { cwd: string | undefined; cursor: string | undefined }): Promise<{
    sessions: SessionInfo[];
    nextCursor?: string;
  }> {
    const sessions: SessionInfo[] = [];
    let at = cursor;
    do {
      const page = { limit: pageSize, ...(at === undefined ? {} : { cursor: at }) };
      const { conversations, nextCursor } = await this.#executor.conversations().list(page);
      for (const { lastRunId, lastStartedAt } of conversations) {
        const record = await this.#recordOf(lastRunId);
        if (record === null || (cwd !== undefined && record.cwd !== cwd)) continue;
        const { id: sessionId, additionalDirectories, title } = record;
        const others = additionalDirectories.length > 0 ? { additionalDirectories: [...additionalDirectories] } : {};
        sessions.push({ sessionId, cwd: record.cwd, ...others, title, updatedAt: lastStartedAt });
      }
      at = nextCursor;
    } while (at !== undefined && sessions.length < pageSize);
    return { sessions, ...(at === undefined ? {} : { nextCursor: at }) };
  }

  /**
   * A session to continue: a prompt that a crash has broken off is ended first.
   *
   * Errors: `RpcError` for one that is unknown, or that another process is busy with.
   */
  async load(sessionId: string): Promise<StoredSession> {
    const { runIds } = await this.#known(sessionId);
    const runs: RunView[] = [];
    for (const runId of runIds) runs.push(await this.#ended(runId));
    const about = recordIn(runs.at(-1)?.metadata);
    if (about === null) throw unknown(sessionId);
    const { isSummary, ...record } = about;
    return { record, runs, isSummary };
  }

  /** Errors: `conversation.busy`. A session that is not there counts as deleted. */
  async delete(sessionId: string): Promise<void> {
    await this.#executor
      .conversations()
      .delete(sessionId)
      .catch((error: unknown) => {
        if (!isNotFound(error)) throw error;
      });
  }

  async #known(sessionId: string): Promise<{ runIds: readonly string[] }> {
    try {
      return await this.#executor.conversations().get({ conversationId: sessionId, limit: 1 });
    } catch (error) {
      throw isNotFound(error) ? unknown(sessionId) : error;
    }
  }

  async #ended(runId: string): Promise<RunView> {
    const run = await this.#executor.get(runId);
    if (run.state === 'finished') return run;
    const stopped = new EngineError('run.cancelled', 'The prompt was broken off: its process ended.');
    await this.#executor.cancel(runId, stopped);
    const live = await this.#executor.get(runId);
    await live.result({ timeoutMs: endTimeoutMs }, new AbortController().signal);
    return this.#executor.get(runId);
  }

  async #recordOf(runId: string): Promise<SessionRecord | null> {
    const run = await this.#executor.get(runId).catch(() => null);
    return recordIn(run?.metadata);
  }
}

/** How long a run may take to end that was broken off, in milliseconds. */
const endTimeoutMs = 10_000;

const isNotFound = (error: unknown) => error instanceof EngineError && error.kind === 'conversation.notFound';

export const unknown = (sessionId: string) =>
  new RpcError(rpcCode.notFound, `There is no session '${sessionId.slice(0, 100)}'.`);
