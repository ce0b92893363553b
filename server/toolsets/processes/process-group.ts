import { readdirSync, readFileSync } from 'node:fs';

/** Returns whether any process of a group still runs. */
export function isAlive(group: number): boolean {
  return signalled(group, 0) && (process.platform !== 'linux' || hasRunning(group));
}

/**
 * In a container whose first process waits for nobody, what has ended stays in its group for ever: signals find it, but it
 * is gone.
 */
function hasRunning(group: number): boolean {
  try {
    const states = readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? stateIn(group, name) : []));
    return states.some((state) => state !== 'Z' && state !== 'X');
  } catch {
    return true;
  }
}

function stateIn(group: number, pid: string): string[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name of the program stands in parentheses and may hold anything.
    const [state = '', , of] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return Number(of) === group ? [state] : [];
  } catch {
    return []; // gone meanwhile
  }
}

/** Sends a signal to every process of a group; false when there is none. */
export function signalled(group: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-group, signal);
    return true;
  } catch (error) {
    // Not ours to signal is alive.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** How often a group is looked at, in milliseconds: nothing reports when the last of it is gone. */
const interval = 20;

/**
 * Resolves with true when a group is gone, with false after so many milliseconds: of the clock, since on a busy machine each look
 * takes long.
 */
export async function goneWithin(group: number, ms: number): Promise<boolean> {
  for (const until = performance.now() + ms; isAlive(group); ) {
    if (performance.now() >= until) return false;
    await new Promise((resolve) => setTimeout(resolve, interval));
  }
  return true;
}

/** Ends what is left of a group: SIGTERM, and SIGKILL after the grace. */
export async function endGroup(group: number, graceMs: number): Promise<void> {
  if (!isAlive(group)) return;
  signalled(group, 'SIGTERM');
  if (await goneWithin(group, graceMs)) return;
  signalled(group, 'SIGKILL');
  // The kernel needs a moment; what it cannot end, nobody can.
  await goneWithin(group, graceMs);
}
