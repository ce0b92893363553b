import type { AgentSpec, WorkspaceSpec } from '../../../protocol/spec.ts';
import { type EngineError, userError } from '../../engine/errors.ts';

/** What may be done in a workspace: only read, also edit files, also run commands. */
export const allowances = ['read', 'edits', 'all'] as const;
export type Allowance = (typeof allowances)[number];

/** The folder that an operator has opened, and the most that runs may do there. */
export interface OpenedWorkspace {
  /** Absolute. */
  readonly path: string;
  readonly allowance: Allowance;
}

/** By this name the tools of a workspace are known beside those of MCP servers. */
export const workspaceSource = 'workspace';

/** How many tools the workspace of a run has at most. */
export const mostWorkspaceTools = 7;

/** Returns whether calls of a workspace wait for an approval. */
export const needsApproval = ({ requiresApproval, allow }: WorkspaceSpec): boolean =>
  requiresApproval === true && (allow ?? 'read') !== 'read';

/**
 * Checks the workspace of a specification against what the operator has opened.
 *
 * Errors: `run.invalid` where there is none, or for more than is allowed in it.
 */
export function checkWorkspace(
  { workspace, mcpServers }: Pick<AgentSpec, 'workspace' | 'mcpServers'>,
  opened: OpenedWorkspace | null,
): void {
  if (!workspace) return;
  if (!opened) throw notOpened;
  const allow = workspace.allow ?? 'read';
  if (allowances.indexOf(allow) > allowances.indexOf(opened.allowance)) throw notAllowed(allow, opened);
  if (mcpServers?.[workspaceSource])
    throw userError(
      `The run has a \`${workspaceSource}\` and an MCP server of that name; give the server another name in \`mcpServers\`.`,
    );
}

const notOpened = userError(
  'The run has a `workspace`, but the operator of the daemon has opened none: start the daemon with `--workspace DIR`, or leave `workspace` out.',
);

function notAllowed(wanted: Allowance, { allowance }: OpenedWorkspace): EngineError {
  return userError(
    `The run wants \`workspace.allow\` '${wanted}', and the operator of the daemon allows '${allowance}': start the daemon with \`--allow ${wanted}\`, or ask for '${allowance}'.`,
  );
}
