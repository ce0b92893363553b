import type { PendingItem } from '../../../../protocol/pending.ts';
import { checkAnswer } from '../../../callbacks/check-answer.ts';
import type { PendingAnswer } from '../../../callbacks/pending-journal.ts';
import { EngineError } from '../../../engine/errors.ts';
import { epochOf, isOpen } from '../../../store/names.ts';
import { RunJournal } from '../../../store/run-journal.ts';
import type { Store } from '../../../store/store.ts';
import type { StoredRequest, StoredRun } from '../../../store/stored-run.ts';
import type { StoredRuns } from './stored-runs.ts';
import { itemOf } from './stored-view.ts';

/** Options of `InterruptedRuns`. */
export interface InterruptedRunsOptions {
  readonly stored: StoredRuns;
  /** Version of the daemon. */
  readonly by: string;
  /** The time, RFC 3339. */
  readonly now: () => string;
}

/** Runs of the store that have not ended and that this process does not drive, and what waits for humans in them. */
export class InterruptedRuns {
  readonly #options: InterruptedRunsOptions;

  constructor(options: InterruptedRunsOptions) {
    this.#options = options;
  }

  /** The ids of the runs that nobody drives, oldest first; what cannot be read is passed over. */
  async ids(): Promise<string[]> {
    const store = this.#store;
    const open = (await store.refs()).filter(isOpen).reverse();
    const runs = await Promise.all(open.map((ref) => store.load(ref).catch(() => null)));
    return runs.flatMap((run) => (run && !run.result && store.driverOf(run.ref) === null ? [run.runId] : []));
  }

  /**
   * The ids of the runs that tools of a run started, as far as they can be stopped from here: nobody drives them, or whoever does
   * can be reached.
   */
  async childrenOf(runId: string): Promise<string[]> {
    const store = this.#store;
    const children = await store.openChildren(runId);
    return children.flatMap((child) =>
      store.shared !== undefined || store.driverOf(child.ref) === null ? [child.runId] : [],
    );
  }

  /** What waits for humans in the runs, or in one of them. */
  async pending(runId: string | undefined): Promise<PendingItem[]> {
    const store = this.#store;
    const refs = runId === undefined ? await store.refs() : [await store.find(runId)];
    const items: PendingItem[] = [];
    for (const ref of refs.reverse()) {
      if (!ref || !isOpen(ref) || epochOf(ref) === store.epoch) continue;
      const run = await store.load(ref).catch(() => null);
      if (run && !run.result) items.push(...run.openRequests().map((request) => itemOf(run.runId, request)));
    }
    return items;
  }

  /** The run whose item it is; null for none in the store. */
  async runOfItem(pendingId: string): Promise<StoredRun | null> {
    const at = pendingId.lastIndexOf('/');
    return at < 0 ? null : this.#options.stored.load(pendingId.slice(0, at));
  }

  /**
   * Answers what waits in a run, which is interrupted again afterwards; the answer is there when it goes on. Of several processes
   * that answer at once, or continue the run, one has it at a time.
   *
   * Errors: `pending.notFound`, `pending.resolved`, `callback.invalid`, `run.owned`, `run.unreadable`, `store.unavailable`.
   */
  async resolve(runId: string, pendingId: string, answer: PendingAnswer): Promise<void> {
    const { stored, by, now } = this.#options;
    for (;;) {
      const before = await stored.free(runId);
      checkAnswer(openRequest(before, pendingId), answer);
      const claimed = await this.#store.claim(before.ref);
      if (!claimed) continue;
      const { owned, run } = claimed;
      try {
        // Somebody else may have answered since.
        openRequest(run, pendingId);
        const journal = new RunJournal({ file: owned.file, before: run, usedMs: () => undefined });
        // Those who continue the run count its steps by whom it was sent to last, and that has not changed.
        journal.claim({ epoch: this.#store.epoch, by, serves: run.serves, at: now() });
        await journal.answer(pendingId, answer);
      } finally {
        this.#store.release(owned, 'park');
      }
      return;
    }
  }

  get #store(): Store {
    return this.#options.stored.store;
  }
}

/** The item of a run. Errors: `pending.notFound`, `pending.resolved`. */
function openRequest(run: StoredRun, pendingId: string): StoredRequest {
  const request = run.openRequests().find(({ id }) => id === pendingId);
  if (request) return request;
  refuseAnswered(run, pendingId);
  throw new EngineError('pending.notFound', `Nothing waits under the id '${pendingId}'; pending/list has what does.`, {
    pendingId,
  });
}

/** Errors: `pending.resolved` for an item that has its answer, also when the run never waited for it again. */
export function refuseAnswered(run: StoredRun, pendingId: string): void {
  if (!run.answers().has(pendingId)) return;
  throw new EngineError('pending.resolved', `'${pendingId}' was answered already.`, { pendingId, end: 'answered' });
}
