import fs from 'node:fs';

const { O_RDONLY, O_NOFOLLOW = 0 } = fs.constants;
const newline = 0x0a;
const firstSize = 16 * 1024;
const wholeSize = 64 * 1024;

/** Reads a file up to its first newline; null when there is none. */
export async function firstLine(path: string): Promise<Buffer | null> {
  return opened(path, async (file) => {
    let bytes = Buffer.alloc(0);
    for (let size = firstSize; ; size *= 4) {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(size), 0, size, bytes.length);
      bytes = Buffer.concat([bytes, buffer.subarray(0, bytesRead)]);
      const end = bytes.indexOf(newline);
      if (end >= 0) return bytes.subarray(0, end);
      if (bytesRead < size) return null;
    }
  });
}

/** Reads the first and the last line of a file; null for one that is not whole. */
export async function edgeLines(path: string): Promise<{ first: Buffer | null; last: Buffer | null }> {
  return opened(path, async (file) => {
    const { size: total } = await file.stat();
    // Most runs are small: one read has both lines.
    const bytes = await readAt(file, 0, Math.min(total, wholeSize));
    const end = bytes.indexOf(newline);
    const first = end >= 0 ? bytes.subarray(0, end) : null;
    if (total > wholeSize) return { first: first ?? (await firstLine(path)), last: await lastOf(file, total) };
    return { first, last: lastIn(bytes, true) ?? null };
  });
}

async function lastOf(file: fs.promises.FileHandle, total: number): Promise<Buffer | null> {
  for (let size = firstSize; ; size *= 4) {
    const from = Math.max(0, total - size);
    const line = lastIn(await readAt(file, from, total - from), from === 0);
    if (line !== undefined) return line;
  }
}

/** The last line of bytes; undefined when it begins before them, null when they do not end with a newline. */
function lastIn(bytes: Buffer, isWhole: boolean): Buffer | null | undefined {
  if (bytes.at(-1) !== newline) return null;
  const before = bytes.length < 2 ? -1 : bytes.lastIndexOf(newline, bytes.length - 2);
  return before >= 0 || isWhole ? bytes.subarray(before + 1, bytes.length - 1) : undefined;
}

async function readAt(file: fs.promises.FileHandle, from: number, size: number): Promise<Buffer> {
  const { bytesRead, buffer } = await file.read(Buffer.alloc(size), 0, size, from);
  return buffer.subarray(0, bytesRead);
}

async function opened<T>(path: string, read: (file: fs.promises.FileHandle) => Promise<T>): Promise<T> {
  const file = await fs.promises.open(path, O_RDONLY | O_NOFOLLOW);
  try {
    return await read(file);
  } finally {
    await file.close();
  }
}
