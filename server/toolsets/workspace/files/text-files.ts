import { Buffer, isUtf8 } from 'node:buffer';
import { constants, type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Place } from '../roots.ts';
import { reasonOf, ToolFailure } from '../tool-failure.ts';

/** Bytes of a file that is read or written as text. */
export const maxTextBytes = 2 * 1024 * 1024;
/** Bytes at the start of a file that decide whether it is text. */
const lookedAtBytes = 8 * 1024;

/** What is at a place. */
export type FileText =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'absent' }
  /** Something that is not shown as text, and why. */
  | { readonly kind: 'other'; readonly description: string };

/** Where texts are read and written: the disk, or the buffers of an editor. */
export interface TextFiles {
  read(place: Place, signal: AbortSignal): Promise<FileText>;
  /** Errors: `ToolFailure`. */
  write(place: Place, text: string, signal: AbortSignal): Promise<void>;
}

/** Texts on the disk. */
export const diskFiles: TextFiles = {
  read: ({ real }) => readDisk(real),
  write: async ({ path, real }, text) => {
    try {
      await mkdir(dirname(real), { recursive: true });
      await writeDisk(real, text);
    } catch (error) {
      throw new ToolFailure(`'${path}' cannot be written: ${reasonOf(error)}.`);
    }
  },
};

/** Reads a file without waiting for pipes and devices, and without following a link that was made meanwhile. */
export async function readDisk(real: string): Promise<FileText> {
  const { O_RDONLY, O_NONBLOCK = 0, O_NOFOLLOW = 0 } = constants;
  let file: FileHandle;
  try {
    file = await open(real, O_RDONLY | O_NONBLOCK | O_NOFOLLOW);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { kind: 'absent' };
    throw new ToolFailure(`'${real}' cannot be read: ${reasonOf(error)}.`);
  }
  try {
    const stats = await file.stat();
    if (stats.isDirectory()) throw new ToolFailure(`'${real}' is a folder; use list_directory.`);
    if (!stats.isFile()) return { kind: 'other', description: `'${real}' is not a regular file.` };
    if (stats.size > maxTextBytes) {
      const description = `'${real}' has ${stats.size} bytes; files of more than ${maxTextBytes} are not read. Use search_files or run_command for a part of it.`;
      return { kind: 'other', description };
    }
    const bytes = await file.readFile();
    if (bytes.subarray(0, lookedAtBytes).includes(0) || !isUtf8(bytes))
      return { kind: 'other', description: `'${real}' is a binary file of ${bytes.length} bytes.` };
    return { kind: 'text', text: bytes.toString('utf8') };
  } finally {
    await file.close();
  }
}

/** Opened without a link at its end and cut only then: what a link made meanwhile points at stays as it is. */
async function writeDisk(real: string, text: string): Promise<void> {
  const { O_WRONLY, O_CREAT, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
  const file = await open(real, O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0o666);
  try {
    if (!(await file.stat()).isFile()) throw new Error('it is not a regular file');
    const bytes = Buffer.from(text);
    await file.truncate(0);
    await file.write(bytes, 0, bytes.length, 0);
  } finally {
    await file.close();
  }
}
