import { defineConfig } from 'vitest/config';
import tsconfig from '../tsconfig.json' with { type: 'json' };

const root = new URL('..', import.meta.url).pathname;
/** The package under its own names, from its source: the manifest names what is built. */
const alias = Object.entries(tsconfig.compilerOptions.paths).map(([name, [file = '']]) => ({
  find: new RegExp(`^${name}$`),
  replacement: root + file,
}));

export default defineConfig({
  root,
  resolve: { alias },
  test: {
    // Files share their worker and its modules: loading them anew for each file took longer than the tests.
    isolate: false,
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: '100%',
    globalSetup: ['test/support/build-once.ts'],
    testTimeout: 20_000,
    hookTimeout: 20_000,
    retry: 0,
    sequence: { concurrent: false },
  },
});
