import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clearAway } from './own-processes.js';

/** Prepares what all tests share; returns what clears it away. */
export default function setup(): () => Promise<void> {
  // Tests that spawn the daemon run what ships.
  execFileSync(process.execPath, ['server/build.mjs', '--quiet'], { stdio: 'inherit' });
  return ownTemporaryFolder();
}

/** Gives the tests a folder of their own for temporary files, which is gone when they have ended. */
function ownTemporaryFolder(): () => Promise<void> {
  // Short, since the paths of sockets are limited.
  const folder = mkdtempSync(join(tmpdir(), 'rw-'));
  // A database server does not run as root, but has its folder in there.
  chmodSync(folder, 0o711);
  const names = ['TMPDIR', 'TEMP', 'TMP'] as const;
  const before = names.map((name) => process.env[name]);
  for (const name of names) process.env[name] = folder;
  return () => {
    for (const [index, name] of names.entries()) {
      const value = before[index];
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
    return clearAway(folder);
  };
}
