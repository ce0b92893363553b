import type { EngineError } from '../../engine/errors.ts';
import type { WireLimits } from '../../rpc/framing/frames.ts';
import type { OutboundPump } from '../../rpc/pump.ts';
import type { ReaderSink } from '../../rpc/reader.ts';
import { AcpAgent } from './acp-agent.ts';
import type { AcpAgentFile, AcpWorld } from './acp-world.ts';
import { AcpConnection } from './connection/acp-connection.ts';
import type { Mode } from './session/settings.ts';

/** What an agent is served with. */
export interface AcpServing {
  readonly world: AcpWorld;
  readonly file: AcpAgentFile;
  readonly mode: Mode;
  readonly pump: OutboundPump;
  readonly limits: WireLimits;
  /** Reads the input into a sink, from now on. */
  readonly listen: (sink: ReaderSink) => void;
  readonly reportBug: (error: unknown) => EngineError;
  /** Called when the input has ended. */
  readonly onEnd: () => void;
}

/** An agent that is served. */
export interface ServedAcp {
  /** Ends all sessions and resolves when nothing of them is left. */
  close(): Promise<void>;
}

/** Serves the Agent Client Protocol on a pair of streams. */
export function serveAcp({ world, file, mode, pump, limits, listen, reportBug, onEnd }: AcpServing): ServedAcp {
  const connection = new AcpConnection({ pump, limits, reportBug });
  const agent = new AcpAgent({ connection, world, file, mode });
  connection.serve(agent);
  listen({
    framing: () => undefined,
    value: (value, size) => {
      connection.take(value, size);
      return undefined;
    },
    fault: (fault) => {
      connection.takeFault(fault);
      return undefined;
    },
    isBacklogged: () => false,
    end: () => onEnd(),
  });
  return {
    close: async () => {
      connection.inputEnded();
      await agent.close();
      await connection.answered();
    },
  };
}
