import { type Connection, type ConnectionDeps, openConnection, warnUnclear } from '../connection.ts';
import { EngineError } from '../engine/errors.ts';
import { takeNotification } from '../handlers/notifications.ts';
import { adaptTo } from '../handshake/handshake.ts';
import { openWire, type Wire } from '../rpc/wire.ts';
import { detachedOwner } from './detached-owner.ts';
import { checkOf } from './grant.ts';
import type { AcceptedClient } from './part.ts';
import type { Tenant } from './tenants.ts';

/** Bytes in the queue of a client from which on it is congested, and of unread responses at which none of its requests is read. */
const highWater = 256 * 1024;
const heldBytes = 4 * 1024 * 1024;
/** A client that has so many bytes waiting, and has taken none for so long, in milliseconds, is dropped. */
const mostQueued = 6 * 1024 * 1024;
const fullMs = 1000;
/** The same for one that is congested. */
const stalledMs = 30_000;

/** Options of a `ServedClient`. */
export interface ServedOptions extends ConnectionDeps {
  readonly lingerMs: number;
  readonly redact: (text: string) => string;
  /** Called once the connection is gone, and once it holds its tenant no longer: its runs have ended, or were taken over. */
  readonly onGone: () => void;
  readonly onReleased: () => void;
}

/** One client of a gateway: its connection to the runs of its tenant. */
export class ServedClient {
  readonly #client: AcceptedClient;
  readonly #tenant: Tenant;
  readonly #options: ServedOptions;
  readonly #wire: Wire;
  readonly #connection: Connection;
  #isGone = false;
  /** Bytes that were written when last looked at, and since when it has been no more. */
  #taken = { bytes: 0, sinceMs: 0 };

  constructor(client: AcceptedClient, tenant: Tenant, options: ServedOptions) {
    this.#client = client;
    this.#tenant = tenant;
    this.#options = options;
    const { log, redact } = options;
    const { executor, limits } = tenant.tenancy;
    this.#wire = openWire(client.input, client.output, {
      limits,
      log,
      redact,
      framing: 'messages',
      heldBytes,
      queue: { highWater, lowWater: highWater / 4 },
    });
    const check = checkOf(client.grant);
    const tenancy = tenant.tenancy;
    const onExit = () => client.close(1000, 'exit');
    this.#connection = openConnection(this.#wire, { ...options, check }, { tenancy, onExit });
    this.#connection.session.onInitialize = (params) => adaptTo(params, this.#wire);
    this.#wire.events = {
      onEnd: () => this.gone(),
      onClosed: () => this.gone(),
      onLost: () => client.close(1002, 'not a stream of messages'),
      onPiece: (params) => takeNotification({ method: 'model/delta', params }, { executor, log }),
      onUnclear: (reason, runIds) => warnUnclear(executor, reason, runIds),
    };
    this.#wire.connection.listen();
  }

  /** Refuses new runs from here on. */
  stop(): void {
    this.#connection.session.stop();
  }

  /** Resolves when its runs and requests have ended. */
  async idle(): Promise<void> {
    await this.#wire.requests.answered();
    await this.#tenant.tenancy.executor.idle(this.#connection.session.owner);
    await this.#wire.requests.answered();
  }

  /** Ends its runs, sends what is left to say, and says goodbye. */
  async end(error: EngineError, graceMs: number): Promise<void> {
    const { executor } = this.#tenant.tenancy;
    await executor.endRuns(this.#connection.session.owner, error, graceMs);
    await Promise.race([this.#wire.requests.answered(), new Promise((resolve) => setTimeout(resolve, graceMs))]);
    this.#client.close(1001, 'the gateway ends');
  }

  /** Drops a client that does not read: what waits for it must not grow. */
  look(nowMs: number): void {
    const { pump } = this.#wire;
    const { sentBytes: bytes, queuedBytes } = pump;
    if (bytes !== this.#taken.bytes || !pump.congested) this.#taken = { bytes, sinceMs: nowMs };
    const stoodMs = nowMs - this.#taken.sinceMs;
    if (stoodMs < (queuedBytes > mostQueued ? fullMs : stalledMs)) return;
    this.#options.log.info(`a client of ${queuedBytes} unread bytes took none for ${Math.round(stoodMs)} ms: dropped`);
    this.#client.terminate();
  }

  /** The connection is closed: the runs go on for a while, for whoever takes them over. */
  gone(): void {
    if (this.#isGone) return;
    this.#isGone = true;
    this.#options.onGone();
    const { executor, limits } = this.#tenant.tenancy;
    const { owner } = this.#connection.session;
    const heir = detachedOwner(owner);
    executor.detach(owner, heir);
    this.#wire.callbacks.close();
    this.#wire.connection.dispose();
    const error = new EngineError('client.gone', 'The client has gone.');
    const { lingerMs, onReleased } = this.#options;
    const timer = setTimeout(() => void executor.endRuns(heir, error, limits.shutdownGraceMs).then(release), lingerMs);
    const release = () => {
      clearTimeout(timer);
      onReleased();
    };
    // Runs that are being started come to the heir too.
    void this.#wire.requests
      .answered()
      .then(() => executor.idle(heir))
      .then(release);
  }
}
