// Files and commands for models: a bundle of its own, which nothing loads that has no workspace.
export { ToolFailure } from './tool-failure.ts';
export { allowedEffects, workspaceToolSpecs } from './tool-specs.ts';
export { Workspace } from './workspace.ts';
export { WorkspaceSource } from './workspace-source.ts';
