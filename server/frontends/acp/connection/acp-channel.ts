import type { Readable, Writable } from 'node:stream';
import type { EngineError } from '../../../engine/errors.ts';
import { defaultLimits } from '../../../limits.ts';
import { OutboundPump } from '../../../rpc/pump.ts';
import { WireReader } from '../../../rpc/reader.ts';
import { AcpConnection, type ConnectionHandler, type IncomingRequest } from './acp-connection.ts';

/** What a channel is opened with. */
export interface AcpChannelParts {
  readonly input: Readable;
  readonly output: Writable;
  /** The result of `initialize`. */
  readonly introduction: object;
  readonly reportBug: (error: unknown) => EngineError;
  /** Called once with the parameters of `initialize`, which is answered in this turn; nothing more is read before there is an agent. */
  readonly onInitialize: (params: IncomingRequest['params']) => void;
  /** Called when the input has ended, or nobody reads the output any more. */
  readonly onEnd: () => void;
}

/** A connection on a pair of streams whose agent may come after the handshake. */
export interface AcpChannel {
  readonly connection: AcpConnection;
  readonly pump: OutboundPump;
  /** Hands everything that comes after the handshake to an agent. */
  serve(agent: ConnectionHandler): void;
}

const limits = { ...defaultLimits, nesting: 200 };

/**
 * Begins to read. Until `initialize` comes, a connection refuses whatever it is sent, so that it needs no agent: `initialize` is answered
 * from the introduction, and then the rest waits in the pipe for the agent.
 */
export function openAcpChannel(parts: AcpChannelParts): AcpChannel {
  const { input, output, introduction, reportBug, onInitialize, onEnd } = parts;
  const pump = new OutboundPump(output, { messageBytes: () => limits.messageBytes });
  const connection = new AcpConnection({ pump, limits, reportBug });
  let isPaused = false;
  connection.serve({
    request: async ({ params }) => {
      isPaused = true;
      onInitialize(params);
      return introduction;
    },
    responded: ignore,
    notification: ignore,
  });
  const reader = new WireReader(input, () => limits, {
    framing: ignore,
    value: (value, size) => void connection.take(value, size),
    fault: (fault) => void connection.takeFault(fault),
    isBacklogged: () => isPaused,
    end: onEnd,
  });
  pump.onClose(onEnd);
  reader.begin();
  return {
    connection,
    pump,
    serve: (agent) => {
      connection.serve(agent);
      reader.listen(ignore);
      isPaused = false;
    },
  };
}

const ignore = () => undefined;
