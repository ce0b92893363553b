export type { RunHandlers, ToolContext } from '../client/handlers.ts';
export type { RunEventMessage } from '../client/run.ts';
export {
  approvalRequired,
  deferred,
  failed,
  retry,
  ToolAnswer,
  type ToolResultExtras,
  toolResult,
} from '../client/tool-result.ts';
export { ErrorCode, type ErrorKind } from '../errors.ts';
export type * from '../types/client-types.ts';
export type { RunResult } from '../types/client-types.ts';
export type * from '../types/wire-types.ts';
export { AgentRun, type Finished, type RunDelta } from './agent-run.ts';
export { Conversation } from './conversation.ts';
export type { DaemonOptions } from './daemon-process.ts';
export { type DaemonExit, DaemonGoneError, RunFailedError } from './errors.ts';
export type {
  ApprovalDecision,
  ApprovalRequest,
  OutputOptions,
  OutputType,
  ResumeOptions,
  RunOptions,
} from './run-options.ts';
export { Runwire, type StartOptions, startRunwire } from './runwire.ts';
export { jsonSchema, type OutputOf, type Schema } from './schema.ts';
export { type Tool, type ToolOptions, tool } from './tool.ts';
