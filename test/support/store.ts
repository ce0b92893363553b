import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { afterEach } from 'vitest';
import { RunStore } from '../../server/store/run-store.ts';

/** A store in a folder of its own, opened on first use. */
export interface TempStore {
  readonly path: string;
  readonly by: string;
  open(): RunStore;
  /** Another store on the same folder, as another daemon has. */
  another(): RunStore;
  /** Closes all and removes the folder. */
  remove(): void;
}

/** Returns what opens stores for the tests of a file; each is removed after its test. */
export function testStores(): () => TempStore {
  const stores: TempStore[] = [];
  afterEach(() => {
    for (const store of stores.splice(0)) store.remove();
  });
  return () => {
    const store = tempStore();
    stores.push(store);
    return store;
  };
}

export function tempStore({ durability = 'normal' }: { durability?: 'normal' | 'full' } = {}): TempStore {
  const folder = mkdtempSync(join(tmpdir(), 'runwire-store-'));
  const path = join(folder, 'store');
  const opened: RunStore[] = [];
  const open = () => {
    const store = new RunStore({ path, durability, by: 'test', elapsed: () => performance.now() });
    opened.push(store);
    return store;
  };
  return {
    path,
    by: 'test',
    open,
    another: open,
    remove: () => {
      for (const store of opened) store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
