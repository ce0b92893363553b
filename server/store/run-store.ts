import fs from 'node:fs';
import { EngineError } from '../engine/errors.ts';
import { LOOP_VERSION } from '../engine/steps/steps.ts';
import { DiskSync } from './disk-sync.ts';
import { makeFolder } from './folder.ts';
import { Heartbeat } from './heartbeat.ts';
import { readLines } from './line.ts';
import { conversationOf, idOf, isOpen, newRef, type RunRef, stableName, type Tag } from './names.ts';
import { type Durability, type FileWorld, RunFile } from './run-file.ts';
import { RunReader } from './run-reader.ts';
import type { LineLog, OwnedRun as OwnedLines, Store, Taken } from './store.ts';
import { failedIn } from './store-errors.ts';
import type { RunHead } from './stored-lines.ts';
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

/** Times that two daemons may get in each other's way over one name. */
const mostRaces = 50;

/**
 * The runs of a folder. The name of a file is the index and the lock; its lines are the truth. Several processes may use one
 * folder; a run is driven by the one in its name.
 */
export class RunStore extends RunReader implements Store {
  readonly #sync = new DiskSync();
  readonly #owned = new Map<LineLog, OwnedRun>();
  readonly #files: FileWorld;
  readonly #heartbeat: Heartbeat;
  /** Folders of days that are there, and safe. */
  readonly #days = new Set<string>();

  /** Errors: `store.unavailable`. */
  constructor({ path, by, durability, elapsed, sweep }: StoreOptions) {
    super({ path, by });
    this.#heartbeat = new Heartbeat({
      daemons: this.daemons,
      elapsed,
      onLate: () => this.#checkAll(),
      sweep: sweep && (() => sweep(this)),
    });
    this.#files = {
      durability,
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
      this.#heartbeat.start();
      for (let races = 0; races < mostRaces; races += 1) {
        const before = await this.#taken(head, claims, null);
        if (before) return before;
        const owned = await this.#createFile(head);
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

  /**
   * Takes a run over that nobody drives: of all who try, one succeeds. Null for the others, who have to look again.
   *
   * Errors: `store.unavailable`, `run.unreadable`.
   */
  async claim(ref: RunRef): Promise<{ owned: OwnedRun; run: StoredRun } | null> {
    try {
      this.#heartbeat.start();
      const mine: RunRef = { ...ref, tag: `live-${this.daemons.epoch}` };
      if (!this.#rename(ref, mine)) return null;
      try {
        const run = new StoredRun(mine, readLines(await this.read(mine)));
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
      this.#heartbeat.start();
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
    this.#heartbeat.stop();
  }

  /** A process that stood still for so long may have lost its runs to another one, which took it for gone. */
  #checkOwner(file: RunFile): void {
    if (!this.#heartbeat.isLate) return;
    this.#checkAll();
    if (!this.#owned.has(file)) throw lost(file.path);
    this.#heartbeat.beat();
  }

  #checkAll(): void {
    for (const { file } of [...this.#owned.values()]) {
      if (fs.existsSync(file.path)) continue;
      this.#owned.delete(file);
      file.onFailure(lost(file.path));
      file.close();
    }
  }

  async #createFile(head: RunHead): Promise<OwnedRun> {
    const ref = newRef(head, `live-${this.daemons.epoch}`);
    const owned = this.#own({ ref, file: await this.#newFile(ref) });
    try {
      owned.file.appendNow({ k: 'run', ...head });
    } catch (error) {
      this.drop(owned);
      throw error;
    }
    this.#sync.addFolder(this.index.path(ref));
    return owned;
  }

  /** The folder of the day is looked at once, and again when it is gone. */
  async #newFile(ref: RunRef): Promise<RunFile> {
    const folder = this.index.path(ref);
    const isKnown = this.#days.has(folder);
    if (!isKnown) makeFolder(folder);
    this.#days.add(folder);
    try {
      return await RunFile.create(this.pathOf(ref), this.#files);
    } catch (error) {
      if (!isKnown || (error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      this.#days.delete(folder);
      return this.#newFile(ref);
    }
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
}

const lost = (path: string) =>
  new EngineError('run.owned', `Another daemon took the run in '${path}' over, since this one had stood still.`);
