import type { ParamsOf, ResultOf } from '../../../../protocol/catalogue.ts';
import type { RunError } from '../../../../protocol/result.ts';
import type { PendingItems } from '../../../callbacks/pending-items.ts';
import { EngineError, toRunError } from '../../../engine/errors.ts';
import { jsonSize } from '../../../engine/json/json-size.ts';
import type { RunRecord } from '../../../runs/run-record.ts';
import type { RunReply, RunRequest, ShownPiece } from '../../../store/store.ts';
import type { RunRegistry } from '../run-registry.ts';

/** The parts of an executor that serve requests. */
export interface ServedRequestsDeps {
  readonly runs: RunRegistry;
  readonly pending: PendingItems;
  readonly reportBug: (error: unknown) => EngineError;
}

/** Does what other processes request of the runs of this one, as its own clients would. */
export class ServedRequests {
  readonly #deps: ServedRequestsDeps;

  constructor(deps: ServedRequestsDeps) {
    this.#deps = deps;
  }

  /** Adds a message to a run of this process. Errors: those of `run/steer`. */
  async steer(
    record: RunRecord,
    said: Omit<ParamsOf<'run/steer'>, 'runId'>,
    id?: string,
  ): Promise<ResultOf<'run/steer'>> {
    const { runs } = this.#deps;
    const { openRunsBytes } = record.owner.limits;
    if (record.state !== 'finished')
      runs.checkRoom(jsonSize(said.content), `the message to run '${record.runId}'`, openRunsBytes);
    const accepted = record.steer(said, id);
    if (accepted) runs.steered(record);
    await record.steered;
    return { accepted, state: record.state };
  }

  /** The reply to a request; null when the run is not here yet. */
  serve(runId: string, request: RunRequest & { readonly id: string }): Promise<RunReply> | null {
    const record = this.#runOf(runId);
    return (
      record &&
      this.#do(record, request).then(
        (result) => ({ result }),
        (error) => ({ error: this.#errorOf(error) }),
      )
    );
  }

  /** Calls `take` with what the run sends, until the function that is returned is called; null when the run is not here. */
  show(runId: string, take: (piece: ShownPiece) => void): (() => void) | null {
    const record = this.#deps.runs.find(runId);
    if (!record) return null;
    const observer = {
      notify: (method: string, params: unknown) => {
        if (method === 'run/delta') take({ delta: params } as ShownPiece);
        if (method === 'run/event') take({ event: params } as ShownPiece);
        return undefined;
      },
      congested: false,
      drained: () => Promise.resolve(),
    };
    const { events } = record.emitter;
    const [latest] = events.after(events.lastSeq - 1, 1) ?? [];
    if (latest) take({ event: latest });
    record.emitter.observe(observer);
    return () => record.emitter.unobserve(observer);
  }

  async #do(record: RunRecord, request: RunRequest & { readonly id: string }): Promise<unknown> {
    if (request.kind === 'steer') return this.steer(record, request, request.id);
    await this.#deps.pending.get(request.pendingId).resolve(request.answer);
    return { runId: record.runId };
  }

  /** One that is being rebuilt does not have its open items yet. */
  #runOf(runId: string): RunRecord | null {
    const record = this.#deps.runs.find(runId);
    return record && !record.emitter.isQuiet ? record : null;
  }

  #errorOf(error: unknown): RunError {
    return toRunError(error instanceof EngineError ? error : this.#deps.reportBug(error));
  }
}
