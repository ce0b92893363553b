import fs from 'node:fs';
import { join } from 'node:path';
import { byStart, dayPattern, parseName, type RunRef } from './names.ts';

/** A folder whose time of change is older than this is not read again until that time changes. */
const settledMs = 2000;

interface Day {
  readonly changedAt: number;
  readonly refs: readonly RunRef[];
}

/** The names of all runs of a store, as they are now. */
export class RunIndex {
  readonly #folder: string;
  readonly #days = new Map<string, Day>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Newest first. Errors: those of the system. */
  async refs(): Promise<RunRef[]> {
    const entries = await fs.promises.readdir(this.#folder, { withFileTypes: true });
    const days = entries.filter((entry) => entry.isDirectory() && dayPattern.test(entry.name)).map(({ name }) => name);
    // The latest day first: only those of one day have to be put in order.
    const all = await Promise.all(
      days
        .sort()
        .reverse()
        .map((day) => this.#dayRefs(day)),
    );
    return all.flat();
  }

  path(ref: { readonly day: string }, name?: string): string {
    return name === undefined ? join(this.#folder, ref.day) : join(this.#folder, ref.day, name);
  }

  async #dayRefs(day: string): Promise<readonly RunRef[]> {
    const path = this.path({ day });
    const { mtimeMs } = await fs.promises.stat(path);
    const known = this.#days.get(day);
    if (known?.changedAt === mtimeMs) return known.refs;
    const names = await fs.promises.readdir(path, { withFileTypes: true });
    const refs = names.flatMap((entry) => (entry.isFile() ? (parseName(day, entry.name) ?? []) : [])).sort(byStart);
    // A change in the same tick of the file system's clock would not show.
    if (Date.now() - mtimeMs > settledMs) this.#days.set(day, { changedAt: mtimeMs, refs });
    else this.#days.delete(day);
    return refs;
  }
}
