// Starts the daemon through a cache of its compiled code: compiling the bundle is most of what a start costs. Node's own
// `module.enableCompileCache()` is absent in Node 20, starts slower where it exists, and is written only at exit.

const fs: typeof import('node:fs') = require('node:fs');
const path: typeof import('node:path') = require('node:path');
const vm: typeof import('node:vm') = require('node:vm');

declare const RUNWIRE_VERSION: string;

/** The script that answers the handshake, and the one with everything that runs need. */
const scripts = ['./server.cjs', './engine.cjs'];
/** The wrapper of CommonJS; its beginning is on the first line, so that lines in stack traces are those of the file. */
const wrapper = ['(function (exports, require, module, __filename, __dirname) {', '\n})'] as const;
/** How often an idle moment is looked for, and which share of that time may have been busy. */
const idleCheckMs = 500;
const idleShare = 0.1;
/** Caches that are kept: other versions of the package or of Node use the same folder. */
const filesKept = 16;
/** The length of the code, and whether it holds what runs need, stand before it; V8 wants the code aligned to 8 bytes. */
const headerSize = 8;
/** How much of a file is compared at once. */
const compared = 64 * 1024;

if (process.argv.length === 3 && process.argv[2] === '--version') {
  // The reader may be gone.
  process.stdout.on('error', () => undefined).write(`${RUNWIRE_VERSION}\n`);
} else if (process.env.RUNWIRE_NO_CODE_CACHE) require('./server.cjs');
else startCached();

/** What the first script exports. */
interface Server {
  /** Returns whether a run has ended: what runs need is compiled by then. */
  readonly hasRun: () => boolean;
}

/** A script with the cache that it had. */
interface Loaded {
  readonly name: string;
  readonly source: Buffer;
  readonly script: import('node:vm').Script;
  /** Which functions are in its cache: none, those of a start, those of a run. */
  holds: 'nothing' | 'start' | 'run';
}

function startCached(): void {
  const folder = attempt(cacheFolder);
  const unripe: Loaded[] = [];
  const load = (id: string): unknown => {
    // For everything else `require` of this file serves: the parts of the daemon lie beside it.
    if (!scripts.includes(id)) return require(id);
    const { loaded, exports } = run(id, folder, load);
    // The source of one that has all is not kept.
    if (loaded.holds !== 'run') unripe.push(loaded);
    return exports;
  };
  const server = load('./server.cjs') as Server;
  if (folder)
    whenAnswered(
      () => saveAll(unripe, folder, server.hasRun() ? 'run' : 'start'),
      () => server.hasRun(),
    );
}

/** Runs a script with its compiled code. */
function run(id: string, folder: string | undefined, require: (id: string) => unknown) {
  const file = path.join(__dirname, id);
  const { source, wrapped } = readScript(file);
  const name = nameFor(path.basename(id, '.cjs'), source);
  const cached = folder ? attempt(() => readCache(path.join(folder, name), source)) : undefined;
  const script = new vm.Script(wrapped, cached ? { filename: file, cachedData: cached.code } : { filename: file });
  const module = { exports: {} };
  script.runInThisContext()(module.exports, require, module, file, __dirname);
  const holds = cached && !script.cachedDataRejected ? cached.holds : 'nothing';
  return { loaded: { name, source, script, holds } satisfies Loaded, exports: module.exports };
}

/** Reads a script to where it is wrapped, so that it is in memory once. It is ASCII, which is decoded faster as Latin-1. */
function readScript(file: string): { source: Buffer; wrapped: string } {
  const fd = fs.openSync(file, 'r');
  try {
    const { size } = fs.fstatSync(fd);
    const [before, after] = wrapper;
    const bytes = Buffer.allocUnsafeSlow(before.length + size + after.length);
    const source = bytes.subarray(before.length, before.length + size);
    bytes.write(before, 0, 'latin1');
    if (fs.readSync(fd, source, 0, size, 0) !== size) throw new Error(`${file} cannot be read as a whole`);
    bytes.write(after, before.length + size, 'latin1');
    return { source, wrapped: bytes.toString('latin1') };
  } finally {
    fs.closeSync(fd);
  }
}

