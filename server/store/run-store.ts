import fs from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ModelMessage } from '../../protocol/messages/messages.ts';
import { EngineError } from '../engine/errors.ts';
import { LOOP_VERSION } from '../engine/steps/steps.ts';
import { beatMs, Daemons } from './daemons.ts';
import { DiskSync } from './disk-sync.ts';
import { edgeLines, firstLine } from './edge-lines.ts';
import { makeFolder, openFolder } from './folder.ts';
import { decodeLine, readLines } from './line.ts';
import { conversationOf, epochOf, fileName, idOf, newRef, type RunRef, stableName, type Tag } from './names.ts';
import { endOf, headSummary } from './run-detail.ts';
import { type Durability, type FileWorld, RunFile } from './run-file.ts';
import { RunIndex } from './run-index.ts';
import type {
  LineLog,
  OwnedRun as OwnedLines,
  RunEnd,
  RunHistory,
  Store,
  StoredHeadSummary,
  StoredSummary,
  Taken,
} from './store.ts';
import { failedIn } from './store-errors.ts';
import type { RunHead, StoredHistory, StoredLine } from './stored-lines.ts';
import { StoredRun } from './stored-run.ts';

/** Options of a store. */
export interface StoreOptions {
  readonly path: string;
  readonly durability: Durability;
  /** Version of the daemon. */
  readonly by: string;
  /** Milliseconds of a steady clock. */
  readonly elapsed: () => number;
  /** Keeps the store small, from time to time; absent for those that only look. */
  readonly sweep?: (store: RunStore) => Promise<unknown>;
}

/** A run that this process drives, and the name of its file. */
interface OwnedRun {
  ref: RunRef;
  readonly file: RunFile;
}

const outcomes = { ok: 'success', def: 'deferred', can: 'cancelled', err: 'failed' } as const;

/** How often a file is looked at that has no head yet: for about a second. */
const mostLooks = 30;

/** Heads that are remembered. */
const mostHeads = 50_000;

/** Ended runs whose messages are remembered, and the most messages of one. */
const mostHistories = 16;
const mostMessages = 10_000;

/** How long after its last sign of life a daemon looks whether its runs are still its own. */
const lateMs = 30_000;
/** When a store is looked through for what it does not keep, in milliseconds. */
/** How often the file of a run that another daemon drives is looked at, in milliseconds. */
const lookMs = 100;
const firstSweepMs = 60_000;
const sweepMs = 3_600_000;
/** Times that two daemons may get in each other's way over one name. */
const mostRaces = 50;

/**
 * The runs of a folder. The name of a file is the index and the lock; its lines are the truth. Several processes may use one
 * folder; a run is driven by the one in its name.
 */
export class RunStore implements Store {
  readonly path: string;
  readonly index: RunIndex;
  readonly daemons: Daemons;
  readonly #options: StoreOptions;
  readonly #sync = new DiskSync();
  readonly #owned = new Map<LineLog, OwnedRun>();
  readonly #files: FileWorld;
  readonly #heads = new Map<string, StoredHeadSummary>();
  readonly #messages = new Map<string, RunHistory>();
  readonly #ends = new Map<string, RunEnd>();
  #beatAt = 0;
  #timer: NodeJS.Timeout | undefined;
  #sweeping: NodeJS.Timeout | undefined;

