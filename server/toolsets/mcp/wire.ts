import type { JSONRPCMessage, Transport } from '@modelcontextprotocol/client';

// The MCP package checks what servers send against its schemas, and one tool that is described in an odd way would cost the
// whole list. It is given stand-ins that pass every check; what the server sent is kept beside them.

const raw = Symbol('raw');

/** Results that we read ourselves. */
const standIns: Readonly<Record<string, object>> = {
  'tools/list': { resultType: 'complete', tools: [], ttlMs: 0, cacheScope: 'private' },
  'tools/call': { resultType: 'complete', content: [] },
};

/** Takes any result; `rawResult` has what the server sent. */
export const anyResult = {
  '~standard': { version: 1 as const, vendor: 'runwire', validate: (value: unknown) => ({ value }) },
};

/** The result of a request as the server sent it. */
export function rawResult(result: unknown): unknown {
  const isObject = typeof result === 'object' && result !== null;
  return isObject && raw in result ? (result as { [raw]: unknown })[raw] : result;
}

/** Who sees what comes over a transport before the package does. */
export interface WireListener {
  /** Called with the id of each answer. */
  onAnswer(id: unknown): void;
  /** Called with the parameters of each progress, at once: the package would lose one that comes with its answer. */
  onProgress(params: unknown): void;
}

/** Puts stand-ins in the place of results that come over a transport. */
export function withStandIns<T extends Transport>(transport: T, { onAnswer, onProgress }: WireListener): T {
  const methods = new Map<unknown, string>();
  const send = transport.send.bind(transport);
  transport.send = (message, options) => {
    if ('method' in message && 'id' in message && Object.hasOwn(standIns, message.method))
      methods.set(message.id, message.method);
    // Nobody waits for the result of a cancelled request.
    if ('method' in message && message.method === 'notifications/cancelled') methods.delete(message.params?.requestId);
    return send(message, options);
  };
  let handler: Transport['onmessage'];
  Object.defineProperty(transport, 'onmessage', {
    configurable: true,
    get: () => handler && receive,
    set: (given: Transport['onmessage']) => {
      handler = given === receive ? handler : given;
    },
  });
  const receive: NonNullable<Transport['onmessage']> = (message, extra) => {
    if (!('method' in message)) onAnswer(message.id);
    else if (message.method === 'notifications/progress') return onProgress(message.params);
    handler?.(standingIn(message, methods), extra);
  };
  return transport;
}

function standingIn<M extends JSONRPCMessage>(message: M, methods: Map<unknown, string>): M {
  if (!('result' in message) || !('id' in message)) return message;
  const method = methods.get(message.id);
  if (method === undefined) return message;
  methods.delete(message.id);
  const { result } = message;
  // The package continues these itself.
  if ((result as { resultType?: unknown } | null)?.resultType === 'input_required') return message;
  return { ...message, result: { ...standIns[method], [raw]: result } };
}
