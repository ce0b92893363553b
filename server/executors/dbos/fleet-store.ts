import type { ModelMessage } from '../../../protocol/messages/messages.ts';
import type { RunError } from '../../../protocol/result.ts';
import { EngineError } from '../../engine/errors.ts';
import { parseExact } from '../../engine/json/exact-json.ts';
import type { RawLine } from '../../store/line.ts';
import { conversationOf, idOf, newRef, type RunRef, type Tag } from '../../store/names.ts';
import { endOf, headSummary } from '../../store/run-detail.ts';
import type {
  OwnedRun,
  QueuedIn,
  RunReply,
  RunRequest,
  SharedStore,
  ShownPiece,
  Store,
  StoredChild,
  StoredSummary,
  Taken,
} from '../../store/store.ts';
import type { RunHead, StoredHistory, StoredLine } from '../../store/stored-lines.ts';
import { StoredRun } from '../../store/stored-run.ts';
import { unavailable } from './database-errors.ts';
import type { Fleet } from './fleet.ts';
import { FleetClaims } from './fleet-claims.ts';
import { FleetListener } from './fleet-listener.ts';
import { type Condition, type FleetRef, refsOf } from './tables/fleet-rows.ts';
import { insertRun, lockConversation, type NewRun } from './tables/new-run.ts';
import { deleteRuns, linesOf } from './tables/step-outputs.ts';

const outcomes = { ok: 'success', def: 'deferred', can: 'cancelled', err: 'failed' } as const;

/** The runs of one tenant in the database of a fleet. */
export class FleetStore implements Store, SharedStore {
  readonly epoch: string;
  readonly tenant: string;
  readonly #open: () => Promise<Fleet>;
  readonly #claims: FleetClaims;
  readonly #listener: FleetListener;
  onStop: SharedStore['onStop'] = () => false;
  onRequest: SharedStore['onRequest'] = () => null;
  onFollow: SharedStore['onFollow'] = () => null;

