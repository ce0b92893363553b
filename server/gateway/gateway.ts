import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { GatewaySettings } from '../cli/serve/gateway-options.ts';
import { EngineError } from '../engine/errors.ts';
import type { StoreAccess } from '../executors/local/local-executor.ts';
import { defaultLimits } from '../limits.ts';
import { RunSlots } from '../runs/slots.ts';
import type { ServerDeps } from '../server.ts';
import { openTenancy } from '../tenancy.ts';
import type { AcceptedClient, Listener } from './part.ts';
import { ServedClient } from './served-client.ts';
import { Tenants } from './tenants.ts';
import type { Tokens } from './tokens/tokens.ts';

/** Bytes of one message of a client, unless the operator says otherwise. */
const messageBytes = 16 * 1024 * 1024;
/** How often clients that do not read are looked for, in milliseconds. */
const lookMs = 500;

/** The parts of its process that a gateway uses. */
export interface GatewayDeps extends Pick<ServerDeps, 'env' | 'log' | 'world' | 'version'> {
  readonly allowEnv: ReadonlySet<string>;
  readonly allowLocalDownloads: boolean;
  readonly mcp: NonNullable<ServerDeps['mcp']>;
  readonly limits: Partial<typeof defaultLimits>;
  readonly settings: GatewaySettings;
  readonly redact: (text: string) => string;
  readonly onSecret: (value: string) => void;
  /** Where the runs of each tenant are kept; absent: in memory alone. */
  readonly storeOf?: (tenant: string) => StoreAccess;
}

/** A gateway that lets clients in. */
export interface Gateway {
  /** Where it listens, as a client would connect to it. */
  readonly address: string;
  /** How many clients are connected. */
  readonly size: number;
  /** Lets nobody in any more and ends: runs may go on for so long, then they are parked or cancelled. */
  close(drainMs: number): Promise<void>;
}

/** Starts a gateway. Errors: those of the system, and of the file of tokens. */
export async function startGateway(deps: GatewayDeps): Promise<Gateway> {
  const { Listener, TokenFile, TokenCommand } = await import('./part.ts');
  const { settings, log, world } = deps;
  const onError = (message: string) => log.error(message);
  const { tokens } = settings;
  const grants: Tokens =
    'file' in tokens ? new TokenFile(tokens.file, onError) : new TokenCommand(tokens.command, { ...world, onError });
  const clients = new Clients(deps);
  const listener = new Listener({
    ...settings,
    grants,
    messageBytes: deps.limits.messageBytes ?? messageBytes,
    onDebug: (text) => log.debug(text),
    accept: (client) => clients.accept(client),
  });
  const address = await listener.listen();
  if (settings.listen.kind === 'tcp' && !settings.listen.isLoopback)
    log.warn(`${address} can be reached by others and is not encrypted; put a reverse proxy with TLS before it`);
  return {
    address,
    get size() {
      return clients.size;
    },
    close: (drainMs) => closeAll(listener, clients, drainMs),
  };
}

async function closeAll(listener: Listener, clients: Clients, drainMs: number): Promise<void> {
  listener.stop();
  await clients.close(drainMs);
}

/** The clients of a gateway, by tenant. */
class Clients {
  readonly #deps: GatewayDeps;
  readonly #tenants: Tenants;
  readonly #clients = new Set<ServedClient>();
  readonly #timer: NodeJS.Timeout;

  constructor(deps: GatewayDeps) {
    this.#deps = deps;
    const { world } = deps;
    const limits = { ...defaultLimits, messageBytes, ...deps.limits };
    this.#tenants = new Tenants({
      open: (tenant, slots) => openTenancy({ ...deps, limits, slots, store: deps.storeOf?.(tenant) }),
      epochMs: world.epochMs,
      keptMs: limits.finishedRunsKeptMs,
      slots: new RunSlots(limits),
    });
    this.#timer = setInterval(() => {
      for (const client of this.#clients) client.look(world.elapsed());
    }, lookMs);
    this.#timer.unref();
  }

  get size(): number {
    return this.#clients.size;
  }

  accept(client: AcceptedClient): void {
    const tenant = this.#tenants.hold(client.grant.tenant);
    const { settings } = this.#deps;
    const served = new ServedClient(client, tenant, {
      ...this.#deps,
      lingerMs: settings.lingerMs,
      onReleased: () => this.#tenants.letGo(tenant),
      onGone: () => this.#clients.delete(served),
    });
    this.#clients.add(served);
  }

  async close(drainMs: number): Promise<void> {
    const clients = [...this.#clients];
    for (const client of clients) client.stop();
    if (drainMs > 0) await Promise.race([Promise.all(clients.map((client) => client.idle())), later(drainMs)]);
    const stopped = new EngineError('run.cancelled', 'The agent run was cancelled: the gateway was stopped.');
    const { shutdownGraceMs } = { ...defaultLimits, ...this.#deps.limits };
    await Promise.all(clients.map((client) => client.end(stopped, shutdownGraceMs)));
    clearInterval(this.#timer);
    for (const { tenancy } of this.#tenants.all) {
      tenancy.executor.abandonCallbacks();
      tenancy.executor.close();
      await tenancy.toolsets.close();
    }
  }
}

/** The folder of a tenant in a store; its name is not part of a path. */
export function tenantFolder(store: string, tenant: string): string {
  return join(store, 'tenants', createHash('sha256').update(tenant).digest('hex').slice(0, 32));
}

const later = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
