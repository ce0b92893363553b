import type { Readable, Writable } from 'node:stream';
import { createMessageConnection, type MessageConnection } from 'vscode-jsonrpc/node';
import type { Log } from '../log.ts';
import { type Channel, openChannel, settle, takeAtOnce, type WireOptions } from './channel.ts';
import { SETTLEMENT } from './gatekeeper.ts';
import { dispatchInOneTurn } from './scheduler.ts';

/** A connection over two streams: the library's, on our reader, writer and guard. */
export interface Wire extends Channel {
  /** Requests and notifications of the client arrive here; `listen` begins, or goes on after the handshake. */
  readonly connection: MessageConnection;
}

/** Opens a connection. */
export function openWire(input: Readable, output: Writable, options: WireOptions): Wire {
  return withDispatch(openChannel(input, output, options));
}

/** Adds the dispatch of the library to a channel. */
export function withDispatch(channel: Channel): Wire {
  dispatchInOneTurn();
  const connection = createMessageConnection(channel.reader, channel.answers, libraryLog(channel.log), {
    messageStrategy: channel.strategy,
  });
  connection.onNotification(SETTLEMENT, (params: unknown) => settle(channel, params));
  channel.take = (message) => takeAtOnce(channel, message);
  return Object.assign(channel, { connection });
}

/** Messages of the library are for developers of the daemon. */
function libraryLog(log: Log) {
  const debug = (message: string) => log.debug(`connection: ${message}`);
  return { error: debug, warn: debug, info: debug, log: debug };
}