  /** `epoch` is the id of this process in the fleet; it is opened with the first request. */
  constructor(tenant: string, epoch: string, open: () => Promise<Fleet>) {
    this.tenant = tenant;
    this.epoch = epoch;
    this.#open = open;
    this.#listener = new FleetListener(open, this);
    this.#claims = new FleetClaims({
      epoch,
      load: (ref) => this.load(ref),
      onClaimed: (log, run) => {
        this.#listener.listen(log, run.runId, run);
        // What was requested before it came here.
        log.onRequest();
      },
    });
  }

  get shared(): this {
    return this;
  }

  async create(head: RunHead, claims: { id: boolean; conversation: boolean }): Promise<OwnedRun | Taken> {
    return this.#guard(async (fleet) => {
      const ref = newRef(head, `live-${this.epoch}`);
      const created = await this.#insert(fleet, { head, ref, claims, queue: null });
      if ('taken' in created) return created;
      return this.#undone(fleet, created.workflowId, async () => {
        const log = await fleet.start(created.workflowId);
        this.#listener.listen(log, head.runId);
        return this.#claims.own(ref, log);
      });
    });
  }

  async enqueue(
    head: RunHead,
    claims: { id: boolean; conversation: boolean },
    into: QueuedIn,
  ): Promise<RunRef | Taken> {
    return this.#guard(async (fleet) => {
      const ref = newRef(head, 'park');
      const created = await this.#insert(fleet, { head, ref, claims, queue: into.queue });
      if ('taken' in created) return created;
      const partition = partitionOf(into.tenant || this.tenant);
      return this.#undone(fleet, created.workflowId, async () => {
        await fleet.enqueue(created.workflowId, { ...into, partition });
        return ref;
      });
    });
  }

  /** A run that could not be begun leaves nothing in the tables. */
  async #undone<T>(fleet: Fleet, workflowId: string, act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (error) {
      await deleteRuns(fleet.pool, [workflowId]).catch(() => undefined);
      throw error;
    }
  }

  isQueued(ref: RunRef): boolean {
    return (ref as FleetRef).isQueued === true;
  }

  find(runId: string): Promise<FleetRef | null> {
    return this.#byId(idOf(runId));
  }

  refs(): Promise<FleetRef[]> {
    return this.#refs({});
  }

  ofConversation(conversationId: string): Promise<FleetRef[]> {
    return this.#refs({ where: 'r.conversation = $2', values: [conversationOf(conversationId)] });
  }

  async openChildren(runId: string): Promise<StoredChild[]> {
    const refs = await this.#refs({ where: 'r.outcome IS NULL AND r.parent_run_id = $2', values: [runId] });
    return refs.map((ref) => ({ ref, runId: ref.summary.runId }));
  }

  async load(given: RunRef): Promise<StoredRun | null> {
    return this.#guard(async (fleet) => {
      const ref = await this.#byId(given.id);
      if (!ref) return null;
      const { rows } = await fleet.pool.query<{ head: string }>(
        'SELECT head FROM runwire.runs WHERE workflow_id = $1',
        [ref.workflowId],
      );
      if (!rows[0]) return null;
      const { lines, next } = await linesOf(fleet.pool, ref.workflowId);
      const all = [{ k: 'run', ...(parseExact(rows[0].head) as object) }, ...lines] as RawLine[];
      return new StoredRun(ref, { lines: all, size: next, damagedLine: null });
    });
  }

  async summary(given: RunRef): Promise<StoredSummary | null> {
    const ref = given as FleetRef;
    const ended = outcomes[ref.tag as keyof typeof outcomes];
    if (ended !== undefined || ref.driver !== null || ref.isQueued)
      return { ref, ...ref.summary, outcome: ended ?? null };
    // Lines are the truth: a run may have ended just before its process did.
    const run = await this.load(ref);
    return run && { ref: run.ref, ...ref.summary, outcome: run.result?.outcome ?? null };
  }

  async endedSummary(ref: RunRef): Promise<StoredSummary | null> {
    const run = await this.load(ref);
    const result = run?.result;
    return run && result
      ? { ref: run.ref, ...headSummary(run.head), outcome: result.outcome, end: endOf(result) }
      : null;
  }

  async historyOf({ from, messages }: StoredHistory): Promise<ModelMessage[]> {
    if (!from) return [...messages];
    const ref = await this.find(from.runId);
    const run = ref && (await this.load(ref));
    if (!run)
      throw new EngineError(
        'run.notFound',
        `Run '${from.runId}', which another one goes on from, is not in the database.`,
      );
    return [...(await this.messagesOf(run)).messages.slice(0, from.count), ...messages];
  }

  async messagesOf(run: StoredRun): Promise<{ messages: ModelMessage[]; newMessageIndex: number }> {
    return run.messagesAfter(await this.historyOf(run.head.history));
  }

  driverOf(ref: RunRef): number | null {
    return (ref as FleetRef).driver;
  }

  async claim(ref: RunRef): Promise<{ owned: OwnedRun; run: StoredRun } | null> {
    return this.#guard((fleet) => this.#claims.claim(fleet, this.#workflowOf(ref.id), ref));
  }

  release(owned: OwnedRun, tag: Tag): void {
    this.#claims.release(owned, tag);
  }

  async remove(refs: readonly RunRef[]): Promise<RunRef | null> {
    return this.#guard(async (fleet) => {
      for (const ref of refs) {
        const now = await this.#byId(ref.id);
        if (now && (now.driver !== null || now.isQueued)) return ref;
      }
      await deleteRuns(
        fleet.pool,
        refs.map(({ id }) => this.#workflowOf(id)),
      );
      return null;
    });
  }

  async flush(): Promise<void> {
    await this.#guard((fleet) => fleet.flush());
  }

  close(): void {
    this.#claims.close();
  }

  async changed(
    run: StoredRun,
    { signal, ms }: { signal: AbortSignal; ms: number },
  ): Promise<StoredRun | null | undefined> {
    return this.#guard(async (fleet) => {
      const workflowId = this.#workflowOf(run.ref.id);
      await fleet.wakes.next(workflowId, signal, ms);
      signal.throwIfAborted();
      const ref = await this.#byId(run.ref.id);
      if (!ref) return null;
      const { lines, next } = await linesOf(fleet.pool, workflowId, run.at.size);
      if (lines.length === 0 && isAsBefore(ref, run.ref as FleetRef)) return undefined;
      return run.followedBy(lines as readonly StoredLine[], { ref, size: next });
    });
  }

  drop(owned: OwnedRun): void {
    const log = this.#claims.logOf(owned);
    this.release(owned, 'park');
    if (log)
      void log.closed
        .then(() => this.#guard((fleet) => deleteRuns(fleet.pool, [log.workflowId])))
        .catch(() => undefined);
  }

  async requestStop(ref: RunRef, error: RunError): Promise<boolean> {
    return this.#guard(async (fleet) => {
      const workflowId = this.#workflowOf(ref.id);
      if (await fleet.unqueue(workflowId)) return false;
      await fleet.requests.stop(workflowId, error);
      return true;
    });
  }

  async request(ref: RunRef, request: RunRequest): Promise<RunReply | null> {
    return this.#guard(async ({ requests }) => {
      const workflowId = this.#workflowOf(ref.id);
      if (this.isQueued(ref)) {
        if ((await requests.leave(workflowId, request)) === 'full') throw tooMany('full');
        return { result: null };
      }
      const isDriven = async () => (await this.#byId(ref.id))?.driver != null;
      const requested = await requests.send(workflowId, request, isDriven);
      if (requested === 'full' || requested === 'late') throw tooMany(requested);
      return requested === 'undriven' ? null : requested;
    });
  }

  follow(ref: RunRef, take: (pieces: readonly ShownPiece[]) => void, signal: AbortSignal): void {
    const workflowId = this.#workflowOf(ref.id);
    void this.#open()
      .then(({ shown }) => shown.follow(workflowId, take, signal))
      .catch(() => undefined);
  }

  /** Ids of DBOS are those of one database: a tenant is part of them, and no id of a host is. */
  #workflowOf(id: string): string {
    return `${idOf(this.tenant).slice(0, 16)}-${id}`;
  }

  async #insert(
    fleet: Fleet,
    { claims, ...given }: Omit<NewRun, 'workflowId' | 'tenant'> & { claims: { id: boolean; conversation: boolean } },
  ): Promise<Taken | { workflowId: string }> {
    const run = { ...given, tenant: this.tenant, workflowId: this.#workflowOf(given.ref.id) };
    const client = await fleet.pool.connect();
    try {
      await client.query('BEGIN');
      if (claims.conversation) await lockConversation(client, run);
      const open = claims.conversation ? await this.#openIn(run.ref.conversation) : null;
      const isInserted = !open && (await insertRun(client, run));
      await client.query('COMMIT');
      if (open) return { taken: 'conversation', by: open };
      if (isInserted) return run;
    } catch (error) {
      await client.query('ROLLBACK').catch(() => undefined);
      throw error;
    } finally {
      client.release();
    }
    return { taken: 'id', by: (await this.#byId(run.ref.id)) ?? run.ref };
  }

  async #openIn(conversation: string): Promise<FleetRef | null> {
    const isOpen = 'r.conversation = $2 AND r.outcome IS NULL AND r.parent_run_id IS NULL';
    const refs = await this.#refs({ where: isOpen, values: [conversation] });
    for (const ref of refs) if (!(await this.load(ref))?.result) return ref;
    return null;
  }

  async #byId(id: string): Promise<FleetRef | null> {
    return (await this.#refs({ where: 'r.id = $2', values: [id] }))[0] ?? null;
  }

  #refs(condition: Condition): Promise<FleetRef[]> {
    const drives = (workflowId: string) => this.#claims.drives(workflowId);
    return this.#guard(({ pool }) => refsOf({ pool, tenant: this.tenant, self: this.epoch, drives }, condition));
  }

  /** Errors of the database are those of the store. */
  async #guard<T>(act: (fleet: Fleet) => Promise<T>): Promise<T> {
    try {
      return await act(await this.#open());
    } catch (error) {
      throw unavailable(error);
    }
  }
}

/** Whether a run is where it was: driven by the same process, waiting, or ended. */
const isAsBefore = (now: FleetRef, before: FleetRef) =>
  now.tag === before.tag && now.driver === before.driver && now.isQueued === before.isQueued;

/** Queues are shared among tenants by so many parts: each sweep of a worker goes over all of them. */
const partitions = 64;

const tooMany = (why: 'full' | 'late') =>
  new EngineError(
    'overloaded',
    why === 'full'
      ? 'Too many requests to the run wait for the process that drives it; try again.'
      : 'The process that drives the run did not respond in time; try again.',
    { retryAfterMs: 1000 },
  );

const partitionOf = (tenant: string): string => `p${Number.parseInt(idOf(tenant).slice(0, 8), 16) % partitions}`;
