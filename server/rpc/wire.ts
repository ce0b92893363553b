import type { Readable, Writable } from 'node:stream';
import {
  createMessageConnection,
  type Message,
  type MessageConnection,
  type MessageStrategy,
} from 'vscode-jsonrpc/node';
import { reportBug } from '../errors/response-error.ts';
import type { Log } from '../log.ts';
import { Answers } from './answers.ts';
import { OpenCallbacks } from './callbacks.ts';
import type { Framing, WireLimits } from './framing/frames.ts';
import { Gatekeeper, SETTLEMENT } from './gatekeeper.ts';
import { OpenRequests } from './open-requests.ts';
import { OutboundPump, type PumpOptions } from './pump.ts';
import { WireReader } from './reader.ts';
import { dispatchInOneTurn } from './scheduler.ts';
import { Trace } from './trace.ts';
import { WakeUp } from './wake-up.ts';

/** The events of a connection. */
export interface WireEvents {
  /** The input has ended and everything in it was passed on; responses may still be sent. */
  onEnd(): void;
  /** The input is not a stream of messages (any more); the client was notified. */
  onLost(reason: string): void;
  /** The client does not read the output any more. */
  onClosed(): void;
  /** A piece of the response of a host model. */
  onPiece(params: unknown): void;
  /** A message could not be read that may be the response to a callback of any of these runs. */
  onUnclear(reason: string, runIds: ReadonlySet<string>): void;
}

/** A connection over two streams: the library's, on our reader, writer and guard. */
export interface Wire {
  /** Requests and notifications of the client arrive here; `listen` begins. */
  readonly connection: MessageConnection;
  readonly pump: OutboundPump;
  readonly callbacks: OpenCallbacks;
  readonly requests: OpenRequests;
  readonly gatekeeper: Gatekeeper;
  readonly answers: Answers;
  readonly trace: Trace;
  readonly wakeUp: WakeUp;
  readonly framing: Framing | undefined;
  /** Receives the events; replaced before `listen`. */
  events: WireEvents;
  /** Bounds in force; a session puts its own here, which the handshake may lower. */
  limits: () => WireLimits;
}

/** Bytes of unread responses at which no more requests are read. */
const defaultHeldBytes = 64 * 1024 * 1024;

/** The parts that a connection uses. */
export interface WireOptions {
  readonly limits: WireLimits;
  readonly log: Log;
  /** Hides secrets in traces. */
  readonly redact?: (text: string) => string;
  /** How messages are separated, when the first byte does not show it. */
  readonly framing?: 'messages';
  /** Bytes of unread responses at which no more requests are read; default 64 MiB. */
  readonly heldBytes?: number;
  /** Marks of the outbound queue, when not its own. */
  readonly queue?: Pick<PumpOptions, 'highWater' | 'lowWater'>;
}

/** Opens a connection. */
export function openWire(input: Readable, output: Writable, options: WireOptions): Wire {
  dispatchInOneTurn();
  const { log, redact = (text) => text, heldBytes = defaultHeldBytes } = options;
  const limits = () => wire.limits();
  const pump = new OutboundPump(output, { messageBytes: () => wire.limits().messageBytes, ...options.queue });
  if (options.framing) pump.framing = options.framing;
  const wakeUp = new WakeUp(() => pump.send({ jsonrpc: '2.0', method: '$/waiting', params: {} }));
  pump.onSent = (message) => wakeUp.sent(message);
  const requests = new OpenRequests();
  const trace = new Trace(pump, redact);
  const callbacks = new OpenCallbacks(pump, trace);
  const answers = new Answers({ pump, requests, trace, reportBug: (error) => reportBug(error, log) });
  const onUnclear: WireEvents['onUnclear'] = (reason, runIds) => wire.events.onUnclear(reason, runIds);
  const gatekeeper = new Gatekeeper({ answers, requests, callbacks, limits, trace, log, onUnclear });
  const backlog = new DispatchBacklog();
  const holdWhileFull = () => {
    if (reader.isHeld || pump.queuedBytes < heldBytes) return;
    reader.hold();
    void pump.drained(heldBytes / 2).then(() => reader.release());
  };
  /** Takes what needs no dispatch: the queue of the library is only there to keep the order, and is empty. */
  const takenAtOnce = (message: Message): boolean => {
    const { method, params } = message as { method?: string; params?: unknown };
    if (method !== SETTLEMENT && method !== 'model/delta') return false;
    try {
      if (method === SETTLEMENT) settle(params);
      else wire.events.onPiece(params);
    } catch (error) {
      reportBug(error, log);
    }
    return true;
  };
  const reader = new WireReader(
    input,
    limits,
    {
      framing: (framing) => {
        pump.framing = framing;
        wire.framing = framing;
      },
      value: (value, size) => {
        holdWhileFull();
        const message = gatekeeper.admit(value, size);
        return message && backlog.waiting === 0 && takenAtOnce(message) ? undefined : backlog.add(message);
      },
      isBacklogged: () => backlog.waiting > 0,
      fault: (fault) => {
        const message = backlog.add(gatekeeper.fault(fault));
        if (fault.kind === 'lost') wire.events.onLost(fault.reason);
        return message;
      },
      end: () => wire.events.onEnd(),
    },
    options.framing,
  );
  pump.onClose(() => wire.events.onClosed());
  const wire: { -readonly [K in keyof Wire]: Wire[K] } = {
    connection: createMessageConnection(reader, answers, libraryLog(log), {
      messageStrategy: backlog.strategy,
    }),
    pump,
    callbacks,
    requests,
    gatekeeper,
    answers,
    trace,
    wakeUp,
    framing: options.framing,
    events: { onEnd: ignore, onLost: ignore, onClosed: ignore, onUnclear: ignore, onPiece: ignore },
    limits: () => options.limits,
  };
  const settle = (params: unknown) => {
    const { settle } = (params ?? {}) as { settle?: unknown };
    if (typeof settle !== 'function') return;
    wakeUp.heard();
    settle();
  };
  wire.connection.onNotification(SETTLEMENT, settle);
  return wire;
}

const ignore = () => undefined;

/** Counts the messages that were passed to the library and wait for their turn there. */
class DispatchBacklog {
  #waiting = 0;

  /** Hooks into the dispatch of the library. */
  readonly strategy: MessageStrategy = {
    handleMessage: (message, next) => {
      if (isQueued(message)) this.#waiting -= 1;
      return next(message);
    },
  };

  get waiting(): number {
    return this.#waiting;
  }

  add(message: Message | undefined): Message | undefined {
    if (message && isQueued(message)) this.#waiting += 1;
    return message;
  }
}

/** Cancellations may be taken at once, past the queue of the library. */
const isQueued = (message: Message) => (message as { method?: unknown }).method !== '$/cancelRequest';

/** Messages of the library are for developers of the daemon. */
function libraryLog(log: Log) {
  const debug = (message: string) => log.debug(`connection: ${message}`);
  return { error: debug, warn: debug, info: debug, log: debug };
}
