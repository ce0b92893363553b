import type { SharedStore } from '../../store/store.ts';
import type { StoredRun } from '../../store/stored-run.ts';
import type { Fleet } from './fleet.ts';
import type { FleetLog } from './fleet-log.ts';
import { ShownRun } from './signals/delta-relay.ts';

/** Listens to the other processes for the runs that are driven here: to what they request, and to who follows a run. */
export class FleetListener {
  readonly #open: () => Promise<Fleet>;
  readonly #handlers: Pick<SharedStore, 'onStop' | 'onRequest' | 'onFollow'>;
  /** Runs that others follow. */
  readonly #shown = new Map<FleetLog, ShownRun>();

  constructor(open: () => Promise<Fleet>, handlers: Pick<SharedStore, 'onStop' | 'onRequest' | 'onFollow'>) {
    this.#open = open;
    this.#handlers = handlers;
  }

  /** `before`: what was recorded before the run came here. */
  listen(log: FleetLog, runId: string, before?: StoredRun): void {
    const done = new Set(before?.lines.flatMap((line) => (line.k === 'steer' ? [line.steer.id] : [])));
    // What cannot be read now is read with the next notification, or by the next owner.
    const read = ({ requests }: Fleet) => requests.take(log, runId, { handlers: this.#handlers, done });
    log.onRequest = () =>
      void this.#open()
        .then(read)
        .catch(() => undefined);
    log.onFollow = () =>
      void this.#open()
        .then((fleet) => this.#show(fleet, log, runId))
        .catch(() => undefined);
  }

  /** Others are interested, for a while, in what is shown of a run. */
  #show(fleet: Fleet, log: FleetLog, runId: string): void {
    const known = this.#shown.get(log);
    if (known) known.renew();
    if (known || log.tag) return;
    let stop: (() => void) | null = null;
    const shown = new ShownRun(
      log.workflowId,
      (payload) => fleet.notify(payload),
      () => {
        stop?.();
        this.#shown.delete(log);
      },
    );
    stop = this.#handlers.onFollow(runId, (piece) => shown.take(piece));
    if (!stop) return;
    this.#shown.set(log, shown);
    shown.renew();
    void log.closed.then(() => shown.close());
  }
}
