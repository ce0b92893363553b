import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Writable } from 'node:stream';

/**
 * Reads `+ GROUP` and `- GROUP`; when the pipe ends, which it does however we end, it ends the groups that are left. It ignores
 * the signals that a terminal or a service manager may send to us and to it.
 */
const script = `trap '' HUP INT TERM
groups=' '
while read -r sign group; do
  case $sign in
  +) groups="$groups$group " ;;
  -)
    kept=' '
    for one in $groups; do [ "$one" = "$group" ] || kept="$kept$one "; done
    groups=$kept
    ;;
  esac
done
[ "$groups" = ' ' ] && exit 0
for one in $groups; do kill -TERM "-$one"; done
sleep 1
for one in $groups; do kill -KILL "-$one"; done
`;

/** What must not outlive us: process groups. */
export interface Reaper {
  add(group: number): void;
  /** Forgets a group that is gone. */
  remove(group: number): void;
}

/**
 * Ends process groups when this process is gone, even by SIGKILL: a small shell in a session of its own, started with the first
 * group. Where there is no such shell, groups are ended only by an orderly end.
 */
class ShellReaper implements Reaper {
  readonly #groups = new Set<number>();
  #shell: ChildProcessByStdio<Writable, null, null> | null = null;

  add(group: number): void {
    this.#groups.add(group);
    if (this.#shell) this.#write(`+ ${group}\n`);
    else this.#start();
  }

  remove(group: number): void {
    if (this.#groups.delete(group)) this.#write(`- ${group}\n`);
  }

  #start(): void {
    const { PATH = '/usr/bin:/bin' } = process.env;
    const shell = spawn('/bin/sh', ['-c', script], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
      cwd: '/',
      env: { PATH },
    });
    const isGone = () => {
      if (this.#shell === shell) this.#shell = null;
    };
    shell.on('error', isGone).on('exit', () => {
      isGone();
      // Somebody killed it; what it watched still needs one.
      if (this.#groups.size > 0) this.#start();
    });
    shell.stdin.on('error', isGone);
    // It keeps nobody waiting.
    shell.unref();
    (shell.stdin as Writable & { unref?: () => void }).unref?.();
    this.#shell = shell;
    for (const group of this.#groups) this.#write(`+ ${group}\n`);
  }

  #write(line: string): void {
    this.#shell?.stdin.write(line);
  }
}

const nobody: Reaper = { add: () => undefined, remove: () => undefined };

/** The one reaper of this process. Windows has no process groups. */
export const reaper: Reaper = process.platform === 'win32' ? nobody : new ShellReaper();
