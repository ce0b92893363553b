import { chmodSync, lstatSync, unlinkSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, STATUS_CODES } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { GatewaySettings } from '../../cli/serve/gateway-options.ts';
import type { ListenAddress } from '../../cli/serve/listen-address.ts';
import type { Grant } from '../grant.ts';
import type { Tokens } from '../tokens/tokens.ts';
import { judge, subprotocol } from './handshake.ts';
import { type MessageStreams, messageStreams } from './message-streams.ts';

/** A client that was let in. */
export interface AcceptedClient extends MessageStreams {
  readonly grant: Grant;
  /** Says goodbye, with a code of RFC 6455. */
  close(code: number, reason: string): void;
  /** Drops the connection with everything that waits to be sent. */
  terminate(): void;
}

/** Options of a listener. */
export interface ListenerOptions extends GatewaySettings {
  /** Where tokens are looked up. */
  readonly grants: Tokens;
  /** Bytes of one message that is read. */
  readonly messageBytes: number;
  readonly onDebug: (text: string) => void;
  readonly accept: (client: AcceptedClient) => void;
}

/** How often dead peers are looked for, in milliseconds. */
const pingMs = 30_000;
/** How long a token may take to be checked, beside the time for the request, in milliseconds. */
const judgeMs = 6000;

/** Lets clients in: nothing is kept for one that has no token, and nobody is waited for. */
export class Listener {
  readonly #options: ListenerOptions;
  readonly #http: Server;
  readonly #sockets: WebSocketServer;
  readonly #alive = new WeakSet<WebSocket>();
  readonly #ping: NodeJS.Timeout;
  #judging = 0;

  constructor(options: ListenerOptions) {
    this.#options = options;
    const { handshakeMs, messageBytes, maxConnections } = options;
    this.#http = createServer(
      {
        headersTimeout: handshakeMs,
        requestTimeout: handshakeMs,
        connectionsCheckingInterval: Math.max(50, Math.floor(handshakeMs / 8)),
        keepAliveTimeout: 1000,
      },
      (request, response) => {
        const isHealth = request.url === '/healthz';
        response.writeHead(isHealth ? 200 : 426, { connection: 'close', 'content-type': 'text/plain' });
        response.end(isHealth ? 'ok\n' : 'Runwire speaks JSON-RPC over WebSocket here.\n');
      },
    );
    // Those that are not let in yet count too.
    this.#http.maxConnections = maxConnections + 256;
    this.#http.on('upgrade', (request, socket, head) => void this.#upgrade(request, socket, head));
    this.#sockets = new WebSocketServer({
      noServer: true,
      maxPayload: messageBytes,
      perMessageDeflate: false,
      clientTracking: true,
      handleProtocols: (offered) => (offered.has(subprotocol) ? subprotocol : false),
    });
    this.#ping = setInterval(() => this.#pingAll(), pingMs);
    this.#ping.unref();
  }

  /** How many clients are let in. */
  get size(): number {
    return this.#sockets.clients.size;
  }

  /** Resolves with the address. Errors: those of the system. */
  async listen(): Promise<string> {
    const { listen } = this.#options;
    if (listen.kind === 'path') await removeStale(listen.path);
    await new Promise<void>((resolve, reject) => {
      this.#http.once('error', reject);
      const onListening = () => {
        this.#http.off('error', reject).on('error', (error) => this.#options.onDebug(`gateway: ${error.message}`));
        resolve();
      };
      // A socket is for its owner alone; the folder decides who else may reach it.
      if (listen.kind === 'path') this.#http.listen({ path: listen.path, readableAll: false }, onListening);
      else this.#http.listen({ host: listen.host, port: listen.port, backlog: 1024 }, onListening);
    });
    if (listen.kind === 'path' && process.platform !== 'win32') chmodSync(listen.path, 0o600);
    return this.#address(listen);
  }

  /** Lets nobody in any more. */
  stop(): void {
    clearInterval(this.#ping);
    this.#http.close();
    this.#http.closeIdleConnections();
  }

  #address(listen: ListenAddress): string {
    if (listen.kind === 'path') return `ws+unix:${listen.path}`;
    const { port } = this.#http.address() as AddressInfo;
    return `ws://${listen.host.includes(':') ? `[${listen.host}]` : listen.host}:${port}`;
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    // A client that goes away meanwhile is no error.
    socket.on('error', () => socket.destroy());
    const { maxConnections, grants, origins } = this.#options;
    if (this.size + this.#judging >= maxConnections) {
      this.#refuse(socket, 503, `there are ${maxConnections} connections, which is the limit`);
      return;
    }
    this.#judging += 1;
    const timer = setTimeout(() => this.#refuse(socket, 503, 'the token was not checked in time'), judgeMs);
    const verdict = await judge(request, { origins, tokens: grants });
    clearTimeout(timer);
    this.#judging -= 1;
    if (socket.destroyed || socket.writableEnded) return;
    if (verdict.kind === 'refused') this.#refuse(socket, verdict.status, verdict.reason);
    else this.#sockets.handleUpgrade(request, socket as Socket, head, (client) => this.#accept(client, verdict.grant));
  }

  #refuse(socket: Duplex, status: number, reason: string): void {
    this.#options.onDebug(`gateway: a connection was refused with ${status}: ${reason}`);
    const body = `${reason}\n`;
    socket.end(
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
    // Nobody has to read it.
    setTimeout(() => socket.destroy(), 100).unref();
  }

  #accept(client: WebSocket, grant: Grant): void {
    this.#alive.add(client);
    client.on('pong', () => this.#alive.add(client));
    this.#options.accept({
      ...messageStreams(client),
      grant,
      close: (code, reason) => client.close(code, reason),
      terminate: () => client.terminate(),
    });
  }

  #pingAll(): void {
    for (const client of this.#sockets.clients) {
      if (!this.#alive.has(client)) client.terminate();
      else if (client.readyState === client.OPEN) {
        this.#alive.delete(client);
        client.ping();
      }
    }
  }
}

/** A socket that nobody listens on is left over of a process that was killed. Errors: when somebody does. */
async function removeStale(path: string): Promise<void> {
  try {
    if (!lstatSync(path).isSocket()) return;
  } catch {
    return;
  }
  const isServed = await new Promise<boolean>((resolve) => {
    const probe = connect(path, () => resolve(true)).on('error', () => resolve(false));
    probe.once('connect', () => probe.destroy());
  });
  if (isServed) throw new Error(`somebody else listens on ${path}`);
  unlinkSync(path);
}
