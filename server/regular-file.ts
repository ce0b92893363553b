import fs from 'node:fs';

const { O_RDONLY, O_WRONLY, O_APPEND, O_CREAT, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = fs.constants;

/** File systems whose files the kernel makes up: proc, sysfs, debugfs, tracefs, cgroup2. Source: Linux `magic.h`. */
const madeUp: ReadonlySet<number> = new Set([0x9fa0, 0x62656572, 0x64626720, 0x74726163, 0x63677270]);

/**
 * Opens a regular file for reading and returns its descriptor. Nothing else is opened: opening a FIFO may wait for its
 * other end for ever, opening a device may do something, and neither has an end.
 *
 * Errors: those of the system; an error that says what it is instead of a regular file.
 */
export function openToRead(path: string): number {
  refuseOther(fs.statSync(path));
  // Still without waiting: it may have become another file since.
  return checked(fs.openSync(path, O_RDONLY | O_NONBLOCK), refuseOther);
}

/**
 * Opens a file for writing at its end, creates it when it is absent, and returns its descriptor. The file is private:
 * links are not followed, and permissions of others are taken away.
 *
 * Errors: those of the system; an error that says what it is instead of a regular file of this user.
 */
export function openToAppend(path: string): number {
  const before = fs.lstatSync(path, { throwIfNoEntry: false });
  if (before) refuseOther(before);
  return checked(fs.openSync(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0o600), (stats, fd) => {
    refuseOther(stats);
    refuseShared(stats);
    if ((stats.mode & 0o077) !== 0 && process.platform !== 'win32') fs.fchmodSync(fd, 0o600);
  });
}

/** Returns the descriptor if its file passes the check, and closes it otherwise. */
function checked(fd: number, check: (stats: fs.Stats, fd: number) => void): number {
  try {
    if (isMadeUp(fd)) throw new Error('it is made up by the kernel, as those of /proc are, not a regular file');
    check(fs.fstatSync(fd), fd);
    return fd;
  } catch (error) {
    fs.closeSync(fd);
    throw error;
  }
}

function refuseOther(stats: fs.Stats): void {
  if (!stats.isFile()) throw new Error(`it is ${kindOf(stats)}, not a regular file`);
}

function refuseShared({ nlink, uid }: fs.Stats): void {
  if (nlink > 1) throw new Error('it has another name, a hard link');
  if (process.getuid !== undefined && uid !== process.getuid()) throw new Error('it belongs to another user');
}

function kindOf(stats: fs.Stats): string {
  if (stats.isDirectory()) return 'a folder';
  if (stats.isSymbolicLink()) return 'a symbolic link';
  if (stats.isFIFO()) return 'a FIFO';
  return stats.isSocket() ? 'a socket' : 'a device';
}

function isMadeUp(fd: number): boolean {
  if (process.platform !== 'linux') return false;
  try {
    return madeUp.has(fs.statfsSync(`/proc/self/fd/${fd}`).type);
  } catch {
    return false; // without /proc there is nothing to look up, nor to refuse
  }
}
