import { createHash } from 'node:crypto';
import { Client, type ClientConfig, type Pool } from 'pg';
import { stringifyExact } from '../../../engine/json/exact-json.ts';
import { type Payload, payloadOf } from './payload.ts';

/** How often a process says that it lives, in milliseconds; after 15 s of silence it counts as dead. */
const beatMs = 5000;
/** How soon a session that was lost is opened again, in milliseconds. */
const retryMs = 200;

/** The channel on which processes wake each other. */
const channel = 'runwire';

/** Options of a `Presence`. */
export interface PresenceOptions {
  readonly id: string;
  readonly loop: number;
  readonly version: string;
  readonly pool: Pool;
  readonly connection: ClientConfig;
  readonly onNotification: (payload: Payload) => void;
  readonly onDebug: (text: string) => void;
}

/** A number of 64 bits that stands for an id in an advisory lock. */
const lockOf = (id: string): bigint => createHash('sha256').update(id).digest().readBigInt64BE();

/**
 * Shows that this process lives: a session holds a lock, which the server frees as soon as the process is gone, and a row
 * is touched, which it is not while the process stands still. The same session listens.
 */
export class Presence {
  readonly #options: PresenceOptions;
  #client: Client | null = null;
  #timer: NodeJS.Timeout | undefined;
  #isOver = false;
  #isConnecting = false;
  #hasFailed = false;

  constructor(options: PresenceOptions) {
    this.#options = options;
  }

  /** True while the session holds the lock. */
  get isShown(): boolean {
    return this.#client !== null;
  }

  /** The same, and the last request of it was answered. */
  get isReachable(): boolean {
    return this.isShown && !this.#hasFailed;
  }

  /** Errors: those of the database. */
  async begin(): Promise<void> {
    await this.#connect();
    this.#timer = setInterval(() => void this.#beat(), beatMs);
    this.#timer.unref();
  }

  async end(): Promise<void> {
    this.#isOver = true;
    clearInterval(this.#timer);
    await this.#options.pool
      .query('DELETE FROM runwire.executors WHERE id = $1', [this.#options.id])
      .catch(() => undefined);
    await this.#client?.end().catch(() => undefined);
  }

  async #connect(): Promise<void> {
    const { connection, id, onNotification, onDebug } = this.#options;
    const client = new Client({ ...connection, keepAlive: true, application_name: `runwire ${id}` });
    client.on('notification', ({ payload }) => onNotification(payloadOf(payload ?? '')));
    client.on('error', (error) => onDebug(`database: ${error.message}`));
    client.on('end', () => {
      if (this.#client !== client) return;
      this.#client = null;
      this.#retry();
    });
    await client.connect();
    await client.query('SELECT pg_advisory_lock($1)', [lockOf(id).toString()]);
    await client.query(`LISTEN ${channel}`);
    this.#client = client;
    await this.#touch();
  }

  async #beat(): Promise<void> {
    if (this.#isOver || this.#isConnecting) return;
    this.#isConnecting = true;
    try {
      if (this.#client) await this.#touch();
      else await this.#connect();
      this.#hasFailed = false;
    } catch (error) {
      this.#hasFailed = true;
      this.#options.onDebug(`database: ${(error as Error).message}`);
      if (!this.#client) this.#retry();
    } finally {
      this.#isConnecting = false;
    }
  }

  /** Without the lock others take this process for dead: it is back as soon as can be. */
  #retry(): void {
    if (!this.#isOver) setTimeout(() => void this.#beat(), retryMs).unref();
  }

  /** A row that others have deleted, since this process seemed dead, is there again. */
  async #touch(): Promise<void> {
    const { pool, id, loop, version } = this.#options;
    await pool.query(
      `INSERT INTO runwire.executors (id, pid, loop, version, lock) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (id) DO UPDATE SET beat_at = now()`,
      [id, process.pid, loop, version, lockOf(id).toString()],
    );
  }
}

/** Sends a notification to all processes. */
export async function notify(pool: Pool, payload: Payload): Promise<void> {
  await pool.query('SELECT pg_notify($1, $2)', [channel, stringifyExact(payload)]);
}
