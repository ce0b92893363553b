import { PassThrough } from 'node:stream';
import {
  createMessageConnection,
  type MessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-jsonrpc/node';
import { formatTimestamp } from '../../protocol/timestamp.ts';
import { defaultLimits } from '../../server/limits.ts';
import type { Log } from '../../server/log.ts';
import { openWire, type Wire } from '../../server/rpc/wire.ts';
import { type Server, type ServerDeps, serve } from '../../server/server.ts';

/** A daemon and a client over two in-memory streams with real framing. */
export interface Pair {
  readonly client: MessageConnection;
  readonly server: Server;
  readonly wire: Wire;
  /** Lines the daemon logged. */
  readonly logged: string[];
  close(): Promise<void>;
}

/** Starts a daemon in this process; the client has not sent `initialize` yet. */
export function startPair(deps: Partial<ServerDeps> = {}): Pair {
  const toServer = new PassThrough();
  const toClient = new PassThrough();
  const client = createMessageConnection(new StreamMessageReader(toClient), new StreamMessageWriter(toServer));
  const logged: string[] = [];
  const write = (text: string) => logged.push(text);
  const log: Log = { error: write, warn: write, info: write, debug: write };
  const wire = openWire(toServer, toClient, { limits: { ...defaultLimits, ...deps.limits }, log });
  const server = serve(wire, {
    version: 'test',
    env: {},
    log,
    world: { now: () => formatTimestamp(Date.now()), elapsed: () => performance.now(), epochMs: () => Date.now() },
    ...deps,
  });
  wire.connection.listen();
  return {
    client,
    server,
    wire,
    logged,
    async close() {
      await server.close();
      client.dispose();
      wire.connection.dispose();
    },
  };
}