  /** Errors: `store.unavailable`. */
  constructor(options: StoreOptions) {
    this.path = options.path;
    this.#options = options;
    openFolder(options.path);
    this.index = new RunIndex(join(options.path, 'runs'));
    this.daemons = new Daemons(join(options.path, 'daemons'), options.by);
    this.#files = {
      durability: options.durability,
      onDirty: (file) => this.#sync.add(file),
      check: (file) => this.#checkOwner(file),
    };
  }

  /**
   * Creates the file of a run, with its head in it. A host that chose the id, or a conversation that exists, may have another
   * daemon do the same at once: each looks again when its own file is there, and who sees another takes its own back.
   *
   * Errors: `store.unavailable`.
   */
  async create(head: RunHead, claims: { id: boolean; conversation: boolean }): Promise<OwnedRun | Taken> {
    try {
      this.#live();
      for (let races = 0; races < mostRaces; races += 1) {
        const before = await this.#taken(head, claims, null);
        if (before) return before;
        const owned = this.#createFile(head);
        const after = await this.#taken(head, claims, owned.ref);
        if (!after) return owned;
        this.drop(owned);
        await new Promise((resolve) => setTimeout(resolve, 1 + Math.random() * 20));
      }
      throw new Error(`other daemons create runs of the same name all the time`);
    } catch (error) {
      throw failedIn(this.path, error);
    }
  }

  /** The run of an id; null when there is none. Errors: `store.unavailable`. */
  async find(runId: string): Promise<RunRef | null> {
    const id = idOf(runId);
    return (await this.refs()).find((ref) => ref.id === id) ?? null;
  }

  /** All runs, newest first. Errors: `store.unavailable`. */
  async refs(): Promise<RunRef[]> {
    try {
      return await this.index.refs();
    } catch (error) {
      throw failedIn(this.path, error);
    }
  }

  /** The runs of a conversation, newest first. Errors: `store.unavailable`. */
  async ofConversation(conversationId: string): Promise<RunRef[]> {
    const conversation = conversationOf(conversationId);
    return (await this.refs()).filter((ref) => ref.conversation === conversation);
  }

  /** Reads a run; null when it is gone. Errors: `store.unavailable`, `run.unreadable`. */
  async load(ref: RunRef): Promise<StoredRun | null> {
    // Its owner may rename it between our looking at the folder and our opening it.
    for (let tries = 0; ; tries += 1) {
      const now: RunRef | null = tries === 0 ? ref : await this.#again(ref);
      if (!now) return null;
      try {
        return new StoredRun(now, readLines(await this.#read(now)));
      } catch (error) {
        if (tries < mostLooks && this.#isBeingBegun(now, error)) await sleep(2 + 2 * tries);
        else if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || tries > 4) throw failedIn(this.path, error);
      }
    }
  }

  /** A file without a head whose owner lives: the owner is about to write it, or to take the file back. */
  #isBeingBegun(ref: RunRef, error: unknown): boolean {
    const isWithoutHead = error instanceof EngineError && error.kind === 'run.unreadable' && error.details?.line === 0;
    return isWithoutHead && this.driverOf(ref) !== null;
  }

  /** Reads a run whatever its name is by now; null when it is gone. Errors: those of `load`. */
  async loadAgain(ref: RunRef): Promise<StoredRun | null> {
    const now = await this.#again(ref);
    return now && this.load(now);
  }

  async changed(
    run: StoredRun,
    { signal, ms }: { signal: AbortSignal; ms: number },
  ): Promise<StoredRun | null | undefined> {
    const until = performance.now() + ms;
    for (;;) {
      const left = until - performance.now();
      if (left <= 0) return undefined;
      await sleep(Math.min(lookMs, left), undefined, { signal }).catch(() => signal.throwIfAborted());
      const size = await this.sizeOf(run.ref);
      // Renamed: it was parked, taken over or has ended. Or its owner is gone without a word.
      const isDriven = size !== null && this.driverOf(run.ref) !== null;
      if (!isDriven || size > run.at.size) return this.loadAgain(run.ref);
    }
  }

  /** The bytes of a run; null when its file does not bear that name any more. Errors: `store.unavailable`. */
  async sizeOf(ref: RunRef): Promise<number | null> {
    try {
      return (await fs.promises.stat(this.pathOf(ref))).size;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw failedIn(this.path, error);
    }
  }

  /** What a list shows of a run; null when it is gone. Errors: those of `load`. */
  async summary(ref: RunRef): Promise<StoredSummary | null> {
    const ended = outcomes[ref.tag as keyof typeof outcomes];
    // Lines are the truth: a run may have ended without its name saying so yet.
    const run = ended === undefined ? await this.load(ref) : null;
    if (ended === undefined && !run) return null;
    const head = run ? headSummary(run.head) : await this.#head(ref);
    const result = run?.result;
    const end = result ? { end: endOf(result) } : {};
    return head && { ref: run?.ref ?? ref, ...head, outcome: ended ?? result?.outcome ?? null, ...end };
  }

  /** What a run was started with; null for a file without a head. Errors: `store.unavailable`. */
  async head(ref: RunRef): Promise<RunHead | null> {
    try {
      const line = await firstLine(this.pathOf(ref));
      const head = line && decodeLine(line);
      return head?.k === 'run' ? (head as unknown as RunHead) : null;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw failedIn(this.path, error);
    }
  }

  /** Heads never change, so that they are read once. */
  async #head(ref: RunRef): Promise<StoredHeadSummary | null> {
    const name = stableName(ref);
    const known = this.#heads.get(name);
    if (known) return known;
    const head = await this.head(ref);
    if (!head) return null;
    const summary = headSummary(head);
    remember(this.#heads, name, summary);
    return summary;
  }

  /** What a list shows of a run that has ended, and of its end, which never changes. Errors: those of `load`. */
  async endedSummary(ref: RunRef): Promise<StoredSummary | null> {
    const name = stableName(ref);
    const outcome = outcomes[ref.tag as keyof typeof outcomes];
    if (!this.#heads.has(name) || !this.#ends.has(name)) await this.#readEdges(ref);
    const [head, end] = [this.#heads.get(name), this.#ends.get(name)];
    return head && end && outcome ? { ref, ...head, outcome, end } : null;
  }

  async #readEdges(ref: RunRef): Promise<void> {
    const { first, last } = await edgeLines(this.pathOf(ref));
    const head = first && decodeLine(first);
    const end = (last && decodeLine(last)) as StoredLine | null;
    if (head?.k === 'run') remember(this.#heads, stableName(ref), headSummary(head as unknown as RunHead));
    if (end?.k === 'end') remember(this.#ends, stableName(ref), endOf(end.result));
  }

  /** The messages that a run began with. Errors: those of `load`. */
  async historyOf({ from, messages }: StoredHistory): Promise<ModelMessage[]> {
    if (!from) return [...messages];
    const ref = await this.find(from.runId);
    const known = ref && this.#messages.get(stableName(ref));
    const run = known || !ref ? null : await this.load(ref);
    const base = known ?? (run && (await this.messagesOf(run)));
    if (!base)
      throw new EngineError(
        'run.notFound',
        `Run '${from.runId}', which another one goes on from, is not in the store.`,
      );
    return [...base.messages.slice(0, from.count), ...messages];
  }

  /** The messages of a run as they were last written; they are not to be changed. Errors: those of `load`. */
  async messagesOf(run: StoredRun): Promise<RunHistory> {
    const name = stableName(run.ref);
    const known = this.#messages.get(name);
    if (known) return known;
    const history = run.messagesAfter(await this.historyOf(run.head.history));
    // Those of a run that has ended never change; a conversation goes on from the latest of them.
    if (!run.result || history.messages.length > mostMessages) return history;
    this.#messages.set(name, history);
    const [oldest] = this.#messages.keys();
    if (this.#messages.size > mostHistories && oldest !== undefined) this.#messages.delete(oldest);
    return history;
  }

  /** The process that drives a run; null when none does. */
  driverOf(ref: RunRef): number | null {
    const epoch = epochOf(ref);
    if (epoch === null) return null;
    return epoch === this.daemons.epoch ? process.pid : this.daemons.livingPid(epoch);
  }

  /**
   * Takes a run over that nobody drives: of all who try, one succeeds. Null for the others, who have to look again.
   *
   * Errors: `store.unavailable`, `run.unreadable`.
   */
  async claim(ref: RunRef): Promise<{ owned: OwnedRun; run: StoredRun } | null> {
    try {
      this.#live();
      const mine: RunRef = { ...ref, tag: `live-${this.daemons.epoch}` };
      if (!this.#rename(ref, mine)) return null;
      try {
        const run = new StoredRun(mine, readLines(await this.#read(mine)));
        run.checkWhole();
        const file = RunFile.open(this.pathOf(mine), run.at, this.#files);
        return { owned: this.#own({ ref: mine, file }), run };
      } catch (error) {
        this.#rename(mine, { ...ref, tag: 'park' });
        throw error;
      }
    } catch (error) {
      throw failedIn(this.path, error);
    }
  }

  /** Gives a run up under the name of its new state. */
  release(given: OwnedLines, tag: Tag): void {
    const owned = this.#owned.get(given.file);
    if (!owned) return;
    this.#owned.delete(owned.file);
    owned.file.close();
    const ref = { ...owned.ref, tag };
    // A file that another daemon took meanwhile is that one's.
    try {
      if (this.#rename(owned.ref, ref)) owned.ref = ref;
    } catch {
      // It stays under our name, and is free when this process is gone.
    }
  }

  /**
   * Deletes runs that nobody drives; those that have not ended are taken over first, so that no other daemon continues one
   * meanwhile. Returns the run that somebody else has taken, with none deleted; null for none.
   *
   * Errors: `store.unavailable`.
   */
  remove(refs: readonly RunRef[]): RunRef | null {
    const taken: { from: RunRef; mine: RunRef }[] = [];
    try {
      this.#live();
      for (const from of refs.filter(isOpen)) {
        const mine: RunRef = { ...from, tag: `live-${this.daemons.epoch}` };
        if (!this.#rename(from, mine)) {
          for (const one of taken) this.#rename(one.mine, { ...one.from, tag: 'park' });
          return from;
        }
        taken.push({ from, mine });
      }
      const mine = new Map(taken.map((one) => [one.from, one.mine]));
      for (const ref of refs) {
        fs.rmSync(this.pathOf(mine.get(ref) ?? ref), { force: true });
        this.#sync.addFolder(this.index.path(ref));
      }
      return null;
    } catch (error) {
      throw failedIn(this.path, error);
    }
  }

  get epoch(): string {
    return this.daemons.epoch;
  }

  /** Resolves when everything is on disk. */
  flush(): Promise<void> {
    return this.#sync.flush();
  }

  /** Parks what is left, and says that this daemon is gone. */
  close(): void {
    for (const owned of [...this.#owned.values()]) this.release(owned, 'park');
    clearInterval(this.#timer);
    this.#timer = undefined;
    clearTimeout(this.#sweeping);
    this.daemons.leave();
  }

  /** Shows from here on that this daemon lives. */
  #live(): void {
    if (this.#timer) return;
    this.daemons.beat();
    this.daemons.tidy();
    this.#beatAt = this.#options.elapsed();
    this.#timer = setInterval(() => this.#beat(), beatMs);
    this.#timer.unref();
    this.#sweepAfter(firstSweepMs);
  }

  /** Once a while after its first run, then every hour; whatever goes wrong is tried again then. */
  #sweepAfter(ms: number): void {
    const { sweep } = this.#options;
    if (!sweep) return;
    this.#sweeping = setTimeout(() => {
      const swept = sweep(this).catch(() => null);
      void swept.then(() => this.#timer && this.#sweepAfter(sweepMs));
    }, ms);
    this.#sweeping.unref();
  }

  #beat(): void {
    try {
      if (this.#isLate) this.#checkAll();
      this.daemons.beat();
      this.#beatAt = this.#options.elapsed();
    } catch {
      // The next line that is written fails, or the next beat succeeds.
    }
  }

  get #isLate(): boolean {
    return this.#options.elapsed() - this.#beatAt > lateMs;
  }

  /** A process that stood still for so long may have lost its runs to another one, which took it for gone. */
  #checkOwner(file: RunFile): void {
    if (!this.#isLate) return;
    this.#checkAll();
    if (!this.#owned.has(file)) throw lost(file.path);
    this.daemons.beat();
    this.#beatAt = this.#options.elapsed();
  }

  #checkAll(): void {
    for (const { file } of [...this.#owned.values()]) {
      if (fs.existsSync(file.path)) continue;
      this.#owned.delete(file);
      file.onFailure(lost(file.path));
      file.close();
    }
  }

  #createFile(head: RunHead): OwnedRun {
    const ref = newRef(head, `live-${this.daemons.epoch}`);
    makeFolder(this.index.path(ref));
    const file = RunFile.create(this.pathOf(ref), this.#files);
    const owned = this.#own({ ref, file });
    try {
      file.appendNow({ k: 'run', ...head });
    } catch (error) {
      this.drop(owned);
      throw error;
    }
    this.#sync.addFolder(this.index.path(ref));
    return owned;
  }

  #own(owned: OwnedRun): OwnedRun {
    this.#owned.set(owned.file, owned);
    return owned;
  }

  /** Takes back a run that was just created. */
  drop(owned: OwnedRun): void {
    this.#owned.delete(owned.file);
    owned.file.close();
    fs.rmSync(this.pathOf(owned.ref), { force: true });
  }

  async #taken(
    head: RunHead,
    claims: { id: boolean; conversation: boolean },
    own: RunRef | null,
  ): Promise<Taken | null> {
    if (!claims.id && !claims.conversation) return null;
    const [id, conversation] = [idOf(head.runId), conversationOf(head.conversationId)];
    for (const ref of await this.index.refs()) {
      if (own && stableName(ref) === stableName(own) && ref.tag === own.tag) continue;
      if (claims.id && ref.id === id) return { taken: 'id', by: ref };
      if (
        claims.conversation &&
        ref.conversation === conversation &&
        isOpen(ref) &&
        (await this.#takesConversation(ref))
      )
        return { taken: 'conversation', by: ref };
    }
    return null;
  }

  /** Neither runs that tools of other runs started take the conversation, nor those that cannot go on. */
  async #takesConversation(ref: RunRef): Promise<boolean> {
    const run = await this.load(ref).catch(() => null);
    const isDriven = this.driverOf(ref) !== null;
    // A file without a head is that of a daemon which is writing it, or did not get so far.
    if (run === null) return isDriven;
    if (run.head.parentRunId !== undefined || run.result !== null) return false;
    return isDriven || (!run.isDamaged && run.head.loop === LOOP_VERSION);
  }

  async #again(ref: RunRef): Promise<RunRef | null> {
    const name = stableName(ref);
    return (await this.refs()).find((one) => stableName(one) === name) ?? null;
  }

  #read(ref: RunRef): Promise<Buffer> {
    const { O_RDONLY, O_NOFOLLOW = 0 } = fs.constants;
    return fs.promises.readFile(this.pathOf(ref), { flag: O_RDONLY | O_NOFOLLOW });
  }

  /** False when the file does not bear that name any more. Errors: those of the system. */
  #rename(from: RunRef, to: RunRef): boolean {
    try {
      fs.renameSync(this.pathOf(from), this.pathOf(to));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
      throw error;
    }
    this.#sync.addFolder(this.index.path(to));
    return true;
  }

  /** The file of a run. */
  pathOf(ref: RunRef): string {
    return this.index.path(ref, fileName(ref));
  }
}

function remember<T>(known: Map<string, T>, name: string, value: T): void {
  if (known.size >= mostHeads) known.clear();
  known.set(name, value);
}

const isOpen = ({ tag }: RunRef) => tag === 'park' || tag.startsWith('live-');

const lost = (path: string) =>
  new EngineError('run.owned', `Another daemon took the run in '${path}' over, since this one had stood still.`);