/** Writes the caches that lack functions which are compiled now. */
function saveAll(unripe: readonly Loaded[], folder: string, holds: 'start' | 'run'): void {
  for (const loaded of unripe) {
    if (loaded.holds === holds) continue;
    loaded.holds = holds;
    attempt(() => writeCache(folder, loaded));
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
function nameFor(script: string, source: Buffer): string {
  const flags = sumOf(JSON.stringify([process.execArgv, process.env.NODE_OPTIONS ?? '']));
  const parts = ['runwire', RUNWIRE_VERSION, script, source.length, process.version, process.arch, flags.toString(16)];
  return `${parts.join('-')}.cache`;
}

/** A number of 32 bits for a text. */
function sumOf(text: string): number {
  let sum = 0;
  for (let at = 0; at < text.length; at += 1) sum = (Math.imul(sum, 31) + text.charCodeAt(at)) >>> 0;
  return sum;
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

/**
 * The compiled code, if it is whole and of this source: V8 itself would run damaged code and crash. A second copy of the code and one of the
 * source stand after it and are compared: the modules of Node that make checksums take longer to load than that.
 */
function readCache(file: string, source: Buffer): { code: Buffer; holds: 'start' | 'run' } | undefined {
  const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = fs.constants;
  const fd = fs.openSync(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  try {
    const stats = fs.fstatSync(fd);
    const header = Buffer.alloc(headerSize);
    fs.readSync(fd, header, 0, headerSize, 0);
    const length = header.readUInt32LE(0);
    const isWhole = stats.isFile() && stats.size === headerSize + 2 * length + source.length;
    if (!isWhole || !isOurs(stats)) return undefined;
    const code = Buffer.allocUnsafeSlow(length);
    fs.readSync(fd, code, 0, length, headerSize);
    if (!isAt(fd, code, headerSize + length) || !isAt(fd, source, headerSize + 2 * length)) return undefined;
    return { code, holds: header.readUInt32LE(4) === 1 ? 'run' : 'start' };
  } finally {
    fs.closeSync(fd);
  }
}

/** Whether these bytes stand in a file there. */
function isAt(fd: number, bytes: Buffer, position: number): boolean {
  const piece = Buffer.allocUnsafeSlow(compared);
  for (let at = 0; at < bytes.length; at += compared) {
    const expected = bytes.subarray(at, at + compared);
    const read = fs.readSync(fd, piece, 0, expected.length, position + at);
    if (!expected.equals(piece.subarray(0, read))) return false;
  }
  return true;
}

/**
 * Calls back at an idle moment after the first answer: the code that answering needs is compiled by then. And once more at the end when a
 * run has taken place, which costs some milliseconds more this one time.
 */
function whenAnswered(save: () => void, hasRun: () => boolean): void {
  let isSaved = false;
  const saveFirst = () => {
    clearInterval(timer);
    isSaved = true;
    save();
  };
  let last = performance.eventLoopUtilization();
  const timer = setInterval(() => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, last);
    last = now;
    if (utilization < idleShare && hasAnswered()) saveFirst();
  }, idleCheckMs);
  timer.unref();
  // A daemon that is used only briefly is cached too.
  process.on('exit', () => {
    if (isSaved ? hasRun() : hasAnswered()) save();
  });
}

/** Something came in, and a moment later nothing is left to do about it; `--help` and wrong options read nothing. */
function hasAnswered(): boolean {
  return Number((process.stdin as { bytesRead?: number }).bytesRead) > 0;
}

function writeCache(folder: string, { name, source, script, holds }: Loaded): void {
  const temporary = path.join(folder, `${name}.${process.pid}.tmp`);
  try {
    const code = script.createCachedData();
    const header = Buffer.alloc(headerSize);
    header.writeUInt32LE(code.length, 0);
    header.writeUInt32LE(holds === 'run' ? 1 : 0, 4);
    fs.writeFileSync(temporary, Buffer.concat([header, code, code, source]), { mode: 0o600, flag: 'wx' });
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
