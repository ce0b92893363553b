import fs from 'node:fs';
import { promisify } from 'node:util';
import { encodeLine, type RawLine } from './line.ts';
import type { LineLog } from './store.ts';
import { failedIn } from './store-errors.ts';

const openFile = promisify(fs.open);
const { O_WRONLY, O_APPEND, O_CREAT, O_EXCL, O_NOFOLLOW = 0 } = fs.constants;

/** When lines are on disk: `normal` awaits it only for what cannot be made again. */
export type Durability = 'normal' | 'full';

/** What the files of a store share. */
export interface FileWorld {
  readonly durability: Durability;
  /** Called with each file that has lines which are not on disk yet. */
  readonly onDirty: (file: RunFile) => void;
  /** Called before a line is written. Errors: `run.owned` when the run was taken over. */
  readonly check: (file: RunFile) => void;
}

type Fields = { readonly k: string } & { readonly [field: string]: unknown };

/**
 * The file of a run that this process drives. A line is written before anything follows from it; whoever cannot write stops
 * there, and so does the run.
 */
export class RunFile implements LineLog {
  path: string;
  readonly #world: FileWorld;
  readonly #fd: number;
  #size: number;
  #count: number;
  /** Lines that go with the next one. */
  #held = '';
  #failure: Error | null = null;
  #isClosed = false;
  #syncing: Promise<void> | null = null;
  #again: Promise<void> | null = null;
  /** Called once when a line cannot be written, or the run was taken over. */
  onFailure: (error: Error) => void = () => undefined;

  private constructor(path: string, fd: number, at: { size: number; count: number }, world: FileWorld) {
    this.path = path;
    this.#fd = fd;
    this.#size = at.size;
    this.#count = at.count;
    this.#world = world;
  }

  /** Creates the file of a new run. Errors: those of the system, `EEXIST` among them. */
  static async create(path: string, world: FileWorld): Promise<RunFile> {
    // Making a file takes a file system longer than writing to it; other runs go on meanwhile.
    const fd = await openFile(path, O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
    return new RunFile(path, fd, { size: 0, count: 0 }, world);
  }

  /** Opens the file of a run that was taken over, and cuts off its torn tail. Errors: those of the system. */
  static open(path: string, at: { size: number; count: number }, world: FileWorld): RunFile {
    const fd = fs.openSync(path, O_WRONLY | O_APPEND | O_NOFOLLOW);
    try {
      if (fs.fstatSync(fd).size > at.size) fs.ftruncateSync(fd, at.size);
    } catch (error) {
      fs.closeSync(fd);
      throw error;
    }
    return new RunFile(path, fd, at, world);
  }

  /** Writes a line with the next one. Only for what could be lost without anybody having seen that it was there. */
  hold(fields: Fields): void {
    this.#held += this.#encode(fields);
  }

  /**
   * Writes a line. Returns a promise when it has to be on disk before anything follows from it.
   *
   * Errors: `store.unavailable`, `run.owned`; then nothing is written to this file any more.
   */
  append(fields: Fields, { sync = false }: { sync?: boolean } = {}): Promise<void> | undefined {
    this.#write(fields);
    if (sync || this.#world.durability === 'full') return this.sync();
    this.#world.onDirty(this);
    return undefined;
  }

  /** The same for a line that is followed at once: with full durability it is on disk when this returns. */
  appendNow(fields: Fields): undefined {
    this.#write(fields);
    if (this.#world.durability === 'full') this.#try(() => fs.fdatasyncSync(this.#fd));
    else this.#world.onDirty(this);
  }

  /** Resolves when all lines so far are on disk. Requests that come meanwhile share the next pass. */
  sync(): Promise<void> {
    if (this.#isClosed) return Promise.resolve();
    if (!this.#syncing) return this.#pass();
    this.#again ??= this.#syncing.then(
      () => this.#pass(),
      () => this.#pass(),
    );
    return this.#again;
  }

  /** Nothing is written any more. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const close = () => fs.closeSync(this.#fd);
    if (this.#syncing) void this.#syncing.then(close, close);
    else close();
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  #write(fields: Fields): void {
    if (this.#failure) throw this.#failure;
    if (this.#isClosed) throw new Error(`the file '${this.path}' is closed`);
    this.#try(() => {
      this.#world.check(this);
      const text = this.#held + this.#encode(fields);
      this.#held = '';
      this.#size += this.#writeWhole(text);
    });
  }

  /** A line that fits only in part is taken back, so that what follows later stands after a whole one. */
  #writeWhole(text: string): number {
    const size = Buffer.byteLength(text);
    try {
      if (fs.writeSync(this.#fd, text) === size) return size;
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    } catch (error) {
      fs.ftruncateSync(this.#fd, this.#size);
      throw error;
    }
  }

  #encode(fields: Fields): string {
    const line: RawLine = { n: this.#count, ...fields };
    this.#count += 1;
    return encodeLine(line);
  }

  #pass(): Promise<void> {
    this.#again = null;
    const pass = new Promise<void>((resolve, reject) => {
      fs.fdatasync(this.#fd, (error) => {
        this.#syncing = null;
        if (error) reject(this.#fail(error));
        else resolve();
      });
    });
    this.#syncing = pass;
    return pass;
  }

  #try(act: () => void): void {
    try {
      act();
    } catch (error) {
      throw this.#fail(error);
    }
  }

  #fail(error: unknown): Error {
    if (this.#failure) return this.#failure;
    this.#failure = failedIn(this.path, error);
    this.onFailure(this.#failure);
    return this.#failure;
  }
}
