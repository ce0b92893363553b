import { readdirSync, readFileSync, rmSync } from 'node:fs';

/** How long what the tests started may take to end once they have ended, in milliseconds. */
const grace = 30_000;
const interval = 50;

/**
 * Clears a folder for temporary files away once the processes that were given it have ended: until then it may be written to.
 * Whatever still runs after the grace is killed, and named by the error.
 */
export async function clearAway(folder: string): Promise<void> {
  for (const until = performance.now() + grace; performance.now() < until; ) {
    if (processesOf(folder).length === 0 && removed(folder)) return;
    await new Promise((resolve) => setTimeout(resolve, interval));
  }
  const left = processesOf(folder);
  for (const { pid } of left) kill(pid);
  if (left.length === 0) return rmSync(folder, { recursive: true, force: true });
  // Of an error here Vitest writes the text alone.
  process.exitCode = 1;
  const names = left.map(({ pid, command }) => `${pid}: ${command}`).join('\n');
  throw new Error(`The tests left processes running, which were killed:\n${names}`);
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Gone meanwhile.
  }
}

/** Removes a folder; false when something was written to it meanwhile, which the retries of Node do not look for. */
function removed(folder: string): boolean {
  try {
    rmSync(folder, { recursive: true, force: true });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOTEMPTY') return false;
    throw error;
  }
}

interface LeftProcess {
  pid: number;
  command: string;
}

/** The processes whose folder for temporary files this is, but for the workers of the tests; none where there is no /proc. */
function processesOf(folder: string): LeftProcess[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc').flatMap((name) => {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === process.pid) return [];
    const variables = valuesIn(`/proc/${pid}/environ`);
    const command = valuesIn(`/proc/${pid}/cmdline`);
    if (!variables.includes(`TMPDIR=${folder}`) || command.some((word) => word.includes('/vitest/'))) return [];
    return [{ pid, command: command.join(' ').slice(0, 500) }];
  });
}

/** Values that each end with a NUL; none of a process that is gone, has ended, or is another user's. */
function valuesIn(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\0').filter(Boolean);
  } catch {
    return [];
  }
}
