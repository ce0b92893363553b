import { PassThrough, Writable } from 'node:stream';
import {
  createMessageConnection,
  type DataCallback,
  type Message,
  type MessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-jsonrpc/node';
import { formatTimestamp } from '../../protocol/messages/timestamp.ts';
import { defaultLimits } from '../../server/limits.ts';
import type { Log } from '../../server/log.ts';
import { openWire, type Wire } from '../../server/rpc/wire.ts';
import { type Server, type ServerDeps, serve } from '../../server/server.ts';
import { type Conversation, startConversation } from './contract.ts';

/** A daemon and a client over two in-memory streams with real framing. */
export interface Pair {
  readonly client: MessageConnection;
  readonly server: Server;
  readonly wire: Wire;
  /** Lines the daemon logged. */
  readonly logged: string[];
  /** What both sides said, held against the published schemas. */
  readonly conversation: Conversation;
  close(): Promise<void>;
}

/** How a client reads. */
export interface Reading {
  /** Awaited before each chunk is read. */
  readonly pause: () => Promise<unknown>;
  /** Bytes in the queue of the daemon from which on the client is slow. */
  readonly highWater?: number;
}

type Hear = (message: Message) => void;

class HeardReader extends StreamMessageReader {
  readonly #hear: Hear;
  constructor(from: PassThrough, hear: Hear) {
    super(from);
    this.#hear = hear;
  }
  override listen(callback: DataCallback) {
    return super.listen((message) => {
      this.#hear(message);
      callback(message);
    });
  }
}

class HeardWriter extends StreamMessageWriter {
  readonly #hear: Hear;
  constructor(to: PassThrough, hear: Hear) {
    super(to);
    this.#hear = hear;
  }
  override write(message: Message) {
    this.#hear(message);
    return super.write(message);
  }
}

/** Starts a daemon in this process; the client has not sent `initialize` yet, and reads at once by default. */
export function startPair(deps: Partial<ServerDeps> = {}, reading?: Reading): Pair {
  const toServer = new PassThrough();
  const toClient = new PassThrough();
  const conversation = startConversation();
  const client = createMessageConnection(
    new HeardReader(toClient, (message) => conversation.see('daemon', message)),
    new HeardWriter(toServer, (message) => conversation.see('client', message)),
  );
  const logged: string[] = [];
  const write = (text: string) => logged.push(text);
  const log: Log = { error: write, warn: write, info: write, debug: write };
  const { highWater } = reading ?? {};
  const wire = openWire(toServer, reading ? readBy(reading, toClient) : toClient, {
    limits: { ...defaultLimits, ...deps.limits },
    log,
    ...(highWater === undefined ? {} : { queue: { highWater, lowWater: Math.floor(highWater / 2) } }),
  });
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
    conversation,
    async close() {
      await server.close();
      client.dispose();
      wire.connection.dispose();
      conversation.expectAsPublished('daemon');
    },
  };
}

/** A pipe whose other end is read when it pleases. */
function readBy({ pause }: Reading, to: PassThrough): Writable {
  return new Writable({
    highWaterMark: 1,
    write(chunk, _encoding, done) {
      pause().then(() => {
        to.write(chunk);
        done();
      });
    },
  });
}
