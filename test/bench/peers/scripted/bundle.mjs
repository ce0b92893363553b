// The daemon whose embedded model does what those of the peers do; all else of it is what ships.
import { join } from 'node:path';
import { build } from 'esbuild';
import { withoutDescriptions } from '../../../../server/build/descriptions.mjs';

const root = new URL('../../../..', import.meta.url).pathname;

const scriptedModel = {
  name: 'scripted-model',
  setup({ onResolve }) {
    onResolve({ filter: /test-model\/test-model\.ts$/ }, () => ({
      path: join(root, 'test/bench/peers/scripted/model.ts'),
    }));
  },
};

/** Bundles it as one script; returns its path. */
export async function bundleScriptedDaemon() {
  const outfile = join(root, 'dist/bench/scripted-daemon.cjs');
  await build({
    absWorkingDir: root,
    entryPoints: ['server/main.ts'],
    outfile,
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    define: { RUNWIRE_VERSION: '"bench"', RUNWIRE_INSPECTOR: '""' },
    // None of the runs needs a provider, a toolset or a fleet.
    external: [
      '@ai-sdk/*',
      '@aws-sdk/*',
      '@smithy/*',
      '@modelcontextprotocol/*',
      '@opentelemetry/*',
      '@dbos-inc/*',
      'pg',
    ],
    plugins: [scriptedModel, withoutDescriptions],
    logOverride: { 'empty-import-meta': 'silent' },
    logLevel: 'warning',
  });
  return outfile;
}
