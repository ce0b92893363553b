import type { RunUsage, UserContentInput } from '../types/wire-types.ts';

/** What a tool may return beside its content. @since 0.1.0 */
export interface ToolResultExtras {
  /** Data for the program, kept in the history and never sent to the model. */
  metadata?: unknown;
  /** Content for a user prompt after all tool returns. */
  userContent?: string | UserContentInput[];
  /** The usage of the tool itself, added to that of the run. */
  usage?: Partial<RunUsage>;
}

const brand = Symbol.for('runwire.toolAnswer');

/**
 * A result of a tool that is more than a value: made by `toolResult`, `retry`, `failed`, `deferred` and `approvalRequired`.
 *
 * Source: Pydantic AI `ToolReturn`, `ModelRetry`, `ToolFailed`.
 * @since 0.1.0
 */
export class ToolAnswer {
  readonly wire: Readonly<Record<string, unknown>>;
  readonly [brand] = true;

  constructor(wire: Record<string, unknown>) {
    this.wire = wire;
  }

  /** Recognises the results of another copy of this package, too: a program may hold an ES module and a CommonJS one. */
  static [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === 'object' && value !== null && brand in value;
  }
}

/** A value with metadata, content for the user prompt, or usage. @since 0.1.0 */
export const toolResult = (content: unknown, extras: ToolResultExtras = {}): ToolAnswer =>
  new ToolAnswer({ content, ...extras });

/** Makes the model call again, with this message. @since 0.1.0 */
export const retry = (message: string): ToolAnswer => new ToolAnswer({ retry: message });

/** Reports to the model that the tool failed, with this message. @since 0.1.0 */
export const failed = (message: string): ToolAnswer => new ToolAnswer({ failed: message });

/** Defers the call: its result comes from outside the run. Source: Pydantic AI `CallDeferred`. @since 0.1.0 */
export const deferred = (metadata: Record<string, unknown> | null = null): ToolAnswer =>
  new ToolAnswer({ deferred: metadata });

/** Makes the call wait for an approval. Source: Pydantic AI `ApprovalRequired`. @since 0.1.0 */
export const approvalRequired = (metadata: Record<string, unknown> | null = null): ToolAnswer =>
  new ToolAnswer({ approvalRequired: metadata });

/** Returns the result for the wire: a plain value is wrapped, so that an object of the tool is never taken for an envelope. @since 0.1.0 */
export const toWire = (value: unknown): Readonly<Record<string, unknown>> =>
  value instanceof ToolAnswer ? value.wire : { content: value ?? null };
