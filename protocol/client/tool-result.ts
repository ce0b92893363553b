import type { UserContentInput } from '../content.ts';
import type { RunUsage } from '../usage.ts';

/** What beside its content a tool may return. @since 0.1.0 */
export interface ToolResultExtras {
  /** Data for the program, kept in the history and never sent to the model. */
  metadata?: unknown;
  /** Content for a user prompt behind all tool returns. */
  userContent?: string | UserContentInput[];
  /** What the tool used itself, added to the usage of the run. */
  usage?: Partial<RunUsage>;
}

/**
 * An answer of a tool that is more than a value: made by `toolResult`, `retry` and `failed`.
 *
 * Source: Pydantic AI `ToolReturn`, `ModelRetry`, `ToolFailed`.
 * @since 0.1.0
 */
export class ToolAnswer {
  readonly wire: Readonly<Record<string, unknown>>;

  constructor(wire: Record<string, unknown>) {
    this.wire = wire;
  }
}

/** A value with metadata, content for the user prompt, or usage. @since 0.1.0 */
export const toolResult = (content: unknown, extras: ToolResultExtras = {}): ToolAnswer =>
  new ToolAnswer({ content, ...extras });

/** Asks the model to call again, with this message. @since 0.1.0 */
export const retry = (message: string): ToolAnswer => new ToolAnswer({ retry: message });

/** Tells the model that the tool failed, with this message. @since 0.1.0 */
export const failed = (message: string): ToolAnswer => new ToolAnswer({ failed: message });

/** What goes on the wire: a plain value is wrapped, so that an object of the tool is never taken for an envelope. @since 0.1.0 */
export const toWire = (value: unknown): Readonly<Record<string, unknown>> =>
  value instanceof ToolAnswer ? value.wire : { content: value ?? null };
