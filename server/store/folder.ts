import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import { join } from 'node:path';
import { failedIn, unavailable } from './store-errors.ts';

/** The version of the layout of a store. */
export const STORE_FORMAT = 1;

/**
 * Opens the folder of a store, and makes it when it is not there.
 *
 * Errors: `store.unavailable`; nothing is touched then.
 */
export function openFolder(path: string): { id: string } {
  try {
    fs.mkdirSync(path, { recursive: true, mode: 0o700 });
    checkFolder(path);
    const identity = identify(path);
    for (const name of ['runs', 'daemons']) makeFolder(join(path, name));
    return identity;
  } catch (error) {
    throw failedIn(path, error);
  }
}

/** Makes a folder inside of a store. Errors: those of the system, `store.unavailable`. */
export function makeFolder(path: string): void {
  try {
    fs.mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  checkFolder(path);
}

/** Errors: `store.unavailable` for a folder that somebody else could have put things into. */
function checkFolder(path: string): void {
  const stats = fs.lstatSync(path);
  const unsafe = (what: string) => unavailable('unsafe', path, what);
  if (stats.isSymbolicLink()) throw unsafe('it is a symbolic link. Name the folder itself.');
  if (!stats.isDirectory()) throw unsafe('it is not a folder.');
  if (process.getuid === undefined) return;
  if (stats.uid !== process.getuid()) throw unsafe('it belongs to another user.');
  if ((stats.mode & 0o022) !== 0)
    throw unsafe(`others may write to it (mode ${(stats.mode & 0o777).toString(8)}). Take that away with chmod go-w.`);
}

/** Says what the folder is; of two daemons that write this at once one is first. */
function identify(path: string): { id: string } {
  const file = join(path, 'store.json');
  const known = read(file);
  if (known) return known;
  const draft = join(path, `.store-${randomUUID()}.json`);
  fs.writeFileSync(draft, `${JSON.stringify({ format: STORE_FORMAT, id: randomUUID() })}\n`, { mode: 0o600 });
  try {
    fs.linkSync(draft, file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Some file systems have no links; there the last one wins, and both read the same.
    if (code === 'EPERM' || code === 'ENOTSUP' || code === 'ENOSYS') fs.renameSync(draft, file);
    else if (code !== 'EEXIST') throw error;
  } finally {
    fs.rmSync(draft, { force: true });
  }
  return read(file) as { id: string };
}

function read(file: string): { id: string } | null {
  let text: string;
  try {
    text = fs.readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  const { format, id } = identityIn(text);
  if (typeof format !== 'number' || typeof id !== 'string')
    throw unavailable('io', file, 'it does not say which format the store has.');
  if (format > STORE_FORMAT)
    throw unavailable(
      'newer',
      file,
      `its format is ${format}, written by a later version of Runwire; this one knows ${STORE_FORMAT}. Update it.`,
    );
  return { id };
}

function identityIn(text: string): { format?: unknown; id?: unknown } {
  try {
    return (JSON.parse(text) as { format?: unknown; id?: unknown } | null) ?? {};
  } catch {
    return {};
  }
}
