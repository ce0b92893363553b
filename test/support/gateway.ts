import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { WebSocket } from 'ws';
import { formatTimestamp } from '../../protocol/messages/timestamp.ts';
import { gatewaySettings } from '../../server/cli/serve/gateway-options.ts';
import { type Gateway, type GatewayDeps, startGateway, tenantFolder } from '../../server/gateway/gateway.ts';
import { RunStore } from '../../server/store/run-store.ts';

/** The tokens that test gateways know. */
export const tokens = { alice: 'token-of-alice-0123456789', bob: 'token-of-bob-0123456789' };

/** A gateway in this process. */
export interface TestGateway {
  readonly gateway: Gateway;
  readonly logged: string[];
  /** Connects and shakes hands. */
  connect(tenant?: keyof typeof tokens, initialize?: object): Promise<GatewayClient>;
  close(): Promise<void>;
}

/** How a test gateway is started. */
export interface TestGatewayOptions extends Partial<Pick<GatewayDeps, 'limits' | 'env' | 'mcp'>> {
  readonly isStored?: boolean;
  /** Where runs are kept, in place of a folder. */
  readonly storeOf?: GatewayDeps['storeOf'];
  /** Options of the command line. */
  readonly options?: Parameters<typeof gatewaySettings>[0];
  /** What the file of tokens holds. */
  readonly tokenFile?: unknown;
}

export async function startTestGateway(given: TestGatewayOptions = {}): Promise<TestGateway> {
  const folder = mkdtempSync(join(tmpdir(), 'runwire-gateway-'));
  const file = join(folder, 'tokens.json');
  const known = Object.entries(tokens).map(([tenant, token]) => ({ tenant, token }));
  writeFileSync(file, JSON.stringify(given.tokenFile ?? { tokens: known }));
  const logged: string[] = [];
  const write = (text: string) => logged.push(text);
  const storeOf = (tenant: string) => ({
    by: 'test',
    open: () => {
      const path = tenantFolder(join(folder, 'store'), tenant);
      return new RunStore({ path, durability: 'normal', by: 'test', elapsed: () => performance.now() });
    },
  });
  const gateway = await startGateway({
    version: 'test',
    env: given.env ?? {},
    allowEnv: new Set(),
    allowLocalDownloads: false,
    mcp: given.mcp ?? 'off',
    limits: given.limits ?? {},
    log: { error: write, warn: write, info: write, debug: write },
    redact: (text) => text,
    onSecret: () => undefined,
    world: { now: () => formatTimestamp(Date.now()), elapsed: () => performance.now(), epochMs: () => Date.now() },
    settings: gatewaySettings({ listen: '127.0.0.1:0', 'token-file': file, ...given.options }),
    ...((given.storeOf ?? given.isStored) ? { storeOf: given.storeOf ?? storeOf } : {}),
  });
  const clients: GatewayClient[] = [];
  return {
    gateway,
    logged,
    async connect(tenant = 'alice', initialize = {}) {
      const client = await GatewayClient.connect(gateway.address, tokens[tenant]);
      clients.push(client);
      await client.request('initialize', initialize);
      return client;
    },
    async close() {
      await gateway.close(0);
      for (const client of clients) client.drop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Record<string, unknown>;
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string; readonly data: { readonly kind: string } };
}

type Served = (params: Record<string, unknown>) => unknown;

/** A client of a gateway: each frame is a message. */
export class GatewayClient {
  readonly socket: WebSocket;
  /** Notifications in the order in which they came. */
  readonly notified: { method: string; params: Record<string, unknown> }[] = [];
  /** Resolves with the code when the connection is closed. */
  readonly closed: Promise<number>;
  /** Callbacks that it serves; others stay open. */
  readonly serve: Record<string, Served> = {};
  /** Callbacks that came and were not served. */
  readonly open: { id: number; method: string; params: Record<string, unknown> }[] = [];
  readonly #answers = new Map<number, (message: Message) => void>();
  readonly #watchers = new Set<() => void>();
  #nextId = 1;

  private constructor(socket: WebSocket) {
    this.socket = socket;
    this.closed = new Promise((resolve) => socket.on('close', resolve));
    socket.on('message', (data) => this.#take(JSON.parse(String(data)) as Message));
    socket.on('error', () => undefined);
  }

  static async connect(address: string, token: string, options: object = {}): Promise<GatewayClient> {
    const socket = new WebSocket(address, ['runwire'], { headers: { authorization: `Bearer ${token}` }, ...options });
    const client = new GatewayClient(socket);
    await new Promise<void>((resolve, reject) => socket.on('open', resolve).on('error', reject));
    return client;
  }

  send(message: object): void {
    this.socket.send(JSON.stringify({ jsonrpc: '2.0', ...message }));
  }

  /** The result; rejects with the error of the response. */
  async request<T = Record<string, unknown>>(method: string, params: object = {}): Promise<T> {
    const id = this.#nextId++;
    const answer = new Promise<Message>((resolve) => this.#answers.set(id, resolve));
    this.send({ id, method, params });
    const { result, error } = await answer;
    if (error) throw Object.assign(new Error(error.message), { kind: error.data.kind });
    return result as T;
  }

  /** The kind of the error that a request is answered with; 'none' when it succeeds. */
  refusal(method: string, params: object = {}): Promise<string> {
    return this.request(method, params).then(
      () => 'none',
      (error: Error & { kind: string }) => error.kind,
    );
  }

  /** The first notification that fits, once it is there. */
  async notification(fits: (message: { method: string; params: Record<string, unknown> }) => boolean) {
    await this.until(() => this.notified.some(fits));
    return this.notified.find(fits) as { method: string; params: Record<string, unknown> };
  }

  /** Resolves when a condition holds, which is looked at after each message. */
  async until(holds: () => boolean): Promise<void> {
    if (holds()) return;
    await new Promise<void>((resolve) => {
      const watcher = () => {
        if (!holds()) return;
        this.#watchers.delete(watcher);
        resolve();
      };
      this.#watchers.add(watcher);
    });
  }

  /** The events of a run that came, by number. */
  events(runId: string): { seq: number; kind: string }[] {
    return this.notified.flatMap(({ method, params }) =>
      method === 'run/event' && params.runId === runId
        ? [{ seq: params.seq as number, kind: (params.event as { event_kind: string }).event_kind }]
        : [],
    );
  }

  drop(): void {
    this.socket.terminate();
  }

  #take({ id, method, params = {}, ...rest }: Message): void {
    if (method === undefined) this.#answers.get(id ?? 0)?.(rest);
    else if (id === undefined) this.notified.push({ method, params });
    else {
      const served = this.serve[method];
      if (served) this.send({ id, result: served(params) });
      else this.open.push({ id, method, params });
    }
    for (const watcher of [...this.#watchers]) watcher();
  }
}
