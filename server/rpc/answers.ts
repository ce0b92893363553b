import type { Disposable, Message, MessageWriter } from 'vscode-jsonrpc/node';
import { ErrorCode, type ErrorKind } from '../../protocol/errors.ts';
import { jsonSize } from '../engine/json/json-size.ts';
import type { RequestId } from './envelope.ts';
import { neverFires } from './never-fires.ts';
import type { OpenRequests } from './open-requests.ts';
import type { OutboundPump } from './pump.ts';
import type { Trace } from './trace.ts';

interface Answer {
  readonly id: RequestId;
  readonly result?: unknown;
  readonly error?: unknown;
}

const done = Promise.resolve();

export interface AnswersParts {
  readonly pump: OutboundPump;
  readonly requests: OpenRequests;
  readonly trace: Trace;
  /** Logs a response that cannot be sent, under an incident id. */
  readonly reportBug: (error: unknown) => { readonly message: string; readonly details: object };
}

/**
 * Sends the responses, exactly one for each request; those of the library pass through here too. It is a writer of the library by
 * its interface alone, since the first response is sent before the library is loaded.
 */
export class Answers implements MessageWriter {
  readonly onError = neverFires;
  /** True once the handshake has succeeded: nothing else may be sent before. */
  isOpen = false;
  readonly #parts: AnswersParts;

  constructor(parts: AnswersParts) {
    this.#parts = parts;
  }

  /** Calls back when the client has gone. */
  onClose(listener: () => void): Disposable {
    this.#parts.pump.onClose(listener);
    return neverFires();
  }

  dispose(): void {
    // Nothing is kept but what the pump keeps.
  }

  write(message: Message): Promise<void> {
    this.#answer(message as unknown as Answer);
    return done;
  }

  /** Responds to a message that is not a request, or not one that is served: no request is open for it. */
  refuse(id: RequestId | null, kind: ErrorKind, message: string, details: Record<string, unknown> = {}): void {
    this.#parts.pump.send({
      jsonrpc: '2.0',
      id,
      error: { code: ErrorCode[kind], message, data: { ...details, kind } },
    });
  }

  end(): void {
    // The pump writes on its own.
  }

  #answer(answer: Answer): void {
    const request = this.#parts.requests.close(answer.id);
    // Emacs stalls when the ack of a run and a callback of the run arrive in one piece.
    const isAck = request?.method === 'run/start' && !request.waits;
    if (isAck) this.#parts.pump.separate();
    const bytes = request?.waits ? jsonSize(answer.result) : 0;
    // Who looks whether the daemon is well does not wait for a large message.
    this.#send(answer, { bytes, overtakes: request?.method === 'health/get' });
    if (isAck) this.#parts.pump.separate();
    if (request?.method === 'initialize' && answer.error === undefined) this.isOpen = true;
    if (request) this.#parts.trace.write('Sent response to', request.method, answer.error ?? answer.result);
  }

  #send({ id, result, error }: Answer, { bytes, overtakes }: { bytes: number; overtakes: boolean }): void {
    try {
      const outcome = error === undefined ? { result: result ?? null } : { error };
      const sent = this.#parts.pump.send({ jsonrpc: '2.0', id, ...outcome }, bytes, overtakes);
      if (sent.kind !== 'tooLarge') return;
      const { size, limit } = sent;
      const advice = 'Ask for less at a time, or raise the limit.';
      this.refuse(id, 'message.tooLarge', `The answer has ${size} bytes; ${limit} is the limit. ${advice}`, {
        size,
        limit,
      });
    } catch (bug) {
      const { message, details } = this.#parts.reportBug(bug);
      this.refuse(id, 'internal', message, { ...details });
    }
  }
}
