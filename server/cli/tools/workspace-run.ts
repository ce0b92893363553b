import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { ToolSpec } from '../../../protocol/spec.ts';
import type { RequestSender } from '../../callbacks/client.ts';
import { type ServeCallback, servedCallbacks } from '../../callbacks/served-callbacks.ts';
import { EngineError } from '../../engine/errors.ts';
import type { Allowance } from '../../toolsets/workspace/opened-workspace.ts';
import type { WorkspaceTool } from '../../toolsets/workspace/tool-specs.ts';
import { UsageError } from '../options.ts';

/** The tools of a run for the files of a folder. */
export interface WorkspaceRun {
  readonly tools: ToolSpec[];
  /** Serves the calls of the run. */
  readonly requests: RequestSender;
  /** Resolves when no command is left. */
  close(): Promise<void>;
}

/** Opens a folder for a run; what is not allowed is not offered. Errors: `UsageError` for what is not a folder. */
export async function openWorkspace(path: string, allowance: Allowance): Promise<WorkspaceRun> {
  const cwd = resolve(path);
  const stats = await stat(cwd).catch(() => null);
  if (!stats?.isDirectory()) throw new UsageError(`--workspace '${path}' is not a folder that exists`);
  const { allowedEffects, ToolFailure, Workspace, workspaceToolSpecs } = await import(
    '../../toolsets/workspace/part.ts'
  );
  const workspace = new Workspace({ cwd });
  const tools = workspaceToolSpecs(allowedEffects(allowance));
  const call: ServeCallback = async ({ name, args, toolCallId }, signal) => {
    const given = {
      name: name as WorkspaceTool,
      args: args as Record<string, unknown>,
      toolCallId: String(toolCallId),
    };
    try {
      return { content: await workspace.call({ ...given, signal }) };
    } catch (error) {
      if (error instanceof ToolFailure) return { failed: error.message };
      throw error;
    }
  };
  const requests = servedCallbacks({ 'tool/call': call }, (error) => {
    return error instanceof EngineError ? error : new EngineError('internal', (error as Error).message);
  });
  return { tools, requests, close: () => workspace.close() };
}
