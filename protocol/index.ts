// The contract: names, schemas and types. Depends on zod alone; a schema is built when it is first called.
export { AgentList, AgentRegister, AgentUnregister } from './agent.ts';
export {
  DeferredHandle,
  Elicit,
  ElicitResult,
  HistoryProcess,
  ModelRequestCallback,
  ModelRequestParams,
  OutputValidate,
  PromptResolve,
  ToolCall,
  ToolCallResult,
  ToolsPrepare,
} from './callbacks.ts';
export type {
  CallbackMethod,
  CallbackParamsOf,
  CallbackResultOf,
  ClientNotificationMethod,
  NotificationOf,
  ParamsInputOf,
  ParamsOf,
  RequestMethod,
  ResultOf,
  ServerNotificationMethod,
} from './catalogue.ts';
export { callbacks, clientNotifications, editorRequests, requests, serverNotifications } from './catalogue.ts';
export { DeferredToolRequests, DeferredToolResults, RecordedToolResults } from './deferred.ts';
export type { LazySchema, MethodText, NotificationDefinition, RequestDefinition } from './define.ts';
export {
  DeltaEvent,
  ModelDelta,
  ModelDeltaParams,
  PartDelta,
  RunDelta,
  ToolProgress,
  ToolProgressParams,
} from './deltas.ts';
export type { MethodDocument, ProtocolDocument } from './document/document.ts';
export { protocolDocument } from './document/document.ts';
export type { ErrorKind, WireError } from './errors.ts';
export { ErrorCode } from './errors.ts';
export { DurableEvent } from './events.ts';
export {
  Exit,
  Initialize,
  Initialized,
  InitializeParams,
  InitializeResult,
  Limits,
  PROTOCOL_VERSION,
  Shutdown,
} from './lifecycle.ts';
export { McpInspect, McpServerReport } from './mcp/mcp-inspect.ts';
export { McpServer, McpServers } from './mcp/mcp-servers.ts';
export type { UserContentInput } from './messages/content.ts';
export {
  AudioUrl,
  BinaryContent,
  CachePoint,
  ContentItem,
  DocumentUrl,
  ImageUrl,
  TextContent,
  UploadedFile,
  UserContent,
  VideoUrl,
} from './messages/content.ts';
export type { FinishReason, ModelMessageInput } from './messages/messages.ts';
export {
  CapabilityLoadDeltaPart,
  Citation,
  CompactionPart,
  ErrorDetails,
  FilePart,
  GivenMessage,
  InstructionBaselinePart,
  InstructionDeltaPart,
  ModelMessage,
  ModelRequest,
  ModelRequestAttempt,
  ModelRequestPart,
  ModelResponse,
  ModelResponsePart,
  ModelSettingsDeltaPart,
  NativeToolCallPart,
  NativeToolReturnPart,
  RetryFeedbackInfo,
  RetryFeedbackPart,
  RetryPromptPart,
  SpeechPart,
  SystemPromptPart,
  TextPart,
  ThinkingPart,
  ToolAvailabilityDeltaPart,
  ToolCallPart,
  ToolRetryInfo,
  ToolReturnPart,
  UserPromptPart,
} from './messages/messages.ts';
export type { Json, JsonSchema } from './messages/scalars.ts';
export { formatTimestamp, normalizeTimestamp } from './messages/timestamp.ts';
export { RequestUsage, RunUsage, UsageLimits } from './messages/usage.ts';
export { PendingItem, PendingList, PendingResolve } from './pending.ts';
export {
  Progress,
  ProgressToken,
  WorkDoneProgress,
  WorkDoneProgressCancel,
  WorkDoneProgressCreate,
} from './progress.ts';
export { RunError, RunResult } from './result.ts';
export type { MessagesParams, MessagesResult } from './run.ts';
export {
  RunCancel,
  RunDetail,
  RunEvent,
  RunEvents,
  RunGet,
  RunList,
  RunMessages,
  RunNewMessages,
  RunRelease,
  RunSnapshot,
  RunStart,
  RunStarted,
  RunStartParams,
  RunSteer,
  RunUsageRequest,
  RunWait,
} from './run.ts';
export { HealthGet, ModelsList, RpcDiscover, Waiting } from './service.ts';
export {
  AgentSpec,
  JsonSchemaDocument,
  ModelEntry,
  ModelSettings,
  ModelSpec,
  OutputSpec,
  Prompts,
  Retries,
  RunSpec,
  ToolDefinition,
  ToolSpec,
} from './spec.ts';
export type { RunSpecInput } from './types/client-types.ts';
