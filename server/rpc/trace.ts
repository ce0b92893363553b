import { redactionMark } from '../redaction/redaction.ts';
import type { OutboundPump } from './pump.ts';

export type TraceLevel = 'off' | 'messages' | 'verbose';

/** How much of a message is shown. */
const shown = 4096;

/** Reports the messages of the connection to a client that requests it. Source: LSP 3.17 $/logTrace. */
export class Trace {
  level: TraceLevel = 'off';
  readonly #pump: OutboundPump;
  readonly #redact: (text: string) => string;

  constructor(pump: OutboundPump, redact: (text: string) => string) {
    this.#pump = pump;
    this.#redact = redact;
  }

  /** Sets the level that a client requested; an unknown value changes nothing. */
  set(value: unknown): void {
    if (value === 'off' || value === 'messages' || value === 'verbose') this.level = value;
  }

  /** `what` names the message, `content` is its parameters, its result or its error. */
  write(what: string, method: string, content: unknown): void {
    // A congested client is not sent even more.
    if (this.level === 'off' || this.#pump.congested) return;
    // Secrets stay outside every trace; a trace is nothing to trace.
    if (method === 'secret/get' || method === '$/logTrace') return;
    const params = {
      message: `${what} '${method}'.`,
      ...(this.level === 'verbose' && content !== undefined ? { verbose: this.#text(shownOf(method, content)) } : {}),
    };
    this.#pump.send({ jsonrpc: '2.0', method: '$/logTrace', params });
  }

  #text(content: unknown): string {
    const json = this.#redact(JSON.stringify(content) ?? '');
    return json.length > shown ? `${json.slice(0, shown)}…` : json;
  }
}

/** What resolves a pending item may answer `secret/get`, whose answers are in no trace. */
function shownOf(method: string, content: unknown): unknown {
  const isResult =
    method === 'pending/resolve' && content !== null && typeof content === 'object' && 'result' in content;
  return isResult ? { ...content, result: redactionMark } : content;
}
