import type { ParamsOf, ResultOf } from '../../../../protocol/catalogue.ts';
import { formatTimestamp } from '../../../../protocol/messages/timestamp.ts';
import { EngineError } from '../../../engine/errors.ts';
import type { RunRef } from '../../../store/names.ts';
import type { StoredRun } from '../../../store/stored-run.ts';
import { pageOf } from '../../page.ts';
import type { RunRegistry } from '../run-registry.ts';
import type { StoredRuns } from './stored-runs.ts';

/** The conversations of the store: runs that go on from each other. */
export class Conversations {
  readonly #stored: StoredRuns;
  readonly #runs: RunRegistry;

  constructor(stored: StoredRuns, runs: RunRegistry) {
    this.#stored = stored;
    this.#runs = runs;
  }

  async list(page: ParamsOf<'conversation/list'>): Promise<ResultOf<'conversation/list'>> {
    const groups = new Map<string, RunRef[]>();
    for (const ref of await this.#stored.store.refs()) {
      const group = groups.get(ref.conversation);
      if (group) group.push(ref);
      else groups.set(ref.conversation, [ref]);
    }
    const { items, nextCursor } = pageOf([...groups.values()], page);
    const conversations = await Promise.all(items.map((refs) => this.#summary(refs)));
    return { conversations: conversations.filter((one) => one !== null), ...nextCursor };
  }

  /** Errors: `conversation.notFound`. */
  async get({ conversationId, ...page }: ParamsOf<'conversation/get'>): Promise<ResultOf<'conversation/get'>> {
    const runs = await this.#runsOf(conversationId);
    const last = runs.find(({ head }) => head.parentRunId === undefined) ?? runs[0];
    if (!last) throw notFound(conversationId);
    const live = this.#runs.find(last.runId);
    const messages = live ? live.engine.history.messages : (await this.#stored.store.messagesOf(last)).messages;
    const { items, nextCursor } = pageOf(messages, { ...page, limit: page.limit ?? messages.length });
    const runIds = runs.map(({ runId }) => runId).reverse();
    return {
      conversationId,
      runIds,
      lastRunId: last.runId,
      messages: [...items],
      total: messages.length,
      ...nextCursor,
    };
  }

  /** Errors: `conversation.notFound`, `conversation.busy` while one of its runs is driven. */
  async delete(conversationId: string): Promise<ResultOf<'conversation/delete'>> {
    const { store } = this.#stored;
    const runs = await this.#runsOf(conversationId);
    if (runs.length === 0) throw notFound(conversationId);
    const driven = runs.find(({ ref, result }) => !result && store.driverOf(ref) !== null);
    if (driven) throw busy(conversationId, driven.runId);
    const taken = await store.remove(runs.map(({ ref }) => ref));
    if (taken) throw busy(conversationId, runs.find(({ ref }) => ref === taken)?.runId ?? '');
    for (const { runId } of runs) if (this.#runs.find(runId)?.result) this.#runs.release(runId);
    return { deletedRuns: runs.length };
  }

  /** Newest first. Hashes of other conversations may begin alike. */
  async #runsOf(conversationId: string): Promise<StoredRun[]> {
    const { store } = this.#stored;
    const runs = await Promise.all((await store.ofConversation(conversationId)).map((ref) => store.load(ref)));
    return runs.filter((run) => run !== null && run.head.conversationId === conversationId) as StoredRun[];
  }

  async #summary(refs: readonly RunRef[]): Promise<ResultOf<'conversation/list'>['conversations'][number] | null> {
    const { store } = this.#stored;
    const [newest] = refs;
    const last = newest && (await store.summary(newest).catch(() => null));
    if (!newest || !last) return null;
    return {
      conversationId: last.conversationId,
      runs: refs.length,
      startedAt: timeOf(refs.at(-1) ?? newest),
      lastStartedAt: timeOf(newest),
      lastRunId: last.runId,
    };
  }
}

const timeOf = ({ start }: RunRef): string => formatTimestamp(Number.parseInt(start, 16));

const busy = (conversationId: string, runId: string) =>
  new EngineError(
    'conversation.busy',
    `Run '${runId}' of conversation '${conversationId}' has not ended; cancel it before the conversation is deleted.`,
    { conversationId, runId },
  );

const notFound = (conversationId: string) =>
  new EngineError('conversation.notFound', `There is no conversation '${conversationId}' in the store.`, {
    conversationId,
  });
