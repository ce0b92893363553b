import type { ToolDefinition } from '../../../protocol/spec.ts';
import type { CallbackContext, ToolOutcome, ToolRequest } from '../callbacks.ts';

/** A tool that another program than the host serves. Plain JSON: steps record it. */
export interface SourcedTool {
  /** Name of its source. */
  readonly source: string;
  /** The name by which its source knows it. */
  readonly tool: string;
  /** What a model sees of it; its kind says whether its calls need an approval. */
  readonly definition: ToolDefinition;
  /** Failures in a row that are allowed; absent: as the agent says. */
  readonly maxRetries?: number;
  /** Whether a call may be repeated after a crash. */
  readonly effect: 'once' | 'idempotent' | 'read';
}

/** What all sources of a run offer at one time. */
export interface SourcedTools {
  readonly tools: readonly SourcedTool[];
  /** Texts that are sent after the instructions of the agent. */
  readonly instructions: readonly string[];
}

/** A call as its source gets it. */
export interface SourcedCall extends ToolRequest, Pick<SourcedTool, 'source' | 'tool' | 'effect'> {
  /** Shows how far the call has got. */
  readonly onProgress: (message: string | undefined, fraction: number | undefined) => void;
}

/** The sources of a run: tools that are called by the daemon and not by the host. */
export interface ToolSources {
  /**
   * Lists what the sources offer now: the same object as before when nothing has changed.
   *
   * Errors: `EngineError` for what ends the run, and the reason of the signal when that is aborted.
   */
  list(context: CallbackContext): Promise<SourcedTools>;
  /** Calls a tool. Errors: as `list`; a call that merely failed is an outcome. */
  call(request: SourcedCall, context: CallbackContext): Promise<ToolOutcome>;
}
