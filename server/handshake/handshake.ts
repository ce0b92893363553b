import type { Message, ResponseMessage } from 'vscode-jsonrpc/node';
import type { ResultOf } from '../../protocol/catalogue.ts';
import type { InitializeParams, Limits } from '../../protocol/lifecycle.ts';
import { REFERENCE_VERSION } from '../../protocol/reference.ts';
import { callbackMethods, notificationMethods, requestMethods } from '../../protocol/types/method-names.ts';
import { PROTOCOL_VERSION } from '../../protocol/version.ts';
import { lowered } from '../limits.ts';
import type { Channel } from '../rpc/channel.ts';
import { needsWakeUp } from '../rpc/wake-up.ts';
import { plainParams } from './plain-params.ts';

/** What a daemon says of itself. */
export interface Identity {
  readonly version: string;
  /** Changes with every start. */
  readonly epoch: string;
}

/** Returns the identity of a daemon of this process that started at a time, in milliseconds since 1970. */
export const identityAt = (startedAtMs: number, version: string): Identity => ({
  version,
  epoch: `${startedAtMs.toString(36)}-${process.pid.toString(36)}`,
});

/** Returns the result of `initialize`. */
export function initializeResult({ version, epoch }: Identity, limits: Limits): ResultOf<'initialize'> {
  const runwire = {
    requests: [...requestMethods],
    callbacks: [...callbackMethods],
    notifications: [...notificationMethods],
  };
  return {
    protocolVersion: PROTOCOL_VERSION,
    serverInfo: { name: 'runwire', version, pydanticAi: REFERENCE_VERSION },
    epoch,
    limits,
    capabilities: { runwire },
  };
}

/** Adapts a connection to what its client says of itself. */
export function adaptTo(params: InitializeParams, { trace, wakeUp }: Pick<Channel, 'trace' | 'wakeUp'>): void {
  trace.set(params.trace);
  wakeUp.isEnabled = needsWakeUp(params);
}

/**
 * Begins to read a channel, and responds to a first message that is a plain `initialize`: that takes neither the schemas nor the
 * engine, which are slow to load. Nothing more is read then, as after any other message that needs them. `onFirst` is called once
 * with the parameters of the handshake, or without, when the message still waits.
 */
export function answerHandshake(
  channel: Channel,
  { identity, limits }: { identity: Identity; limits: Limits },
  onFirst: (params?: InitializeParams) => void,
): void {
  const answer = (id: string | number, params: InitializeParams) => {
    const lowest = lowered(limits, params.initializationOptions?.limits);
    channel.limits = () => lowest;
    adaptTo(params, channel);
    const response: ResponseMessage = { jsonrpc: '2.0', id, result: initializeResult(identity, lowest) };
    void channel.answers.write(response);
  };
  channel.take = (message: Message) => {
    channel.isPaused = true;
    const { id, method, params } = message as { id?: string | number; method?: string; params?: unknown };
    const plain = method === 'initialize' ? plainParams(params) : undefined;
    if (id === undefined || !plain) {
      onFirst();
      return false;
    }
    answer(id, plain);
    onFirst(plain);
    return true;
  };
  channel.reader.begin();
}
