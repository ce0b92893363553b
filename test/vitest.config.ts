import { defineConfig } from 'vitest/config';

export default defineConfig({
  root: new URL('..', import.meta.url).pathname,
  resolve: { conditions: ['runwire-source'] },
  ssr: { resolve: { conditions: ['runwire-source'] } },
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
