import { EngineError } from '../../engine/errors.ts';
import { jsonSize } from '../../engine/json/json-size.ts';
import type { RunRef, Tag } from '../../store/names.ts';
import type { OwnedRun } from '../../store/store.ts';
import type { StoredRun } from '../../store/stored-run.ts';
import type { Fleet } from './fleet.ts';
import type { FleetLog } from './fleet-log.ts';
import type { RunRequests } from './signals/run-requests.ts';

/** What runs are claimed from. */
export type ClaimedFrom = Pick<Fleet, 'claim' | 'logOf'> & { readonly requests: Pick<RunRequests, 'left'> };

/** Options of `FleetClaims`. */
export interface FleetClaimsOptions {
  /** The id of this process in the fleet. */
  readonly epoch: string;
  /** Reads a run; null when it is not in the database. */
  readonly load: (ref: RunRef) => Promise<StoredRun | null>;
  /** Called with a run that came here, as it was recorded before. */
  readonly onClaimed: (log: FleetLog, run: StoredRun) => void;
}

/** The runs of one tenant that are driven through its store in this process: begun here, taken over, or out of a queue. */
export class FleetClaims {
  readonly #options: FleetClaimsOptions;
  readonly #owned = new Map<OwnedRun['file'], FleetLog>();

  constructor(options: FleetClaimsOptions) {
    this.#options = options;
  }

  /** Notes a run that begins here. */
  own(ref: RunRef, log: FleetLog): OwnedRun {
    this.#owned.set(log, log);
    return { ref, file: log };
  }

  /** The log of a run that is driven here; undefined once it was released. */
  logOf({ file }: OwnedRun): FleetLog | undefined {
    return this.#owned.get(file);
  }

  drives(workflowId: string): boolean {
    return [...this.#owned.values()].some((log) => log.workflowId === workflowId);
  }

  /** Takes a run that nobody drives; null when somebody else was first. A run that cannot be read is left as it was. */
  async claim(
    fleet: ClaimedFrom,
    workflowId: string,
    ref: RunRef,
  ): Promise<{ owned: OwnedRun; run: StoredRun } | null> {
    // One that came out of a queue is this process's already, and nobody drives it yet.
    const came = fleet.logOf(workflowId);
    if (came && !this.#owned.has(came)) return this.#claimed(fleet, ref, came, () => this.#owned.delete(came));
    const log = await fleet.claim(workflowId);
    return log && this.#claimed(fleet, ref, log, (owned) => this.release(owned, 'park'));
  }

  release(owned: OwnedRun, tag: Tag): void {
    const log = this.#owned.get(owned.file);
    if (!log) return;
    this.#owned.delete(owned.file);
    owned.ref = { ...owned.ref, tag };
    if (tag === 'park') log.giveBack();
    else log.close(tag);
  }

  /** Gives all of them back. */
  close(): void {
    for (const log of this.#owned.values()) log.giveBack();
    this.#owned.clear();
  }

  /** `giveUp` undoes the claim when the run cannot be read, so that it may be claimed again. */
  async #claimed(
    fleet: ClaimedFrom,
    ref: RunRef,
    log: FleetLog,
    giveUp: (owned: OwnedRun) => void,
  ): Promise<{ owned: OwnedRun; run: StoredRun }> {
    const owned = this.own({ ...ref, tag: `live-${this.#options.epoch}` }, log);
    const run = await this.#withLeft(fleet, owned.ref, log).catch((error: unknown) => {
      giveUp(owned);
      throw error;
    });
    if (run) {
      this.#options.onClaimed(log, run);
      return { owned, run };
    }
    this.release(owned, 'park');
    throw new EngineError('run.notFound', 'The run is not in the database any more.');
  }

  /** The run, with the messages that were left for it while it waited in a queue. */
  async #withLeft({ requests }: ClaimedFrom, ref: RunRef, log: FleetLog): Promise<StoredRun | null> {
    const { load } = this.#options;
    const left = await requests.left(log.workflowId);
    const run = await load(ref);
    if (left.length === 0 || !run || run.result) return run;
    const known = new Set(run.lines.flatMap((line) => (line.k === 'steer' ? [line.steer.id] : [])));
    for (const { id, request, forget } of left) {
      if (request.kind === 'steer' && !known.has(id)) {
        const { content, when } = request;
        await log.append({ k: 'steer', steer: { id, content, bytes: jsonSize(content) }, when }, { sync: true });
      }
      await forget();
    }
    return load(ref);
  }
}
