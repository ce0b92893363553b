import type { Readable, Writable } from 'node:stream';
import type { Message, MessageStrategy } from 'vscode-jsonrpc/node';
import { reportBug } from '../errors/report-bug.ts';
import type { Log } from '../log.ts';
import { Answers } from './answers.ts';
import { OpenCallbacks } from './callbacks.ts';
import type { Framing, WireLimits } from './framing/frames.ts';
import { Gatekeeper, SETTLEMENT } from './gatekeeper.ts';
import { OpenRequests } from './open-requests.ts';
import { OutboundPump, type PumpOptions } from './pump.ts';
import { WireReader } from './reader.ts';
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

/** Takes a message that was admitted; false when it is to be dispatched. */
export type Taker = (message: Message) => boolean;

/** What reads, guards and sends the messages of a connection, without their dispatch: all that the handshake takes. */
export interface Channel {
  readonly log: Log;
  readonly reader: WireReader;
  readonly pump: OutboundPump;
  readonly callbacks: OpenCallbacks;
  readonly requests: OpenRequests;
  readonly gatekeeper: Gatekeeper;
  readonly answers: Answers;
  readonly trace: Trace;
  readonly wakeUp: WakeUp;
  readonly framing: Framing | undefined;
  /** Hooks into the dispatch of the library. */
  readonly strategy: MessageStrategy;
  /** Receives the events; replaced before anything is read. */
  events: WireEvents;
  /** Bounds in force; a session puts its own here, which the handshake may lower. */
  limits: () => WireLimits;
  /** Takes what needs no dispatch; the handshake puts its own here, until there is a dispatch. */
  take: Taker;
  /** True while nothing more is read, since nobody could handle it yet. */
  isPaused: boolean;
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

/** Opens a channel; `listen` of its reader begins. */
export function openChannel(input: Readable, output: Writable, options: WireOptions): Channel {
  const { log, redact = (text) => text, heldBytes = defaultHeldBytes } = options;
  const limits = () => channel.limits();
  const pump = new OutboundPump(output, { messageBytes: () => channel.limits().messageBytes, ...options.queue });
  if (options.framing) pump.framing = options.framing;
  const wakeUp = new WakeUp(() => pump.send({ jsonrpc: '2.0', method: '$/waiting', params: {} }));
  pump.onSent = (message) => wakeUp.sent(message);
  const requests = new OpenRequests();
  const trace = new Trace(pump, redact);
  const callbacks = new OpenCallbacks(pump, trace);
  const answers = new Answers({ pump, requests, trace, reportBug: (error) => reportBug(error, log) });
  const onUnclear: WireEvents['onUnclear'] = (reason, runIds) => channel.events.onUnclear(reason, runIds);
  const gatekeeper = new Gatekeeper({ answers, requests, callbacks, limits, trace, log, onUnclear });
  const backlog = new DispatchBacklog();
  const holdWhileFull = () => {
    if (reader.isHeld || pump.queuedBytes < heldBytes) return;
    reader.hold();
    void pump.drained(heldBytes / 2).then(() => reader.release());
  };
  const reader = new WireReader(
    input,
    limits,
    {
      framing: (framing) => {
        pump.framing = framing;
        channel.framing = framing;
      },
      value: (value, size) => {
        holdWhileFull();
        const message = gatekeeper.admit(value, size);
        return message && backlog.waiting === 0 && channel.take(message) ? undefined : backlog.add(message);
      },
      isBacklogged: () => channel.isPaused || backlog.waiting > 0,
      fault: (fault) => {
        const message = backlog.add(gatekeeper.fault(fault));
        if (fault.kind === 'lost') channel.events.onLost(fault.reason);
        return message;
      },
      end: () => channel.events.onEnd(),
    },
    options.framing,
  );
  pump.onClose(() => channel.events.onClosed());
  const channel: { -readonly [K in keyof Channel]: Channel[K] } = {
    log,
    reader,
    pump,
    callbacks,
    requests,
    gatekeeper,
    answers,
    trace,
    wakeUp,
    framing: options.framing,
    strategy: backlog.strategy,
    events: { onEnd: ignore, onLost: ignore, onClosed: ignore, onUnclear: ignore, onPiece: ignore },
    limits: () => options.limits,
    take: (message) => takeAtOnce(channel, message),
    isPaused: false,
  };
  return channel;
}

const ignore = () => undefined;

/** Takes what needs no dispatch: the queue of the library is only there to keep the order, and is empty. */
export function takeAtOnce(channel: Channel, message: Message): boolean {
  const { method, params } = message as { method?: string; params?: unknown };
  if (method !== SETTLEMENT && method !== 'model/delta') return false;
  try {
    if (method === SETTLEMENT) settle(channel, params);
    else channel.events.onPiece(params);
  } catch (error) {
    reportBug(error, channel.log);
  }
  return true;
}

/** Settles a callback whose response has come. */
export function settle({ wakeUp }: Channel, params: unknown): void {
  const { settle } = (params ?? {}) as { settle?: unknown };
  if (typeof settle !== 'function') return;
  wakeUp.heard();
  settle();
}

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
