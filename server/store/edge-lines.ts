import fs from 'node:fs';

const { O_RDONLY, O_NOFOLLOW = 0 } = fs.constants;
const newline = 0x0a;
const firstSize = 16 * 1024;

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

/** Reads the last line of a file from its end; null when the file does not end with a newline. */
export async function lastLine(path: string): Promise<Buffer | null> {
  return opened(path, async (file) => {
    const { size: total } = await file.stat();
    for (let size = firstSize; ; size *= 4) {
      const from = Math.max(0, total - size);
      const { bytesRead, buffer } = await file.read(Buffer.alloc(total - from), 0, total - from, from);
      const bytes = buffer.subarray(0, bytesRead);
      if (bytes.at(-1) !== newline) return null;
      const before = bytes.length < 2 ? -1 : bytes.lastIndexOf(newline, bytes.length - 2);
      if (before >= 0 || from === 0) return bytes.subarray(before + 1, bytes.length - 1);
    }
  });
}

async function opened<T>(path: string, read: (file: fs.promises.FileHandle) => Promise<T>): Promise<T> {
  const file = await fs.promises.open(path, O_RDONLY | O_NOFOLLOW);
  try {
    return await read(file);
  } finally {
    await file.close();
  }
}
