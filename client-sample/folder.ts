import { constants, type Dirent } from 'node:fs';
import { type FileHandle, open, readdir, realpath } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';

/** Why a path is refused, in words for the model. */
export class Refused extends Error {}

/** The start of a file. */
export interface Head {
  readonly text: string;
  /** Whether the text is all there is. */
  readonly isWhole: boolean;
}

/**
 * A folder that cannot be left: neither by `..` or an absolute path nor through symbolic links. It guards against paths
 * of a model. A program that swaps folders for links between a check and its use is not guarded against.
 */
export class Folder {
  /** Real path of the folder. */
  readonly root: string;

  private constructor(root: string) {
    this.root = root;
  }

  static async open(path: string): Promise<Folder> {
    return new Folder(await realpath(path));
  }

  /**
   * Returns the real path of a path that a model gave.
   *
   * Errors: `Refused` when it is outside or does not exist.
   */
  async resolve(path: string): Promise<string> {
    // Takes `..` away before any link is followed, so that `link/..` is the folder the link stands in.
    const wanted = resolve(this.root, path);
    if (path.includes('\0') || !this.#holds(wanted)) throw outside(path);
    const real = await realpath(wanted).catch(() => undefined);
    if (real === undefined) throw (await this.#leavesByLink(wanted)) ? outside(path) : new Refused(absent(path));
    if (!this.#holds(real)) throw outside(path);
    return real;
  }

  /** What is in a folder, sorted by name. */
  async entries(path: string): Promise<Dirent[]> {
    const entries = await readdir(await this.resolve(path), { withFileTypes: true }).catch(() => {
      throw new Refused(`'${path}' is not a folder that can be read.`);
    });
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** The first bytes of a text file. */
  async readHead(path: string, maxBytes: number): Promise<Head> {
    const real = await this.resolve(path);
    // NOFOLLOW: it is no link, or became one just now. NONBLOCK: opening a pipe would wait for its other end.
    // Windows has neither flag.
    const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
    const file = await open(real, flags).catch(() => {
      throw new Refused(`'${path}' cannot be read.`);
    });
    try {
      if (!(await file.stat()).isFile()) throw new Refused(`'${path}' is not a file.`);
      const bytes = await readBytes(file, maxBytes + 1).catch(() => {
        throw new Refused(`'${path}' cannot be read.`);
      });
      return toHead(path, bytes, maxBytes);
    } finally {
      await file.close();
    }
  }

  /** Whether a nearest folder that exists is outside: what is missing out there is none of the model's business. */
  async #leavesByLink(wanted: string): Promise<boolean> {
    for (let path = dirname(wanted); path.length > this.root.length; path = dirname(path)) {
      const real = await realpath(path).catch(() => undefined);
      if (real !== undefined) return !this.#holds(real);
    }
    return false;
  }

  #holds(path: string): boolean {
    const way = relative(this.root, path);
    // Another drive of Windows is an absolute way.
    return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
  }
}

/** Paths of files below a folder; links, hidden or made folders and those that cannot be read are left out. */
export async function* filesBelow(folder: Folder, path: string): AsyncGenerator<string> {
  const entries = await folder.entries(path).catch((error: unknown) => {
    // Reported for the requested folder only.
    if (path !== '.' && error instanceof Refused) return [];
    throw error;
  });
  for (const entry of entries) {
    if (entry.name.startsWith('.') || entry.name === 'node_modules' || entry.name === 'dist') continue;
    const inner = join(path, entry.name);
    if (entry.isFile()) yield inner;
    else if (entry.isDirectory()) yield* filesBelow(folder, inner);
  }
}

async function readBytes(file: FileHandle, size: number): Promise<Buffer> {
  const buffer = Buffer.alloc(size);
  let length = 0;
  for (;;) {
    const { bytesRead } = await file.read(buffer, length, size - length, length);
    length += bytesRead;
    if (bytesRead === 0 || length === size) return buffer.subarray(0, length);
  }
}

function toHead(path: string, bytes: Buffer, maxBytes: number): Head {
  const isWhole = bytes.length <= maxBytes;
  const notText = new Refused(`'${path}' is not a text file.`);
  if (bytes.includes(0)) throw notText;
  try {
    // As a stream: a character that the cap cuts in two is left out rather than refused.
    const decoder = new TextDecoder('utf-8', { fatal: true });
    return { text: decoder.decode(bytes.subarray(0, maxBytes), { stream: !isWhole }), isWhole };
  } catch {
    throw notText;
  }
}

const outside = (path: string) => new Refused(`'${path}' is outside the folder; only what is below it may be read.`);
const absent = (path: string) => `'${path}' does not exist.`;
