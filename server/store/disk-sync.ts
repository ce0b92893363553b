import fs from 'node:fs';
import type { RunFile } from './run-file.ts';

/** How long lines may be written without being on disk, in milliseconds. */
const withinMs = 1000;

/** Brings files and folders to the disk in the background, one after another. */
export class DiskSync {
  readonly #files = new Set<RunFile>();
  readonly #folders = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;

  add(file: RunFile): void {
    this.#files.add(file);
    this.#schedule();
  }

  addFolder(path: string): void {
    this.#folders.add(path);
    this.#schedule();
  }

  /** Resolves when all that was added is on disk. A failure is that of the file. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#running ??= this.#pass().finally(() => {
      this.#running = undefined;
      if (this.#files.size + this.#folders.size > 0) this.#schedule();
    });
    await this.#running;
  }

  #schedule(): void {
    if (this.#timer || this.#running) return;
    this.#timer = setTimeout(() => void this.flush(), withinMs);
    this.#timer.unref();
  }

  async #pass(): Promise<void> {
    for (const file of this.#files) {
      this.#files.delete(file);
      await file.sync().catch(() => undefined);
    }
    for (const folder of this.#folders) {
      this.#folders.delete(folder);
      await syncFolder(folder);
    }
  }
}

/** Brings the names in a folder to the disk. Some systems cannot open folders; there is nothing to do about that. */
async function syncFolder(path: string): Promise<void> {
  let handle: fs.promises.FileHandle | undefined;
  try {
    handle = await fs.promises.open(path, 'r');
    await handle.sync();
  } catch {
    // The names are there, if perhaps not after a power cut.
  } finally {
    await handle?.close();
  }
}
