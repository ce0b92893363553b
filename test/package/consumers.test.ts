import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** Where `install.sh` put the packed package, and what it is tried with. */
const folder = process.env.PACKAGE_DIR ?? '';
const minutes = 60_000;

const scenario = [
  'greet Ada 2',
  'approve remove tmp',
  'remove tmp',
  'output 4',
  'turn two, 4 messages',
  'stream abc',
  'failed true callback.unsupported',
  'gone true SIGKILL',
];

interface Ended {
  readonly status: number | null;
  readonly lines: string[];
  readonly stderr: string;
}

/** Runs a script of Node in the folder, or in another one. */
function node(args: readonly string[], cwd = folder): Ended {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, RUNWIRE_NO_CODE_CACHE: '1', FORCE_COLOR: '0', NO_COLOR: '1' },
    timeout: 4 * minutes,
  });
  return { status, lines: stdout.split('\n').filter(Boolean), stderr };
}

const tool = (name: string, ...args: string[]) => node([join('node_modules', name), ...args]);
const tarball = () => readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? '';

/** The same program for CommonJS. */
const asCommonJs = (program: string) =>
  program
    .replace(/^import \* as (\w+) from ('[^']+');/gm, 'const $1 = require($2);')
    .replace(/^import (\{[^}]+\}) from ('[^']+');/gm, 'const $1 = require($2);');

describe.skipIf(!folder)('the packed package (needs PACKAGE_DIR, see test/package/install.sh)', () => {
  beforeAll(() => {
    const program = readFileSync(join(folder, 'scenario.mjs'), 'utf8');
    writeFileSync(join(folder, 'scenario.cjs'), asCommonJs(program));
  });

  it(
    'is sound to those who check packages',
    () => {
      const types = tool('@arethetypeswrong/cli/dist/index.js', tarball(), '--profile', 'node16', '--format', 'ascii');
      expect(types.status, types.lines.join('\n')).toBe(0);
      const { status, lines } = tool('publint/src/cli.js', tarball(), '--strict');
      expect({ status, verdict: lines.at(-1) }, lines.join('\n')).toEqual({ status: 0, verdict: 'All good!' });
    },
    minutes,
  );

  it('holds what it exports and nothing of the repository', () => {
    const installed = join(folder, 'node_modules/runwire');
    const manifest = readFileSync(join(installed, 'package.json'), 'utf8');
    expect(manifest).not.toContain('runwire-source');
    expect(readdirSync(installed).sort()).toEqual(
      ['CHANGELOG.md', 'LICENSE', 'README.md', 'dist', 'docs', 'package.json'].sort(),
    );
    expect(readdirSync(join(installed, 'dist')).sort()).toEqual(['cjs', 'daemon', 'esm']);
    const daemon = readdirSync(join(installed, 'dist/daemon'));
    expect(daemon).toEqual(expect.arrayContaining(['runwire.cjs', 'server.cjs', 'THIRD-PARTY-LICENSES.txt']));
  });

  it.each(['scenario.mjs', 'scenario.cjs'])(
    'does what programs do with it: %s',
    (file) => {
      expect(node([file])).toEqual({ status: 0, lines: scenario, stderr: '' });
    },
    minutes,
  );

  it(
    'works with its other copy, and with the schemas of four libraries',
    () => {
      const seen = '[{"name":"Ada","n":7}]';
      expect(node(['copies.mjs'])).toEqual({
        status: 0,
        lines: [
          ...['zod', 'arktype', 'valibot', 'jsonSchema'].map((name) => `${name} retried ${seen}`),
          'retried once more',
          'true true',
        ],
        stderr: '',
      });
    },
    minutes,
  );

  it(
    'costs a program only what it uses',
    async () => {
      const bundle = (code: string) =>
        build({
          stdin: { contents: code, resolveDir: folder },
          bundle: true,
          minify: true,
          platform: 'node',
          format: 'esm',
          write: false,
          metafile: true,
        });
      const codes = await bundle("export { ErrorCode } from 'runwire/protocol';");
      expect(codes.outputFiles[0]?.contents.length).toBeLessThan(2000);
      for (const entry of ['runwire', 'runwire/client']) {
        const { metafile } = await bundle(`export * from '${entry}';`);
        const inputs = Object.keys(metafile.inputs);
        expect(inputs.some((file) => file.includes('node_modules/runwire/'))).toBe(true);
        expect(inputs.filter((file) => file.includes('node_modules/zod/'))).toEqual([]);
      }
    },
    minutes,
  );
});

describe.skipIf(!folder)('a bundled program (needs PACKAGE_DIR, see test/package/install.sh)', () => {
  const daemon = join(folder, 'node_modules/runwire/dist/daemon');
  const away = join(folder, 'node_modules/runwire/dist/daemon-away');
  let shipped: string;

  beforeAll(() => {
    shipped = mkdtempSync(join(tmpdir(), 'runwire-bundles-'));
  });
  afterAll(() => rmSync(shipped, { recursive: true, force: true }));

  /** Runs a file with the package as it is where the bundle is shipped to: not there. */
  function shippedAlone(args: readonly string[]): Ended {
    renameSync(daemon, away);
    try {
      return node(args, shipped);
    } finally {
      renameSync(away, daemon);
    }
  }

  const kinds = ['esbuild', 'rollup', 'vite', 'webpack'].flatMap((bundler) => [
    [bundler, 'esm'],
    [bundler, 'cjs'],
  ]);
  it.each(kinds)(
    'of %s as %s runs with the daemon copied beside it, and else says what to copy',
    (bundler, format) => {
      const name = `app.${format === 'esm' ? 'mjs' : 'cjs'}`;
      const built = join(folder, `bundle-${bundler}-${format}`);
      const { status, stderr } = node(['bundle.mjs', bundler ?? '', format ?? '', join(built, name)]);
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      const place = join(shipped, `${bundler}-${format}`);
      mkdirSync(place);
      cpSync(join(built, name), join(place, name));
      const alone = shippedAlone([join(place, name)]);
      expect(alone.status).toBe(1);
      expect(alone.stderr).toContain(`The daemon is not at ${join(place, 'runwire/runwire.cjs')} or `);
      expect(alone.stderr).toContain("copy node_modules/runwire/dist/daemon to 'runwire' beside the bundle");
      cpSync(daemon, join(place, 'runwire'), { recursive: true });
      expect(shippedAlone([join(place, name)])).toEqual({ status: 0, lines: scenario, stderr: '' });
    },
    minutes,
  );

  const extensions = {
    tsc: { build: ['node_modules/typescript/bin/tsc', '-p', '.'], file: 'out/extension.js' },
    esbuild: {
      build: [
        '-e',
        "require('esbuild').buildSync({ entryPoints: ['src/extension.ts'], bundle: true, format: 'cjs', platform: 'node', outfile: 'dist-esbuild/extension.js', external: ['vscode'], logLevel: 'error' })",
      ],
      file: 'dist-esbuild/extension.js',
    },
    webpack: {
      build: ['node_modules/webpack-cli/bin/cli.js', '--config', 'webpack.config.cjs'],
      file: 'dist-webpack/extension.js',
    },
  };
  it.each(Object.entries(extensions))(
    'an extension of VS Code, built by %s, is activated',
    (kind, { build, file }) => {
      const built = node(build);
      expect(built.status, [...built.lines, built.stderr].join('\n')).toBe(0);
      const activated = { status: 0, lines: ['success', 'x is 1'], stderr: '' };
      if (kind === 'tsc') {
        expect(node(['activate.cjs', file])).toEqual(activated);
        return;
      }
      const place = join(shipped, `extension-${kind}`);
      cpSync(join(folder, file), join(place, 'extension.js'));
      cpSync(daemon, join(place, 'runwire'), { recursive: true });
      expect(shippedAlone([join(folder, 'activate.cjs'), join(place, 'extension.js')])).toEqual(activated);
    },
    4 * minutes,
  );
});

describe.skipIf(!folder)('the scaffold of VS Code (needs PACKAGE_DIR, see test/package/install.sh)', () => {
  const compile = (compiler: string, project: string) => {
    const { status, lines } = tool(`${compiler}/bin/tsc`, '-p', project, '--noEmit', '--extendedDiagnostics');
    const figure = (name: string) => Number(/[\d.]+/.exec(lines.find((line) => line.startsWith(name)) ?? '')?.[0]);
    const errors = lines.filter((line) => line.includes('error TS'));
    return { status, errors, seconds: figure('Total time'), mebibytes: Math.round(figure('Memory used') / 1024) };
  };

  it.each(['typescript-5.9', 'typescript', 'typescript-7'])(
    'compiles as it is with %s',
    (compiler) => {
      const baseline = compile(compiler, 'baseline');
      const { status, errors, ...cost } = compile(compiler, '.');
      expect({ status, errors }).toEqual({ status: 0, errors: [] });
      process.stdout.write(`${compiler}: ${JSON.stringify(cost)}; with zod alone ${JSON.stringify(baseline)}\n`);
      // A ratio, since the time depends on the machine: the program costs hardly more than one that has zod alone.
      expect(cost.mebibytes).toBeLessThan(baseline.mebibytes * 1.15);
    },
    4 * minutes,
  );
});
