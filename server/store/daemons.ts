import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { identityOf } from '../process-watch.ts';

/** A daemon as its file says it. */
interface DaemonFile {
  readonly pid: number;
  /** What distinguishes its process from a later one of the same number. */
  readonly started: string;
  readonly machine: string;
  readonly version: string;
}

/** How often a daemon shows that it lives, and after what silence it counts as gone, in milliseconds. */
export const beatMs = 10_000;
const silenceMs = 60_000;

let machine: string | undefined;

/** The machine of this process, found out when it is first needed. */
function machineHere(): string {
  machine ??= machineOf();
  return machine;
}

/** The file of this daemon, and those of the others. A daemon without a file is gone. */
export class Daemons {
  readonly epoch = randomBytes(8).toString('hex');
  readonly #folder: string;
  readonly #version: string;
  #hasFile = false;

  constructor(folder: string, version: string) {
    this.#folder = folder;
    this.#version = version;
  }

  /** Shows that this daemon lives. Errors: those of the system. */
  beat(): void {
    if (this.#hasFile && this.#touch()) return;
    const { pid } = process;
    const file: DaemonFile = { pid, started: identityOf(pid) ?? '', machine: machineHere(), version: this.#version };
    // Renamed into its place: a file that is there is whole.
    const draft = join(this.#folder, `.new-${this.epoch}`);
    fs.writeFileSync(draft, `${JSON.stringify(file)}\n`, { mode: 0o600 });
    fs.renameSync(draft, this.#path(this.epoch));
    this.#hasFile = true;
  }

  #touch(): boolean {
    const now = new Date();
    try {
      fs.utimesSync(this.#path(this.epoch), now, now);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
      throw error;
    }
  }

  leave(): void {
    if (this.#hasFile) fs.rmSync(this.#path(this.epoch), { force: true });
    this.#hasFile = false;
  }

  /** The process number of another daemon that lives; null when it is gone. */
  livingPid(epoch: string): number | null {
    const path = this.#path(epoch);
    const file = read(path);
    if (!file) return null;
    const isHere = file.machine === machineHere();
    const started = isHere ? identityOf(file.pid) : undefined;
    if (isHere && started !== file.started) return null;
    // The start of a process is known on some systems only; elsewhere the number may be another one's.
    const isSure = isHere && started !== 'alive';
    return isSure || this.#silence(path) < silenceMs ? file.pid : null;
  }

  /** Removes the files of daemons that are gone. */
  tidy(): void {
    for (const name of fs.readdirSync(this.#folder)) {
      const epoch = /^([0-9a-f]{16})\.json$/.exec(name)?.[1];
      if (epoch && epoch !== this.epoch && this.livingPid(epoch) === null)
        fs.rmSync(this.#path(epoch), { force: true });
    }
  }

  /** By the clock of the folder, which may be that of another machine. */
  #silence(path: string): number {
    const probe = join(this.#folder, `.clock-${this.epoch}`);
    fs.writeFileSync(probe, '', { mode: 0o600 });
    const { mtimeMs } = fs.statSync(probe);
    fs.rmSync(probe, { force: true });
    return mtimeMs - fs.statSync(path).mtimeMs;
  }

  #path(epoch: string): string {
    return join(this.#folder, `${epoch}.json`);
  }
}

function read(path: string): DaemonFile | null {
  try {
    return JSON.parse(fs.readFileSync(path, 'utf8')) as DaemonFile;
  } catch {
    // Gone, or not written whole: then its process did not live to write a run.
    return null;
  }
}

/** Processes are compared inside of one boot and one namespace of process numbers only. */
function machineOf(): string {
  try {
    const boot = fs.readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot}/${fs.readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return hostname();
  }
}
