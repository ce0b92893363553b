import type { ToolDefinition, ToolSpec, WorkspaceSpec } from '../../../protocol/spec.ts';
import type { CallbackContext, ToolOutcome } from '../../engine/callbacks.ts';
import type { SourcedCall, SourcedTool, SourcedTools } from '../../engine/tools/tool-sources.ts';
import type { RunToolset } from '../run-toolset.ts';
import { argumentFault } from './argument-fault.ts';
import { needsApproval, workspaceSource } from './opened-workspace.ts';
import { ToolFailure } from './tool-failure.ts';
import { allowedEffects, isWorkspaceTool, workspaceToolSpecs, workspaceTools } from './tool-specs.ts';
import { Workspace } from './workspace.ts';

/** The workspace of one run, as the engine sees it. */
export class WorkspaceSource implements RunToolset {
  readonly #workspace: Workspace;
  readonly #specs: ReadonlyMap<string, ToolSpec>;
  readonly #listed: SourcedTools;

  constructor(cwd: string, spec: WorkspaceSpec) {
    this.#workspace = new Workspace({ cwd });
    const specs = workspaceToolSpecs(allowedEffects(spec.allow ?? 'read')).filter(
      ({ name }) => !spec.excludeTools?.includes(name),
    );
    this.#specs = new Map(specs.map((tool) => [tool.name, tool]));
    this.#listed = { tools: specs.map((tool) => sourcedTool(tool, spec)), instructions: [] };
  }

  async list(): Promise<SourcedTools> {
    return this.#listed;
  }

  async call({ tool: name, args, toolCallId }: SourcedCall, { signal }: CallbackContext): Promise<ToolOutcome> {
    const spec = this.#specs.get(name);
    // A run that is resumed may have a call that was offered under another operator.
    if (!spec || !isWorkspaceTool(name)) return { kind: 'failed', message: `The workspace has no tool '${name}'.` };
    const fault = argumentFault(args, spec.inputSchema);
    if (fault !== null) return { kind: 'retry', message: fault };
    try {
      return { kind: 'return', content: await this.#workspace.call({ name, args, toolCallId, signal }) };
    } catch (error) {
      if (error instanceof ToolFailure) return { kind: 'failed', message: error.message };
      throw error;
    }
  }

  /** Ends commands; resolves when they are gone. */
  release(): Promise<void> {
    return this.#workspace.close();
  }
}

function sourcedTool({ name, description, inputSchema, effect = 'once' }: ToolSpec, spec: WorkspaceSpec): SourcedTool {
  const changes = isWorkspaceTool(name) && workspaceTools[name] !== 'read';
  const definition: ToolDefinition = {
    name: spec.prefix ? `${spec.prefix}_${name}` : name,
    parameters_json_schema: inputSchema,
    description: description ?? null,
    outer_typed_dict_key: null,
    strict: null,
    sequential: false,
    kind: changes && needsApproval(spec) ? 'unapproved' : 'function',
    metadata: null,
    timeout: null,
  };
  return { source: workspaceSource, tool: name, definition, effect: effect ?? 'once' };
}
