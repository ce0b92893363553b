import type { CallbackContext } from '../callbacks.ts';
import type { RunState } from '../state.ts';
import type { ToolChanges } from './run-tools.ts';

/** What listing the tools of the sources adds to a step. */
export interface ListedTools {
  /** What has changed in the tools since they were listed before. */
  toolChanges?: ToolChanges;
  /** Texts that are sent after the instructions of the agent. */
  readonly instructions: readonly string[];
}

const nothing: ListedTools = { instructions: [] };

/**
 * Lists the tools of the sources of a run, in the body of a step.
 *
 * Errors: those of `ToolSources.list`, `tool.conflict`.
 */
export async function listTools(state: RunState, context: CallbackContext): Promise<ListedTools> {
  const { sources } = state.input;
  if (!sources) return nothing;
  const listed = await sources.list(context);
  const toolChanges = state.tools.takeOver(listed);
  return { instructions: listed.instructions, ...(toolChanges ? { toolChanges } : {}) };
}
