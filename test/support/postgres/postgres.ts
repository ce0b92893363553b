import { execFileSync, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';

/** A PostgreSQL of its own, in a temporary folder and on a free port of loopback. Nothing of it stays. */
export interface Postgres {
  readonly port: number;
  /** Creates a database and returns its address; `template`: the name of one to copy. */
  database(template?: string): Promise<string>;
  /** Ends the server as a machine that loses power does, or in order. */
  stop(how?: 'immediate' | 'fast'): Promise<void>;
  /** Starts it again, with what it had. */
  start(): Promise<void>;
  /** Stops it and removes the folder. */
  remove(): Promise<void>;
}

/** Where Debian puts the programs, newest first; those in the path come after them. */
function programs(): string | null {
  const root = '/usr/lib/postgresql';
  const versions = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [...versions.map((version) => join(root, version, 'bin')), ...(process.env.PATH ?? '').split(':')];
  return folders.find((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'pg_ctl'))) ?? null;
}

const absent = 'PostgreSQL is not installed (Debian: apt-get install postgresql)';

/** Why tests that need PostgreSQL are skipped; null when they run, as they have to in CI. */
export const noPostgres: string | null = programs() || process.env.CI ? null : absent;

/** The server refuses to run as root: then it is the user that Debian made for it. */
function user(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const id = (option: string) => Number(execFileSync('id', [option, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

const settings = {
  listen_addresses: '127.0.0.1',
  fsync: 'off',
  full_page_writes: 'off',
  max_connections: '200',
  shared_buffers: '64MB',
};

/** Starts a server, which takes one to four seconds. */
export async function startPostgres(): Promise<Postgres> {
  const bin = programs();
  if (!bin) throw new Error(absent);
  const as = user();
  const folder = mkdtempSync(join(tmpdir(), 'runwire-postgres-'));
  if (as.uid !== undefined && as.gid !== undefined) chownSync(folder, as.uid, as.gid);
  const data = join(folder, 'data');
  const run = (program: string, ...args: string[]) => {
    const child = spawn(join(bin, program), args, { ...as, cwd: folder, stdio: 'ignore' });
    return new Promise<void>((resolve, reject) => {
      child.on('error', reject);
      child.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`${program} ended with ${code}`))));
    });
  };
  await run('initdb', '-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-sync', '--no-instructions');
  const port = await freePort();
  const options = Object.entries({ ...settings, port, unix_socket_directories: folder })
    .map(([name, value]) => `-c ${name}=${value}`)
    .join(' ');
  const start = () => run('pg_ctl', '-D', data, '-w', '-t', '30', '-l', join(folder, 'log'), '-o', options, 'start');
  const stop = (how = 'immediate') => run('pg_ctl', '-D', data, '-w', '-m', how, 'stop');
  await start();
  const url = (name: string) => `postgresql://postgres@127.0.0.1:${port}/${name}`;
  let made = 0;
  return {
    port,
    start,
    stop,
    async database(template) {
      made += 1;
      const name = `test_${made}`;
      const client = new pg.Client({ connectionString: url('postgres') });
      await client.connect();
      await client.query(`CREATE DATABASE ${name}${template === undefined ? '' : ` TEMPLATE ${template}`}`);
      await client.end();
      return url(name);
    },
    async remove() {
      await stop().catch(() => undefined);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
