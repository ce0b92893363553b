import type { AcpCommand } from '../cli/settings/acp-command.ts';
import type { AcpAgentParts } from '../frontends/acp/acp-agent.ts';
import type { AcpChannel } from '../frontends/acp/connection/acp-channel.ts';
import { type AcpProcess, acpProcess } from '../frontends/acp-process.ts';
import { keysOf, RunFactory } from './runs.ts';
import type { Surroundings } from './surroundings.ts';

export { agentFileOf } from '../frontends/agent-file.ts';

/** What the start of `runwire acp` has done already. */
export interface StartedAcp extends Pick<AcpAgentParts, 'file' | 'introduction' | 'handshake'> {
  readonly around: Surroundings;
  readonly channel: AcpChannel;
}

/** Serves a channel on stdin and stdout, from the message after the handshake on. */
export function serveAcpOnStdio(command: AcpCommand, { around, channel, ...parts }: StartedAcp): AcpProcess {
  const { options, store } = command;
  const factory = new RunFactory(command, around);
  const runs = factory.create(factory.storeAccess());
  const { log } = around;
  return acpProcess(
    channel,
    { ...parts, mode: options.mode },
    { runs, hasStore: store !== undefined, keys: keysOf(command), log },
  );
}
