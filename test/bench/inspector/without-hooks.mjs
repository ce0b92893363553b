import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleDaemonScripts } from '../../../server/build/daemon.mjs';
import { hookedFiles, withoutHooks } from './hooks.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '../../..');

/** Builds the daemon as if there were neither tracing nor a page, to measure what they cost when they are off. */
export async function buildWithoutHooks(daemon) {
  const folder = join(root, 'dist/bench/without-hooks');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  cpSync(dirname(daemon), folder, { recursive: true });
  const { files } = await bundleDaemonScripts([cutHooks]);
  for (const { path, contents } of files) writeFileSync(join(folder, basename(path)), contents);
  return join(folder, basename(daemon));
}

const cutHooks = {
  name: 'without-hooks',
  setup({ onLoad }) {
    for (const file of hookedFiles) {
      const path = join(root, file);
      onLoad({ filter: new RegExp(`/${basename(file)}$`) }, (loaded) =>
        loaded.path === path ? { loader: 'ts', contents: withoutHooks(file) } : undefined,
      );
    }
  },
};
