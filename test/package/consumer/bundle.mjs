// node bundle.mjs BUNDLER esm|cjs OUTPUT: bundles the scenario as a program that is shipped in one file.
import { resolve } from 'node:path';

const [bundler, format, output] = process.argv.slice(2);
const isModule = format === 'esm';
const input = resolve(isModule ? 'scenario.mjs' : 'scenario.cjs');
const file = resolve(output);
const folder = resolve(output, '..');
const name = file.slice(folder.length + 1);
const node = /^(node:|child_process|crypto|fs|net|os|path|url|util)/;

const bundlers = {
  async esbuild() {
    const { build } = await import('esbuild');
    // Parts of what is bundled are CommonJS, and require modules of Node.
    const banner = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";
    await build({
      entryPoints: [input],
      outfile: file,
      bundle: true,
      platform: 'node',
      format,
      logOverride: { 'empty-import-meta': 'silent' },
      ...(isModule ? { banner: { js: banner } } : {}),
    });
  },

  async rollup() {
    const [{ rollup }, { default: nodeResolve }, { default: commonjs }] = await Promise.all([
      import('rollup'),
      import('@rollup/plugin-node-resolve'),
      import('@rollup/plugin-commonjs'),
    ]);
    const bundle = await rollup({
      input,
      external: node,
      plugins: [nodeResolve({ exportConditions: ['node'], preferBuiltins: true }), commonjs()],
      logLevel: 'silent',
    });
    await bundle.write({ file, format: isModule ? 'es' : 'cjs' });
  },

  async vite() {
    const { build } = await import('vite');
    await build({
      logLevel: 'error',
      build: {
        ssr: input,
        outDir: folder,
        emptyOutDir: false,
        rolldownOptions: { output: { format: isModule ? 'es' : 'cjs', entryFileNames: name } },
      },
      ssr: { noExternal: true, target: 'node' },
    });
  },

  async webpack() {
    const { default: webpack } = await import('webpack');
    const module = { experiments: { outputModule: true } };
    await new Promise((done, fail) => {
      const compiler = webpack({
        mode: 'production',
        target: 'node20',
        entry: input,
        ...(isModule ? module : {}),
        output: {
          path: folder,
          filename: name,
          ...(isModule ? { module: true, chunkFormat: 'module', library: { type: 'module' } } : {}),
        },
      });
      compiler.run((error, stats) => {
        if (error || stats.hasErrors()) fail(error ?? new Error(stats.toString('errors-only')));
        else compiler.close(done);
      });
    });
  },
};

await bundlers[bundler]();
