import { AcpAgent, type AcpAgentParts } from './acp-agent.ts';
import type { AcpChannel } from './connection/acp-channel.ts';

/** An agent that is served. */
export interface ServedAcp {
  /** Ends all sessions and resolves when nothing of them is left. */
  close(): Promise<void>;
}

/** Serves the Agent Client Protocol on a channel, from the message after the handshake on. */
export function serveAcp(channel: AcpChannel, parts: Omit<AcpAgentParts, 'connection'>): ServedAcp {
  const { connection } = channel;
  const agent = new AcpAgent({ ...parts, connection });
  channel.serve(agent);
  return {
    close: async () => {
      connection.inputEnded();
      await agent.close();
      await connection.answered();
    },
  };
}
