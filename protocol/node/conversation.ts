import type { ModelMessage, ParamsInputOf } from '../types/client-types.ts';
import type { AgentRun } from './agent-run.ts';
import type { OutputType, RunOptions } from './run-options.ts';
import type { Schema } from './schema.ts';

type StartRun<S extends Schema | undefined> = (options: RunOptions<S>) => Promise<AgentRun<OutputType<S>>>;
type Prompt = NonNullable<ParamsInputOf<'run/start'>['prompt']>;

/**
 * Runs that follow each other, each with the messages of those before it.
 *
 * @since 0.1.0
 */
export class Conversation<S extends Schema | undefined = undefined> {
  readonly #startRun: StartRun<S>;
  readonly #options: RunOptions<S>;
  /** Reads the messages of the store; absent for a conversation that is kept here alone. */
  readonly #stored: (() => Promise<ModelMessage[]>) | undefined;
  #messages: ModelMessage[];
  /** The run before, once there was one. */
  #previous: string | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(startRun: StartRun<S>, options: RunOptions<S>, stored?: () => Promise<ModelMessage[]>) {
    this.#startRun = startRun;
    this.#stored = stored;
    this.#options = options;
    this.#messages = Array.isArray(options.messageHistory) ? (options.messageHistory as ModelMessage[]) : [];
  }

  /** All messages, once the run that goes on has ended. */
  async messages(): Promise<readonly ModelMessage[]> {
    await this.#last;
    return this.#stored && this.#previous === undefined ? this.#stored() : this.#messages;
  }

  /**
   * Starts the next run with this prompt, after the one before it has ended.
   *
   * Errors: those of `run/start`, `DaemonGoneError`.
   */
  async send(prompt: Prompt, options: Partial<RunOptions<S>> = {}): Promise<AgentRun<OutputType<S>>> {
    const started = this.#last.then(() => this.#start(prompt, options));
    this.#last = started.then((run) => this.#keep(run)).catch(() => undefined);
    return started;
  }

  async #start(prompt: Prompt, options: Partial<RunOptions<S>>): Promise<AgentRun<OutputType<S>>> {
    const start = (history: Pick<RunOptions, 'messageHistory' | 'openToolCalls'>) =>
      this.#startRun({ ...this.#options, ...options, prompt, ...history } as RunOptions<S>);
    const kept = { messageHistory: this.#messages };
    // A conversation of the store has its messages there.
    if (this.#previous === undefined) return start(this.#messages.length > 0 ? kept : {});
    try {
      return await start({ messageHistory: { runId: this.#previous } });
    } catch (error) {
      if (!isForgotten(error)) throw error;
      // A run that was cancelled may have left calls open, which the daemon closes where it knows the run.
      return start({ openToolCalls: 'close', ...kept });
    }
  }

  async #keep(run: AgentRun<OutputType<S>>): Promise<void> {
    await run.result;
    const { messages } = await run.messages();
    this.#messages = messages ?? [];
    this.#previous = run.runId;
  }
}

/** Whether the daemon no longer has the run before, since it keeps a bounded number of them. */
function isForgotten(error: unknown): boolean {
  const { data } = (error ?? {}) as { data?: { kind?: unknown } };
  return data?.kind === 'run.evicted' || data?.kind === 'run.notFound';
}
