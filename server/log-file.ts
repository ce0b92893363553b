import fs from 'node:fs';
import type { LogSink } from './log.ts';
import { openToAppend } from './regular-file.ts';

export interface LogFileOptions {
  readonly now: () => string;
  /** Bytes after which a new file is begun. */
  readonly maxBytes?: number;
  /** Older files that are kept, as `FILE.1` (the latest) and so on. */
  readonly kept?: number;
}

/**
 * Lines in a file that only the user can read. When it is full it becomes `FILE.1`, and that `FILE.2`. Several daemons
 * may write to one file: each line is one write at the end of it.
 *
 * Errors: those of `openToAppend`. A line that cannot be written later is lost; a log does not stop its daemon.
 */
export function fileSink(path: string, { now, maxBytes = 10 * 1024 * 1024, kept = 3 }: LogFileOptions): LogSink {
  let fd = openToAppend(path);
  const rotate = () => {
    for (let i = kept - 1; i > 0; i -= 1) renameIfThere(`${path}.${i}`, `${path}.${i + 1}`);
    // Another daemon may have begun a new file meanwhile, which is then continued.
    if (isSame(fd, path)) renameIfThere(path, `${path}.1`);
    // Opened before the old one is closed: if it fails, that descriptor must not come to mean another file.
    const next = openToAppend(path);
    fs.closeSync(fd);
    fd = next;
  };
  return (level, text) => {
    try {
      fs.writeSync(fd, `${now()} ${level} [${process.pid}] ${text}\n`);
      if (fs.fstatSync(fd).size >= maxBytes) rotate();
    } catch {
      // A full disk, or a folder that is gone.
    }
  };
}

function isSame(fd: number, path: string): boolean {
  return fs.fstatSync(fd).ino === fs.lstatSync(path, { throwIfNoEntry: false })?.ino;
}

function renameIfThere(from: string, to: string): void {
  if (fs.existsSync(from)) fs.renameSync(from, to);
}
