import { acpCommand } from './cli/settings/acp-command.ts';
import { daemonCommand } from './cli/settings/daemon-command.ts';
import { startAcpOnStdio } from './process/acp-stdio.ts';
import { startOnStdio } from './process/stdio.ts';
import { notLoaded } from './process/surroundings.ts';
import { ownStdout } from './rpc/stdout.ts';

const frames = ownStdout();
const args = process.argv.slice(2);
// On a terminal they only say how they are used.
const daemon = process.stdin.isTTY ? undefined : daemonCommand(args);
const acp = process.stdin.isTTY || daemon ? undefined : acpCommand(args);

/** Returns whether a run of the process has ended; for the launcher. */
export const hasRun: () => boolean = started();

function started(): () => boolean {
  if (daemon) return startOnStdio(daemon, frames);
  if (acp) return startAcpOnStdio(acp, frames);
  void import('./process/commands.ts').then(({ runCommandLine }) => runCommandLine(args, frames), notLoaded);
  return () => false;
}
