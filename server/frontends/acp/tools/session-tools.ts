import type { DeferredToolRequests, DeferredToolResults } from '../../../../protocol/deferred.ts';
import type { ToolCallPart } from '../../../../protocol/messages/messages.ts';
import type { ToolDefinition } from '../../../../protocol/spec.ts';
import type { PlannedEdit } from '../../../toolsets/workspace/files/edit.ts';
import { ToolFailure } from '../../../toolsets/workspace/tool-failure.ts';
import { isWorkspaceTool, type WorkspaceTool, workspaceTools } from '../../../toolsets/workspace/tool-specs.ts';
import type { Workspace } from '../../../toolsets/workspace/workspace.ts';
import { ruleOf, type SessionSettings } from '../session/settings.ts';
import { type DiffContent, diffOf } from '../updates/diff.ts';
import type { ShownCalls } from '../updates/shown-calls.ts';
import { argsOf, callView } from '../updates/tool-call-view.ts';
import type { Decision, Permissions } from './permissions.ts';

/** What the tools of a session use of it. */
export interface SessionToolsParts {
  readonly workspace: Workspace;
  readonly settings: SessionSettings;
  readonly permissions: Permissions;
  /** Whether a tool of an MCP server is known to read only, by a server that the operator trusts. */
  readonly readsOnly: (definition: ToolDefinition) => boolean;
}

interface Call {
  readonly name: WorkspaceTool;
  readonly args: Readonly<Record<string, unknown>>;
  readonly toolCallId: string;
  readonly signal: AbortSignal;
}

const denials: Record<Exclude<Decision, 'allowed'>, string> = {
  rejected: 'The user rejected this call. Do not try the same again; ask what to do instead.',
  dismissed: 'The user dismissed the request for permission, so the call was not made.',
};

/** The tools of one run, as the session allows them. */
export class SessionTools {
  readonly #parts: SessionToolsParts;
  readonly #calls: ShownCalls;
  /** The edits that a person is shown, by the ids of their calls. */
  readonly #shownEdits = new Map<string, PlannedEdit>();

  constructor(parts: SessionToolsParts, calls: ShownCalls) {
    this.#parts = parts;
    this.#calls = calls;
  }

  /** Serves `tools/prepare`: a mode counts from the next request to the model. */
  prepare(tools: readonly ToolDefinition[]): { tools: ToolDefinition[] } {
    const { settings, readsOnly } = this.#parts;
    const isOffered = (tool: ToolDefinition) =>
      isWorkspaceTool(tool.name)
        ? ruleOf(settings.mode, workspaceTools[tool.name]) !== 'hidden'
        : settings.mode !== 'plan' || readsOnly(tool);
    return { tools: tools.filter(isOffered) };
  }

  /** Serves `tool/call`. */
  async call(params: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<object> {
    const { name, args, toolCallId, approved } = params as { [K in keyof Call]: Call[K] } & { approved?: boolean };
    const call = { name, args, toolCallId, signal };
    try {
      return await this.#allowed(call, approved === true);
    } catch (error) {
      if (error instanceof ToolFailure) return { failed: error.message };
      throw error;
    }
  }

  /** Serves `deferred/handle`: one request after the other. */
  async approve({ approvals }: DeferredToolRequests, signal: AbortSignal): Promise<DeferredToolResults> {
    const decided: NonNullable<DeferredToolResults['approvals']> = {};
    let isDismissed = false;
    for (const part of approvals) {
      const decision: Decision = isDismissed ? 'dismissed' : await this.#decide(part, signal);
      isDismissed = decision === 'dismissed';
      decided[part.tool_call_id] = decision === 'allowed' ? true : { approved: false, message: denials[decision] };
      // Calls of MCP servers are made by the daemon; their start is not seen here.
      if (decision === 'allowed' && !isWorkspaceTool(part.tool_name)) this.#calls.started(part.tool_call_id);
    }
    return { calls: {}, approvals: decided, metadata: {} };
  }

  async #allowed(call: Call, isApproved: boolean): Promise<object> {
    const { settings, permissions } = this.#parts;
    const { name, args, toolCallId } = call;
    const rule = ruleOf(settings.mode, workspaceTools[name]);
    if (rule === 'hidden') throw new ToolFailure('The session is in a mode that only reads; nothing may be changed.');
    if (rule === 'approval' && !isApproved && !permissions.isAllowed(name, args)) return this.#toApprove(call);
    this.#calls.started(toolCallId);
    return this.#run(call);
  }

  /** What a person has to see before they decide. */
  async #toApprove(call: Call): Promise<object> {
    if (workspaceTools[call.name] !== 'edit') return { approvalRequired: null };
    const edit = await this.#parts.workspace.plan(call);
    this.#shownEdits.set(call.toolCallId, edit);
    const diff = diffOf(edit);
    return { approvalRequired: diff === null ? null : { diff } };
  }

  async #run(call: Call): Promise<object> {
    const shownEdit = this.#shownEdits.get(call.toolCallId);
    const made: { diff: DiffContent | null } = { diff: null };
    const onEdit = (edit: PlannedEdit) => {
      made.diff = diffOf(edit);
    };
    const content = await this.#parts.workspace.call({ ...call, shownEdit, onEdit });
    return { content, ...(made.diff === null ? {} : { metadata: { diff: made.diff } }) };
  }

  #decide(part: ToolCallPart, signal: AbortSignal): Promise<Decision> {
    const { workspace, permissions, settings } = this.#parts;
    const { tool_name: name, tool_call_id } = part;
    const args = argsOf(part) ?? {};
    // Of the tools of MCP servers, this mode offers those alone that change nothing.
    if (settings.mode === 'plan' && !isWorkspaceTool(name)) return Promise.resolve('allowed');
    const edit = this.#shownEdits.get(tool_call_id);
    const diff = edit ? diffOf(edit) : null;
    const toolCall = {
      toolCallId: this.#calls.idOf(tool_call_id),
      status: 'pending' as const,
      ...callView(name, args, workspace.roots.cwd),
      ...(diff === null ? {} : { content: [diff] }),
    };
    return permissions.request({ name, args, toolCall }, signal);
  }
}
