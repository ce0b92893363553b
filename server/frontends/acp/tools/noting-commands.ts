import type { CommandEnd, CommandLine, CommandRunner } from '../../../toolsets/workspace/commands/command-runner.ts';

/** Commands, each of which is noted when it has run. */
export class NotingCommands implements CommandRunner {
  readonly #commands: CommandRunner;
  readonly #onRun: () => void;

  constructor(commands: CommandRunner, onRun: () => void) {
    this.#commands = commands;
    this.#onRun = onRun;
  }

  run(line: CommandLine, signal: AbortSignal): Promise<CommandEnd> {
    return this.#commands.run(line, signal).finally(this.#onRun);
  }

  close(): Promise<void> {
    return this.#commands.close();
  }
}
