import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import tsconfig from '../tsconfig.json' with { type: 'json' };

const root = new URL('..', import.meta.url).pathname;
/** The package under its own names, from its source: the manifest names what is built. */
const alias = Object.entries(tsconfig.compilerOptions.paths).map(([name, [file = '']]) => ({
  find: new RegExp(`^${name}$`),
  replacement: root + file,
}));

/** Machines of CI are slow and busy, and have the tests that start other programs: a limit is there for what hangs. */
const timeout = process.env.CI ? 300_000 : 20_000;

export default defineConfig({
  root,
  resolve: { alias },
  test: {
    // Files share their worker and its modules: loading them anew for each file took longer than the tests.
    isolate: false,
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    // More than there are cores, since many tests wait for processes to end. Vitest cuts a percentage down to the cores.
    maxWorkers: Math.ceil(availableParallelism() * 1.5),
    globalSetup: ['test/support/setup/global-setup.ts'],
    testTimeout: timeout,
    hookTimeout: timeout,
    // A second, the default, is soon over on such machines.
    expect: { poll: { timeout } },
    retry: 0,
    sequence: { concurrent: false },
  },
});
