import { lstat, realpath } from 'node:fs/promises';
import { basename, dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import { reasonOf, ToolFailure } from './tool-failure.ts';

/** A place in the workspace. */
export interface Place {
  /** As the path was meant: absolute, without `..`, with the links a person knows it by. */
  readonly path: string;
  /** Where it really is, with every link resolved. */
  readonly real: string;
}

/** The folders that a workspace consists of; nothing outside of them is read, written or named to an editor. */
export class Roots {
  readonly cwd: string;
  readonly folders: readonly string[];
  #real: Promise<readonly string[]> | null = null;

  constructor(cwd: string, others: readonly string[] = []) {
    this.cwd = resolve(cwd);
    this.folders = [...new Set([this.cwd, ...others.map((folder) => resolve(folder))])];
  }

  /**
   * Finds out where a path leads, through every link on its way. To be called again right before each use: a link may be
   * made at any time.
   *
   * Errors: `ToolFailure` for a place outside of the roots.
   */
  async place(given: string): Promise<Place> {
    if (given.includes('\0')) throw new ToolFailure('The path holds a zero byte.');
    const path = resolve(this.cwd, given);
    const real = await realPlace(path).catch((error: unknown) => {
      throw error instanceof ToolFailure ? error : new ToolFailure(`'${given}' cannot be used: ${reasonOf(error)}.`);
    });
    this.#real ??= Promise.all(this.folders.map((folder) => realpath(folder).catch(() => folder)));
    if ((await this.#real).some((folder) => isInside(folder, real))) return { path, real };
    throw new ToolFailure(
      `'${given}' is outside of the workspace${real === path ? '' : ` (it leads to '${real}')`}; its folders are ${this.folders.map((folder) => `'${folder}'`).join(', ')}.`,
    );
  }

  /** A path as models and humans are shown it: relative to the working directory where it is inside that. */
  shown(path: string): string {
    return isInside(this.cwd, path) ? relative(this.cwd, path) || '.' : path;
  }
}

/** Returns whether a path is a folder or inside it; both are absolute. */
export function isInside(folder: string, path: string): boolean {
  const from = relative(folder, path);
  return from === '' || (from !== '..' && !from.startsWith(`..${sep}`) && !isAbsolute(from));
}

/** Resolves the links of the part of a path that exists. */
async function realPlace(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  // Writing to a link that leads nowhere would make a file where it points.
  const isLink = await lstat(path).then(
    (stats) => stats.isSymbolicLink(),
    () => false,
  );
  if (isLink) throw new ToolFailure(`'${path}' is a link that leads nowhere.`);
  const parent = dirname(path);
  return parent === path ? path : resolve(await realPlace(parent), basename(path));
}
