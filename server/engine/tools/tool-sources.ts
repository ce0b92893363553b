import type { ToolDefinition } from '../../../protocol/spec.ts';
import type { CompiledTool } from '../agent.ts';
import type { CallbackContext, ToolOutcome, ToolRequest } from '../callbacks.ts';
import { anyArguments } from './arguments.ts';

/** A tool that another program than the host serves. Plain JSON: steps record it. */
export interface SourcedTool {
  /** Name of its source. */
  readonly source: string;
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
export interface SourcedCall extends ToolRequest {
  readonly source: string;
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

/** Makes a tool of a source ready to be called. Its arguments are any object: its source checks them. */
export function compileSourced(tool: SourcedTool, toolRetries: number): CompiledTool {
  const { definition, effect, source, maxRetries = toolRetries } = tool;
  const { name, description, parameters_json_schema: inputSchema } = definition;
  return {
    spec: { name, description, inputSchema, effect },
    definition,
    validator: anyArguments,
    maxRetries,
    timeoutMs: undefined,
    deferral: definition.kind === 'unapproved' ? 'unapproved' : null,
    unchecked: [],
    source,
  };
}
