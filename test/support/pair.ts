import { PassThrough } from 'node:stream';
import {
  createMessageConnection,
  type MessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-jsonrpc/node';
import { formatTimestamp } from '../../protocol/timestamp.ts';
import type { Log } from '../../server/log.ts';
import { readerWithIds, writerWithIds } from '../../server/rpc/request-ids.ts';
import { type Server, type ServerDeps, serve } from '../../server/server.ts';

/** A daemon and a client over two in-memory streams with real framing. */
export interface Pair {
  readonly client: MessageConnection;
  readonly server: Server;
  /** Lines the daemon logged. */
  readonly logged: string[];
  close(): Promise<void>;
}

/** Starts a daemon in this process; the client has not sent `initialize` yet. */
export function startPair(deps: Partial<ServerDeps> = {}): Pair {
  const toServer = new PassThrough();
  const toClient = new PassThrough();
  const serverSide = createMessageConnection(
    readerWithIds(new StreamMessageReader(toServer)),
    writerWithIds(new StreamMessageWriter(toClient)),
  );
  const client = createMessageConnection(new StreamMessageReader(toClient), new StreamMessageWriter(toServer));
  const logged: string[] = [];
  const write = (text: string) => logged.push(text);
  const log: Log = { error: write, warn: write, info: write, debug: write };
  const server = serve(serverSide, {
    version: 'test',
    env: {},
    log,
    world: { now: () => formatTimestamp(Date.now()), elapsed: () => performance.now(), epochMs: () => Date.now() },
    ...deps,
  });
  serverSide.listen();
  return {
    client,
    server,
    logged,
    async close() {
      await server.close();
      client.dispose();
      serverSide.dispose();
    },
  };
}
