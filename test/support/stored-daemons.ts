import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { Daemon } from './daemon.ts';

/** Daemons on one store, in a folder that each test has for itself. */
export interface StoredDaemons {
  /** The folder; the store is `store` in it, once it is there. */
  readonly folder: string;
  readonly store: string;
  /** Starts a daemon on the store, with further arguments. It is killed at the end of the test. */
  open(...more: string[]): Promise<Daemon>;
  /** Leaves a daemon alone that has ended already. */
  forget(daemon: Daemon): void;
}

/** Registers what makes the folder and removes it, for the tests of a file. */
export function storedDaemons(): StoredDaemons {
  let folder = '';
  let daemons: Daemon[] = [];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'runwire-stored-'));
    daemons = [];
  });
  afterEach(() => {
    for (const { child } of daemons) child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    get folder() {
      return folder;
    },
    get store() {
      return join(folder, 'store');
    },
    async open(...more) {
      const daemon = new Daemon({ args: ['--store', join(folder, 'store'), ...more] });
      daemons.push(daemon);
      await daemon.initialize();
      return daemon;
    },
    forget(daemon) {
      daemons.splice(daemons.indexOf(daemon), 1);
    },
  };
}
