import { readFileSync } from 'node:fs';

const everyMs = 1000;

/**
 * Calls back once when a process is gone. A number that was given to another process meanwhile is no sign of life: the
 * time at which it started is compared. A process that is gone already, or that cannot be seen from here (another
 * container), is not watched: then the number means nothing.
 *
 * @returns ends the watch; undefined when the process is not watched.
 */
export function watchProcess(pid: number, onGone: () => void): (() => void) | undefined {
  const began = identityOf(pid);
  if (began === undefined) return undefined;
  const timer = setInterval(() => {
    if (identityOf(pid) === began) return;
    clearInterval(timer);
    onGone();
  }, everyMs);
  timer.unref();
  return () => clearInterval(timer);
}

/** What distinguishes a living process from a later one of the same number, where the system says it; undefined for none. */
export function identityOf(pid: number): string | undefined {
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  return process.platform === 'linux' ? startOfLinux(pid) : isThere(pid) ? 'alive' : undefined;
}

/** Source: proc_pid_stat(5): the name, in brackets, may hold anything; state is field 3, starttime 22. */
function startOfLinux(pid: number): string | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return undefined;
  }
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // A process that was killed stays as a zombie until its parent collects it.
  return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // It is there, and somebody else's.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
