import fs from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ModelMessage } from '../../protocol/messages/messages.ts';
import { EngineError } from '../engine/errors.ts';
import { Daemons } from './daemons.ts';
import { edgeLines, firstLine } from './edge-lines.ts';
import { openFolder } from './folder.ts';
import { decodeLine, readLines } from './line.ts';
import { conversationOf, epochOf, fileName, idOf, isOpen, type RunRef, stableName } from './names.ts';
import { endOf, headSummary } from './run-detail.ts';
import { RunIndex } from './run-index.ts';
import type { RunEnd, RunHistory, StoredChild, StoredHeadSummary, StoredSummary } from './store.ts';
import { failedIn } from './store-errors.ts';
import type { RunHead, StoredHistory, StoredLine } from './stored-lines.ts';
import { StoredRun } from './stored-run.ts';

const outcomes = { ok: 'success', def: 'deferred', can: 'cancelled', err: 'failed' } as const;

/** How often a file is looked at that has no head yet: for about a second. */
const mostLooks = 30;
/** How often the file of a run that another daemon drives is looked at, in milliseconds. */
const lookMs = 100;

/** Heads and ends that are remembered. */
const mostHeads = 50_000;
/** Ended runs whose messages are remembered, and the most messages of one. */
const mostHistories = 16;
const mostMessages = 10_000;

/** Reads the runs of a folder, whoever drives them: as of their last line. What never changes is read once. */
export class RunReader {
  readonly path: string;
  readonly index: RunIndex;
  readonly daemons: Daemons;
  readonly #heads = new Map<string, StoredHeadSummary>();
  readonly #ends = new Map<string, RunEnd>();
  readonly #messages = new Map<string, RunHistory>();

  /** Errors: `store.unavailable`. */
  constructor({ path, by }: { path: string; by: string }) {
    this.path = path;
    openFolder(path);
    this.index = new RunIndex(join(path, 'runs'));
    this.daemons = new Daemons(join(path, 'daemons'), by);
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

  /** The runs that tools of a run started, unless they have ended; what cannot be read is passed over. */
  async openChildren(runId: string): Promise<StoredChild[]> {
    const open = (await this.refs()).filter(isOpen);
    const heads = await Promise.all(open.map((ref) => this.#head(ref).catch(() => null)));
    return open.flatMap((ref, index) => {
      const head = heads[index];
      return head?.parentRunId === runId ? [{ ref, runId: head.runId }] : [];
    });
  }

  /** Reads a run; null when it is gone. Errors: `store.unavailable`, `run.unreadable`. */
  async load(ref: RunRef): Promise<StoredRun | null> {
    // Its owner may rename it between our looking at the folder and our opening it.
    for (let tries = 0; ; tries += 1) {
      const now: RunRef | null = tries === 0 ? ref : await this.#again(ref);
      if (!now) return null;
      try {
        return new StoredRun(now, readLines(await this.read(now)));
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

  async #again(ref: RunRef): Promise<RunRef | null> {
    const name = stableName(ref);
    return (await this.refs()).find((one) => stableName(one) === name) ?? null;
  }

  protected read(ref: RunRef): Promise<Buffer> {
    const { O_RDONLY, O_NOFOLLOW = 0 } = fs.constants;
    return fs.promises.readFile(this.pathOf(ref), { flag: O_RDONLY | O_NOFOLLOW });
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
