import { daemonCommand } from './cli/settings/daemon-command.ts';
import { startOnStdio } from './process/stdio.ts';
import { ownStdout } from './rpc/stdout.ts';

const frames = ownStdout();
const args = process.argv.slice(2);
// On a terminal the daemon only says how it is used.
const daemon = process.stdin.isTTY ? undefined : daemonCommand(args);

/** Returns whether a run of the daemon has ended; for the launcher. */
export const hasRun: () => boolean = daemon ? startOnStdio(daemon, frames) : () => false;

if (!daemon) void import('./process/commands.ts').then(({ runCommandLine }) => runCommandLine(args, frames), notLoaded);

function notLoaded(error: Error): void {
  process.stderr.write(`runwire: the command cannot be loaded: ${error.message}\n`);
  process.exitCode = 1;
}
