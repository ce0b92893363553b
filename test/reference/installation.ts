import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** This folder, as seen from the root of the repository, where tests and commands run. */
export const here = 'test/reference';

/** The folder of the installed versions: the one named by REFERENCE_DIR, else one that may be thrown away. */
export const installationDir = process.env.REFERENCE_DIR || join(tmpdir(), 'runwire-reference');

/** The version whose behaviour is ours; `requirements.txt` is the one place that names it. */
export function pinnedVersion(): string {
  const pinned = /^pydantic-ai-slim==(.*)$/m.exec(readFileSync(join(here, 'requirements.txt'), 'utf8'))?.[1];
  if (!pinned) throw new Error(`${here}/requirements.txt pins no version of pydantic-ai-slim`);
  return pinned;
}

/** The versions whose histories are read beside those of the pinned and the newest one. */
export const olderVersions = (): string[] =>
  readFileSync(join(here, 'older.txt'), 'utf8')
    .split('\n')
    .filter((line) => /^\d/.test(line))
    .map((line) => line.replace(/ .*/, ''));

const folderOf = (version: string, dir: string) => join(dir, version === 'pinned' ? pinnedVersion() : version);

/** The interpreter that has a version installed; `pinned` and `newest` are versions too. */
export const pythonOf = (version: string, dir = installationDir): string => join(folderOf(version, dir), 'bin/python');

/** Whether a version was installed to the end. */
export const isInstalled = (version: string, dir: string): boolean =>
  dir !== '' && existsSync(join(folderOf(version, dir), 'installed'));

/** Installs a version, unless it is there already. */
export function install(version: string): void {
  const { status } = spawnSync('bash', [join(here, 'install.sh'), installationDir, version], { stdio: 'inherit' });
  if (status !== 0)
    throw new Error(`version '${version}' of the reference engine could not be installed (exit code ${status})`);
}
