import {
  type CommandEnd,
  type CommandLine,
  type CommandRunner,
  outputBytes,
} from '../../../toolsets/workspace/commands/command-runner.ts';
import { editorTimeoutMs, failureOf, isUnserved } from './editor-files.ts';
import type { EditorRequests } from './editor-requests.ts';

/** How a terminal ends that is not awaited, in milliseconds. */
const endTimeoutMs = 5000;

/** What a terminal uses of its session. */
export interface TerminalOptions {
  readonly editor: EditorRequests;
  /** Shows a terminal in its call. */
  readonly embed: (toolCallId: string, terminalId: string) => void;
  /** Commands for an editor that does not serve terminals after all. */
  readonly instead: CommandRunner;
}

/** Commands in terminals of the editor. */
export class EditorTerminals implements CommandRunner {
  readonly #options: TerminalOptions;
  readonly #open = new Set<string>();
  #isServed = true;

  constructor(options: TerminalOptions) {
    this.#options = options;
  }

  async run(line: CommandLine, signal: AbortSignal): Promise<CommandEnd> {
    const terminalId = this.#isServed ? await this.#create(line, signal) : null;
    if (terminalId === null) return this.#options.instead.run(line, signal);
    this.#open.add(terminalId);
    this.#options.embed(line.toolCallId, terminalId);
    try {
      return await this.#end(terminalId, line, signal);
    } catch (error) {
      if (signal.aborted) void this.#send('terminal/kill', terminalId).catch(() => undefined);
      throw failureOf(error, 'The terminal of the editor has failed');
    } finally {
      this.#open.delete(terminalId);
      void this.#send('terminal/release', terminalId).catch(() => undefined);
    }
  }

  async close(): Promise<void> {
    const ended = [...this.#open].map((terminalId) => this.#send('terminal/kill', terminalId).catch(() => undefined));
    await Promise.all([...ended, this.#options.instead.close()]);
  }

  /** Null when the editor does not serve terminals. */
  async #create({ command, cwd }: CommandLine, signal: AbortSignal): Promise<string | null> {
    const params = { command: 'sh', args: ['-c', command], cwd, outputByteLimit: outputBytes };
    try {
      const options = { signal, timeoutMs: editorTimeoutMs };
      const answer = await this.#options.editor.request('terminal/create', params, options);
      const { terminalId } = (answer ?? {}) as { terminalId?: unknown };
      if (typeof terminalId === 'string') return terminalId;
      throw new Error('it has no `terminalId`');
    } catch (error) {
      if (!isUnserved(error)) throw failureOf(error, 'The editor cannot open a terminal');
      this.#isServed = false;
      return null;
    }
  }

  async #end(terminalId: string, { timeoutMs }: CommandLine, signal: AbortSignal): Promise<CommandEnd> {
    const timeout = AbortSignal.timeout(timeoutMs);
    const { editor } = this.#options;
    const exit = await editor
      .request('terminal/wait_for_exit', { terminalId }, { signal: AbortSignal.any([signal, timeout]) })
      .catch((error: unknown) => {
        if (timeout.aborted && !signal.aborted) return null;
        throw error;
      });
    if (exit === null) await this.#send('terminal/kill', terminalId, signal);
    const { exitCode, signal: killedBy } = (exit ?? {}) as { exitCode?: unknown; signal?: unknown };
    const shown = (await this.#send('terminal/output', terminalId, signal)) as Record<string, unknown> | null;
    return {
      output: String(shown?.output ?? ''),
      isCut: shown?.truncated === true,
      exitCode: typeof exitCode === 'number' ? exitCode : null,
      signal: typeof killedBy === 'string' ? killedBy : null,
      hasTimedOut: exit === null,
    };
  }

  #send(method: string, terminalId: string, signal?: AbortSignal): Promise<unknown> {
    const options = { signal: signal ?? new AbortController().signal, timeoutMs: endTimeoutMs };
    return this.#options.editor.request(method, { terminalId }, options);
  }
}
