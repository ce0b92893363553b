import type { RunExecutor } from '../executors/run-executor.ts';
import type { StoreSetting } from '../store/setting.ts';
import type { Store } from '../store/store.ts';
import { exitCode } from './exit-code.ts';
import { type OptionTable, type ReadOptions, readOptions, UsageError } from './options.ts';
import { type TextSink, Voice } from './output.ts';

/** What a command that starts no run needs of its process. */
export interface Desk {
  readonly stdout: TextSink;
  readonly stderr: TextSink;
  readonly env: NodeJS.ProcessEnv;
  /** The store that was named before the command. */
  readonly store?: StoreSetting | undefined;
  /** The database that was named before the command; null when none was. */
  readonly database?: RunDatabase | null;
  /** The runs of a store: of a folder, or of the one that was named before the command, there of a tenant; null when none was. */
  readonly open: (folder: string | undefined, tenant?: string) => RunExecutor | null;
  /** Aborted when the user wants it to stop. */
  readonly interrupted: AbortSignal;
}

/** A database in which tenants keep their runs. */
export interface RunDatabase {
  store(tenant: string): Store;
  close(): Promise<void>;
}

/** A command of its own options, which starts no run. */
export interface DeskCommand<D extends Desk = Desk> {
  readonly optionNames: readonly string[];
  /** Resolves with the exit code when everything was written. */
  run(args: readonly string[], desk: D): Promise<number>;
}

/** How a command is declared. */
export interface CommandSpec<T extends OptionTable> {
  readonly name: string;
  readonly help: string;
  readonly options: T;
  /** Most words that it takes. */
  readonly words: number;
}

/** Makes a command that reads its options, prints its help, and reports what is wrong with its arguments. */
export function command<T extends OptionTable, D extends Desk = Desk>(
  { name, help, options, words: most }: CommandSpec<T>,
  work: (given: ReadOptions<T>, desk: D) => Promise<number>,
): DeskCommand<D> {
  const run: DeskCommand<D>['run'] = async (args, desk) => {
    try {
      const given = readOptions(args, { ...options, help: 'flag' });
      if (given.values.help) {
        desk.stdout.write(help);
        return exitCode.success;
      }
      const extra = given.words[most];
      if (extra !== undefined) throw new UsageError(`${name} takes no argument '${extra}'`);
      return await work(given as unknown as ReadOptions<T>, desk);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      new Voice(desk.stderr).say(`${error.message}\nTry 'runwire ${name} --help'.`);
      return exitCode.usage;
    }
  };
  return { optionNames: [...Object.keys(options), 'help'], run };
}
