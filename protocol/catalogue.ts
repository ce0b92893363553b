import type * as z from 'zod';
import { AgentList, AgentRegister, AgentUnregister } from './agent.ts';
import {
  DeferredHandle,
  Elicit,
  HistoryProcess,
  ModelRequestCallback,
  OutputValidate,
  PromptResolve,
  SecretGet,
  ToolCall,
  ToolsPrepare,
} from './callbacks.ts';
import type { LazySchema } from './define.ts';
import { ModelDelta, RunDelta, ToolProgress } from './deltas.ts';
import { Exit, Initialize, Initialized, Shutdown } from './lifecycle.ts';
import { LogMessage, LogTrace, SetTrace } from './logging.ts';
import { McpInspect } from './mcp/mcp-inspect.ts';
import { PendingList, PendingResolve } from './pending.ts';
import { Progress, WorkDoneProgressCancel, WorkDoneProgressCreate } from './progress.ts';
import {
  RunAttach,
  RunCancel,
  RunEvent,
  RunEvents,
  RunGet,
  RunList,
  RunMessages,
  RunNewMessages,
  RunRelease,
  RunStart,
  RunSteer,
  RunUsageRequest,
  RunWait,
} from './run.ts';
import { HealthGet, ModelsList, RpcDiscover, Waiting } from './service.ts';
import { ConversationDelete, ConversationGet, ConversationList } from './store/conversation.ts';
import { RunResume } from './store/resume.ts';

/** Requests a client sends, by wire name. @since 0.1.0 */
export const requests = {
  [Initialize.method]: Initialize,
  [Shutdown.method]: Shutdown,
  [RunStart.method]: RunStart,
  [RunResume.method]: RunResume,
  [RunAttach.method]: RunAttach,
  [RunWait.method]: RunWait,
  [RunCancel.method]: RunCancel,
  [RunSteer.method]: RunSteer,
  [RunMessages.method]: RunMessages,
  [RunNewMessages.method]: RunNewMessages,
  [RunUsageRequest.method]: RunUsageRequest,
  [RunGet.method]: RunGet,
  [RunList.method]: RunList,
  [RunRelease.method]: RunRelease,
  [RunEvents.method]: RunEvents,
  [ConversationList.method]: ConversationList,
  [ConversationGet.method]: ConversationGet,
  [ConversationDelete.method]: ConversationDelete,
  [PendingList.method]: PendingList,
  [PendingResolve.method]: PendingResolve,
  [AgentRegister.method]: AgentRegister,
  [AgentList.method]: AgentList,
  [AgentUnregister.method]: AgentUnregister,
  [McpInspect.method]: McpInspect,
  [ModelsList.method]: ModelsList,
  [RpcDiscover.method]: RpcDiscover,
  [HealthGet.method]: HealthGet,
} as const;

/** Requests the daemon sends, by wire name. @since 0.1.0 */
export const callbacks = {
  [ToolCall.method]: ToolCall,
  [OutputValidate.method]: OutputValidate,
  [PromptResolve.method]: PromptResolve,
  [ModelRequestCallback.method]: ModelRequestCallback,
  [HistoryProcess.method]: HistoryProcess,
  [ToolsPrepare.method]: ToolsPrepare,
  [DeferredHandle.method]: DeferredHandle,
  [SecretGet.method]: SecretGet,
  [Elicit.method]: Elicit,
} as const;

/** Requests of LSP the daemon sends to clients with the capability for them; no callbacks of a run. @since 0.1.0 */
export const editorRequests = { [WorkDoneProgressCreate.method]: WorkDoneProgressCreate } as const;

/** Notifications a client sends. @since 0.1.0 */
export const clientNotifications = {
  [Initialized.method]: Initialized,
  [Exit.method]: Exit,
  [SetTrace.method]: SetTrace,
  [ModelDelta.method]: ModelDelta,
  [ToolProgress.method]: ToolProgress,
  [WorkDoneProgressCancel.method]: WorkDoneProgressCancel,
} as const;

/** Notifications the daemon sends. @since 0.1.0 */
export const serverNotifications = {
  [RunEvent.method]: RunEvent,
  [RunDelta.method]: RunDelta,
  [Progress.method]: Progress,
  [LogMessage.method]: LogMessage,
  [LogTrace.method]: LogTrace,
  [Waiting.method]: Waiting,
} as const;

type Schema<S extends LazySchema> = ReturnType<S>;

export type RequestMethod = keyof typeof requests;
export type CallbackMethod = keyof typeof callbacks;
export type EditorRequestMethod = keyof typeof editorRequests;
export type ClientNotificationMethod = keyof typeof clientNotifications;
export type ServerNotificationMethod = keyof typeof serverNotifications;

/** Parameters as the receiver of a request sees them: defaults filled in. @since 0.1.0 */
export type ParamsOf<M extends RequestMethod> = z.output<Schema<(typeof requests)[M]['params']>>;
/** Parameters as a client writes them. @since 0.1.0 */
export type ParamsInputOf<M extends RequestMethod> = z.input<Schema<(typeof requests)[M]['params']>>;
/** Result of a request. @since 0.1.0 */
export type ResultOf<M extends RequestMethod> = z.output<Schema<(typeof requests)[M]['result']>>;
/** Parameters of a callback as a client receives them. @since 0.1.0 */
export type CallbackParamsOf<M extends CallbackMethod> = z.output<Schema<(typeof callbacks)[M]['params']>>;
/** What a client may answer to a callback. @since 0.1.0 */
export type CallbackResultOf<M extends CallbackMethod> = z.input<Schema<(typeof callbacks)[M]['result']>>;
/** Parameters of a notification of the daemon. @since 0.1.0 */
export type NotificationOf<M extends ServerNotificationMethod> = z.output<
  Schema<(typeof serverNotifications)[M]['params']>
>;
