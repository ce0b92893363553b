import type { Downloaded } from './download.ts';

/** Bytes that are kept at most, and how long they are kept unused. */
const mostBytes = 64 * 1024 * 1024;
const keptMs = 60_000;

/**
 * Files of the runs that go on: a run sends its history with every request, and each time the same files. They are kept
 * for one run only, as another one may want what is there now.
 */
export class DownloadCache {
  readonly #files = new Map<string, { readonly file: Downloaded; readonly forget: NodeJS.Timeout }>();
  #bytes = 0;

  get(key: string): Downloaded | undefined {
    const kept = this.#files.get(key);
    kept?.forget.refresh();
    return kept?.file;
  }

  keep(key: string, file: Downloaded): void {
    this.#forget(key);
    const forget = setTimeout(() => this.#forget(key), keptMs);
    forget.unref();
    this.#files.set(key, { file, forget });
    this.#bytes += file.bytes.length;
    for (const oldest of this.#files.keys()) {
      if (this.#bytes <= mostBytes) break;
      this.#forget(oldest);
    }
  }

  #forget(key: string): void {
    const kept = this.#files.get(key);
    if (!kept) return;
    clearTimeout(kept.forget);
    this.#files.delete(key);
    this.#bytes -= kept.file.bytes.length;
  }
}
