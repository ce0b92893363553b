// Starts the daemon through a cache of its compiled code: compiling the bundle is most of what a start costs. Node's own
// `module.enableCompileCache()` is absent in Node 20, starts slower where it exists, and is written only at exit.

const fs: typeof import('node:fs') = require('node:fs');
const path: typeof import('node:path') = require('node:path');
const vm: typeof import('node:vm') = require('node:vm');
// Not `node:crypto`, which takes longer to load than the rest of this file.
const zlib: typeof import('node:zlib') = require('node:zlib');

declare const RUNWIRE_VERSION: string;

const bundle = path.join(__dirname, 'server.cjs');
/** How often an idle moment is looked for, and which share of that time may have been busy. */
const idleCheckMs = 500;
const idleShare = 0.1;
/** Caches that are kept: other versions of the package or of Node use the same folder. */
const filesKept = 8;
/** Checksum and length stand before the code; V8 wants that aligned to 8 bytes. */
const headerSize = 8;

if (process.argv.length === 3 && process.argv[2] === '--version') {
  // The reader may be gone.
  process.stdout.on('error', () => undefined).write(`${RUNWIRE_VERSION}\n`);
} else if (process.env.RUNWIRE_NO_CODE_CACHE) require('./server.cjs');
else startCached();

function startCached(): void {
  const source = fs.readFileSync(bundle);
  const name = nameFor(source);
  const folder = attempt(cacheFolder);
  const cachedData = folder && attempt(() => readCache(path.join(folder, name), source));
  // The wrapper of CommonJS; on the first line, so that lines in stack traces are those of the file. The bundle is ASCII,
  // which is decoded faster as Latin-1.
  const script = new vm.Script(
    `(function (exports, require, module, __filename, __dirname) {${source.toString('latin1')}\n})`,
    cachedData ? { filename: bundle, cachedData } : { filename: bundle },
  );
  const bundled = { exports: {} };
  // `require` of this file serves: the parts of the daemon lie beside it.
  script.runInThisContext()(bundled.exports, require, bundled, bundle, __dirname);
  if (folder && (!cachedData || script.cachedDataRejected)) {
    whenAnswered(() => attempt(() => writeCache(folder, name, source, script.createCachedData())));
  }
}

/** The value, or undefined when it cannot be had: a start never fails because of the cache. */
function attempt<T>(get: () => T): T | undefined {
  try {
    return get();
  } catch {
    return undefined;
  }
}

/** V8 refuses code that was compiled under other flags, so those have a cache of their own. */
function nameFor(source: Buffer): string {
  const flags = zlib.crc32(JSON.stringify([process.execArgv, process.env.NODE_OPTIONS ?? '']));
  const parts = ['runwire', RUNWIRE_VERSION, source.length, process.version, process.arch, flags.toString(16)];
  return `${parts.join('-')}.cache`;
}

/** The folder of the caches, made when it is absent; undefined when somebody else could write into it. */
function cacheFolder(): string | undefined {
  const { env } = process;
  const ofUser = env.XDG_CACHE_HOME || (env.HOME ? path.join(env.HOME, '.cache') : '');
  const caches = process.platform === 'win32' ? env.LOCALAPPDATA : ofUser;
  if (!caches || !path.isAbsolute(caches)) return undefined;
  const folder = path.join(caches, 'runwire');
  const made = attempt(() => fs.lstatSync(folder)) ?? make(folder);
  return made.isDirectory() && isOurs(made) ? folder : undefined;
}

/** Folders are created one by one: a `recursive` call never returns on a file system that has none to give, as /proc. */
function make(folder: string): import('node:fs').Stats {
  attempt(() => fs.mkdirSync(path.dirname(folder), { mode: 0o700 }));
  fs.mkdirSync(folder, { mode: 0o700 });
  return fs.lstatSync(folder);
}

/** Cached code is run as it is, so nobody else may be able to have written it. */
function isOurs({ uid, mode }: import('node:fs').Stats): boolean {
  return process.getuid === undefined || (uid === process.getuid() && (mode & 0o022) === 0);
}

/** The compiled code, if it is whole and of this bundle: V8 itself would run damaged code and crash. */
function readCache(file: string, source: Buffer): Buffer | undefined {
  const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = fs.constants;
  const fd = fs.openSync(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  try {
    const stats = fs.fstatSync(fd);
    if (!stats.isFile() || !isOurs(stats)) return undefined;
    const content = fs.readFileSync(fd);
    const code = content.subarray(headerSize);
    return headerOf(source, code).equals(content.subarray(0, headerSize)) ? code : undefined;
  } finally {
    fs.closeSync(fd);
  }
}

function headerOf(source: Buffer, code: Buffer): Buffer {
  const header = Buffer.alloc(headerSize);
  header.writeUInt32LE(zlib.crc32(code, zlib.crc32(source)), 0);
  header.writeUInt32LE(code.length, 4);
  return header;
}

/** Calls back once, at an idle moment after the first answer: the code that answering needs is compiled by then. */
function whenAnswered(save: () => void): void {
  const saveOnce = () => {
    clearInterval(timer);
    process.off('exit', onExit);
    save();
  };
  // A daemon that is used only briefly is cached too; ending costs some milliseconds more this one time.
  const onExit = () => hasAnswered() && saveOnce();
  let last = performance.eventLoopUtilization();
  const timer = setInterval(() => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, last);
    last = now;
    if (utilization < idleShare && hasAnswered()) saveOnce();
  }, idleCheckMs);
  timer.unref();
  process.on('exit', onExit);
}

/** Something came in, and a moment later nothing is left to do about it; `--help` and wrong options read nothing. */
function hasAnswered(): boolean {
  return Number((process.stdin as { bytesRead?: number }).bytesRead) > 0;
}

function writeCache(folder: string, name: string, source: Buffer, code: Buffer): void {
  const temporary = path.join(folder, `${name}.${process.pid}.tmp`);
  try {
    fs.writeFileSync(temporary, Buffer.concat([headerOf(source, code), code]), { mode: 0o600, flag: 'wx' });
    fs.renameSync(temporary, path.join(folder, name));
  } catch (error) {
    fs.rmSync(temporary, { force: true });
    throw error;
  }
  removeOld(folder);
}

function removeOld(folder: string): void {
  const files = fs.readdirSync(folder).map((name) => path.join(folder, name));
  const byAge = files.map((file) => ({ file, at: fs.lstatSync(file).mtimeMs })).sort((a, b) => b.at - a.at);
  for (const { file } of byAge.slice(filesKept)) fs.rmSync(file, { force: true });
}
