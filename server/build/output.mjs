// What a build writes, and where.
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
export const dist = join(root, 'dist');
export const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** Options of every bundle. */
export const common = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20',
  logLevel: 'warning',
  metafile: true,
  write: false,
  define: { RUNWIRE_VERSION: JSON.stringify(version) },
};

/** Replaces a file at once: a daemon or a test that starts meanwhile finds the old one or the new one. */
export function put({ path, contents }) {
  const temporary = `${path}.${process.pid}.tmp`;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(temporary, contents, { mode: path.endsWith('runwire.cjs') ? 0o755 : 0o644 });
  renameSync(temporary, path);
}

/** Removes what an earlier build has left, but not what belongs to others or to a build that runs beside this one. */
export function removeOthers(kept) {
  const others = ['bench', 'executable', 'reference', 'types'].map((name) => join(dist, name));
  const isForeign = (path) => others.some((folder) => path.startsWith(folder)) || path.endsWith('.tmp');
  for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && !kept.has(path) && !isForeign(path)) rmSync(path, { force: true });
  }
}
