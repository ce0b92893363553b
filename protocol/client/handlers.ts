import type { CallbackParamsOf, CallbackResultOf } from '../catalogue.ts';
import type { ModelMessage, ModelMessageInput } from '../messages.ts';
import type { ToolDefinition } from '../spec.ts';
import type { ToolAnswer } from './tool-result.ts';

/** What a tool learns of its call. @since 0.1.0 */
export interface ToolContext {
  readonly call: CallbackParamsOf<'tool/call'>;
  /** Aborted when the run has ended and nobody waits for the answer. */
  readonly signal: AbortSignal;
}

type Awaitable<T> = T | Promise<T>;

/** A tool of the host: a value it returns is what the model sees. @since 0.1.0 */
export type ToolFunction = (args: Record<string, unknown>, context: ToolContext) => Awaitable<unknown>;

/** What serves the callbacks of a run, by the names its specification uses. @since 0.1.0 */
export interface RunHandlers {
  readonly tools?: Readonly<Record<string, ToolFunction>>;
  /** Output validators: give the output back, or `retry(message)`. */
  readonly validators?: Readonly<
    Record<string, (output: unknown, call: CallbackParamsOf<'output/validate'>) => Awaitable<unknown | ToolAnswer>>
  >;
  /** Output functions: give the output, or `retry(message)`. */
  readonly functions?: Readonly<
    Record<string, (input: unknown, call: CallbackParamsOf<'output/validate'>) => Awaitable<unknown | ToolAnswer>>
  >;
  /** Prompts that are made at run time; null leaves one out. */
  readonly prompts?: Readonly<Record<string, (call: CallbackParamsOf<'prompt/resolve'>) => Awaitable<string | null>>>;
  readonly historyProcessors?: Readonly<Record<string, (messages: ModelMessage[]) => Awaitable<ModelMessageInput[]>>>;
  readonly prepareTools?: (
    tools: ToolDefinition[],
    call: CallbackParamsOf<'tools/prepare'>,
  ) => Awaitable<ToolDefinition[]>;
  /** Models the host serves, by the NAME of `host:NAME`. */
  readonly models?: Readonly<
    Record<
      string,
      (
        request: CallbackParamsOf<'model/request'>,
        signal: AbortSignal,
      ) => Awaitable<CallbackResultOf<'model/request'>['response']>
    >
  >;
}
