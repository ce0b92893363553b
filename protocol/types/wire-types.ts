// Generated from the catalogue: `npm run check -- -u` writes it anew.

import type { ErrorKind } from '../errors.ts';

/** Result of `agent/list`. @since 0.1.0 */
export interface AgentListResult {
  /** In the order of registration. */
  agents: AgentListResultAgentsItem[];
}

/** `AgentListResult.agents[]`: an object. @since 0.1.0 */
export interface AgentListResultAgentsItem {
  /** Name of the agent. */
  name: string;
  /** The model it names. */
  model?: string | undefined;
  /** Names of its tools. */
  tools: string[];
}

/** Parameters of `agent/register`. @since 0.1.0 */
export interface AgentRegisterParams {
  /** Name of the agent. */
  name: string;
  /** The model; default: the embedded `test` model, with a warning. */
  model?: ModelSpecInput | null | undefined;
  /** Settings of every model request. */
  modelSettings?: ModelSettingsInput | null | undefined;
  /** Sent with every request, never part of the history of a later run. */
  instructions?: PromptsInput | null | undefined;
  /** Begins a new conversation. */
  systemPrompt?: PromptsInput | null | undefined;
  /** Function tools, served by the host. */
  tools?: ToolSpecInput[] | null | undefined;
  /** MCP servers whose tools the run has, by name; those of a run add to those of its agent, and null takes one away. */
  mcpServers?: Record<string, McpServerInput | null> | null | undefined;
  /** Tools for the folder that the operator of the daemon has opened; refused where there is none. */
  workspace?: WorkspaceSpecInput | null | undefined;
  /** Send `tools/prepare` before every model request. */
  prepareTools?: boolean | null | undefined;
  /** What the run must produce; default text. */
  output?: OutputSpecInput | null | undefined;
  /** Host functions that check the output, in order. */
  outputValidators?: string[] | null | undefined;
  /** Host functions that rewrite the history, in order. */
  historyProcessors?: string[] | null | undefined;
  /** Put the system prompt before a history that has none. */
  reinjectSystemPrompt?: boolean | null | undefined;
  /** Failures in a row that are allowed; default 1. */
  retries?: RetriesInput | null | undefined;
  /** What happens to other calls beside an output; default `graceful`. */
  endStrategy?: "graceful" | "early" | "exhaustive" | null | undefined;
  /** Bounds of the run. */
  usageLimits?: UsageLimitsInput | null | undefined;
  /** Deadline of tools that have none of their own. */
  toolTimeoutMs?: number | null | undefined;
  /** What happens to calls of external tools and to approvals; default `end`. */
  deferred?: "end" | "handle" | "wait" | null | undefined;
  /** Refuse a schema of which some part cannot be checked (a remote `$ref`, a pattern that needs backtracking); by default a warning says which. */
  strictSchemas?: boolean | null | undefined;
  /** Ignored. */
  _meta?: unknown;
}

/** Result of `agent/register`. @since 0.1.0 */
export interface AgentRegisterResult {
  /** Name of the agent. */
  name: string;
  /** Whether an agent of that name was replaced. */
  replaced: boolean;
  /** What every run of the agent will warn of, when there is any. */
  warnings?: AgentRegisterResultWarningsItem[] | undefined;
}

/** `AgentRegisterResult.warnings[]`: an object. @since 0.1.0 */
export interface AgentRegisterResultWarningsItem {
  /** What it is about, for example `schema.unchecked`. */
  kind: string;
  /** The warning, for humans. */
  message: string;
}

/** Parameters of `agent/unregister`. @since 0.1.0 */
export interface AgentUnregisterParams {
  /** Name of the agent. */
  name: string;
}

/** Result of `agent/unregister`. @since 0.1.0 */
export interface AgentUnregisterResult {
  /** False when there was none of that name. */
  removed: boolean;
}

/** Audio by its address. @since 0.1.0 */
export interface AudioUrl {
  /** Where the content is. */
  url: string;
  /** Download the content even when the model could fetch it itself. */
  force_download: boolean | "allow-local";
  /** Extra data for one provider. */
  vendor_metadata: Record<string, unknown> | null;
  /** Kind of the content. */
  kind: "audio-url";
  /** Media type; computed from the extension unless given. */
  media_type?: string | null | undefined;
  /** A name the model can refer to; the first six hex digits of a SHA-1 unless given. */
  identifier?: string | null | undefined;
}

/** Audio by its address. @since 0.1.0 */
export interface AudioUrlInput {
  /** Where the content is. */
  url: string;
  /** Download the content even when the model could fetch it itself. */
  force_download?: boolean | "allow-local" | undefined;
  /** Extra data for one provider. */
  vendor_metadata?: Record<string, unknown> | null | undefined;
  /** Kind of the content. */
  kind: "audio-url";
  /** Media type; computed from the extension unless given. */
  media_type?: string | null | undefined;
  /** A name the model can refer to; the first six hex digits of a SHA-1 unless given. */
  identifier?: string | null | undefined;
}

/** Bytes with a media type. @since 0.1.0 */
export interface BinaryContent {
  /** Bytes as base64, URL-safe alphabet with padding; the standard alphabet is accepted. */
  data: string;
  /** Media type of the bytes. */
  media_type: string;
  /** Extra data for one provider. */
  vendor_metadata: Record<string, unknown> | null;
  /** Kind of the content. */
  kind: "binary";
  /** A name the model can refer to; the first six hex digits of a SHA-1 unless given. */
  identifier?: string | null | undefined;
}

/** Bytes with a media type. @since 0.1.0 */
export interface BinaryContentInput {
  /** Bytes as base64, URL-safe alphabet with padding; the standard alphabet is accepted. */
  data: string;
  /** Media type of the bytes. */
  media_type: string;
  /** Extra data for one provider. */
  vendor_metadata?: Record<string, unknown> | null | undefined;
  /** Kind of the content. */
  kind?: "binary" | undefined;
  /** A name the model can refer to; the first six hex digits of a SHA-1 unless given. */
  identifier?: string | null | undefined;
}

/** Marks the end of the part of a prompt that the provider may cache. @since 0.1.0 */
export interface CachePoint {
  /** Kind of the content. */
  kind: "cache-point";
  /** How long the provider keeps the prefix. */
  ttl: "5m" | "1h";
}

/** Marks the end of the part of a prompt that the provider may cache. @since 0.1.0 */
export interface CachePointInput {
  /** Kind of the content. */
  kind: "cache-point";
  /** How long the provider keeps the prefix. */
  ttl?: "5m" | "1h" | undefined;
}

/** Capabilities that were loaded at this point. @since 0.1.0 */
export interface CapabilityLoadDeltaPart {
  /** Ids of the capabilities. */
  loaded: string[];
  /** The call that loaded them. */
  tool_call_id: string | null;
  /** Kind of the part. */
  part_kind: "capability-load-delta";
}

/** Capabilities that were loaded at this point. @since 0.1.0 */
export interface CapabilityLoadDeltaPartInput {
  /** Ids of the capabilities. */
  loaded?: string[] | undefined;
  /** The call that loaded them. */
  tool_call_id?: string | null | undefined;
  /** Kind of the part. */
  part_kind: "capability-load-delta";
}

/** The source of a text. @since 0.1.0 */
export interface Citation {
  /** The sources. */
  sources: (CitationSourcesItemWeb | CitationSourcesItemDocument)[];
  /** The stretch of text it belongs to. */
  anchor: CitationAnchor | null;
}

/** `Citation.anchor`: an object. @since 0.1.0 */
export interface CitationAnchor {
  /** First character. */
  start: number;
  /** Character after the last. */
  end: number;
  /** `content`: the cited text; `marker`: a mark that refers to it. */
  kind: "content" | "marker";
}

/** `CitationInput.anchor`: an object. @since 0.1.0 */
export interface CitationAnchorInput {
  /** First character. */
  start: number;
  /** Character after the last. */
  end: number;
  /** `content`: the cited text; `marker`: a mark that refers to it. */
  kind: "content" | "marker";
}

/** The source of a text. @since 0.1.0 */
export interface CitationInput {
  /** The sources. */
  sources: (CitationSourcesItemWebInput | CitationSourcesItemDocumentInput)[];
  /** The stretch of text it belongs to. */
  anchor?: CitationAnchorInput | null | undefined;
}

/** The `Citation.sources[]` whose `kind` is `"document"`. @since 0.1.0 */
export interface CitationSourcesItemDocument {
  /** Id of the document. */
  document_id: string | null;
  /** Its title. */
  title: string | null;
  /** What was quoted. */
  excerpts: string[];
  /** Kind of the source. */
  kind: "document";
}

/** The `CitationInput.sources[]` whose `kind` is `"document"`. @since 0.1.0 */
export interface CitationSourcesItemDocumentInput {
  /** Id of the document. */
  document_id?: string | null | undefined;
  /** Its title. */
  title?: string | null | undefined;
  /** What was quoted. */
  excerpts?: string[] | undefined;
  /** Kind of the source. */
  kind: "document";
}

/** The `Citation.sources[]` whose `kind` is `"web"`. @since 0.1.0 */
export interface CitationSourcesItemWeb {
  /** Address of the page. */
  url: string;
  /** Its title. */
  title: string | null;
  /** What was quoted. */
  excerpts: string[];
  /** Kind of the source. */
  kind: "web";
}

/** The `CitationInput.sources[]` whose `kind` is `"web"`. @since 0.1.0 */
export interface CitationSourcesItemWebInput {
  /** Address of the page. */
  url: string;
  /** Its title. */
  title?: string | null | undefined;
  /** What was quoted. */
  excerpts?: string[] | undefined;
  /** Kind of the source. */
  kind: "web";
}

/** A summary that stands for earlier messages. @since 0.1.0 */
export interface CompactionPart {
  /** The summary, when it is readable. */
  content: string | null;
  /** The provider's id of the part. */
  id: string | null;
  /** The provider of the part. */
  provider_name: string | null;
  /** What else the provider needs to get the part back. */
  provider_details: Record<string, unknown> | null;
  /** Data for the program, never sent to the model. */
  metadata: Record<string, unknown> | null;
  /** Kind of the part. */
  part_kind: "compaction";
}

/** A summary that stands for earlier messages. @since 0.1.0 */
export interface CompactionPartInput {
  /** The summary, when it is readable. */
  content?: string | null | undefined;
  /** The provider's id of the part. */
  id?: string | null | undefined;
  /** The provider of the part. */
  provider_name?: string | null | undefined;
  /** What else the provider needs to get the part back. */
  provider_details?: Record<string, unknown> | null | undefined;
  /** Data for the program, never sent to the model. */
  metadata?: Record<string, unknown> | null | undefined;
  /** Kind of the part. */
  part_kind: "compaction";
}

/** Parameters of `conversation/delete`. @since 0.1.0 */
export interface ConversationDeleteParams {
  /** The conversation. */
  conversationId: string;
}

/** Result of `conversation/delete`. @since 0.1.0 */
export interface ConversationDeleteResult {
  /** Number of runs that were deleted. */
  deletedRuns: number;
}

/** Parameters of `conversation/get`. @since 0.1.0 */
export interface ConversationGetParams {
  /** The conversation. */
  conversationId: string;
  /** `nextCursor` of the page before. */
  cursor?: string | null | undefined;
  /** Most messages of one page. */
  limit?: number | null | undefined;
}

/** Result of `conversation/get`. @since 0.1.0 */
export interface ConversationGetResult {
  /** The conversation. */
  conversationId: string;
  /** Its runs, oldest first. */
  runIds: string[];
  /** The run whose messages these are: the latest one, runs of tools apart. */
  lastRunId: string;
  /** Its messages, oldest first. */
  messages: (ModelRequest | ModelResponse)[];
  /** Number of messages in all pages. */
  total: number;
  /** Present when there is another page. */
  nextCursor?: string | undefined;
}

/** Parameters of `conversation/list`. @since 0.1.0 */
export interface ConversationListParams {
  /** `nextCursor` of the page before. */
  cursor?: string | null | undefined;
  /** Most conversations of one page; default 100. */
  limit?: number | null | undefined;
}

/** Result of `conversation/list`. @since 0.1.0 */
export interface ConversationListResult {
  /** The one with the latest run first. */
  conversations: ConversationListResultConversationsItem[];
  /** Present when there is another page. */
  nextCursor?: string | undefined;
}

/** `ConversationListResult.conversations[]`: an object. @since 0.1.0 */
export interface ConversationListResultConversationsItem {
  /** The conversation. */
  conversationId: string;
  /** Number of its runs. */
  runs: number;
  /** Start of its first run, RFC 3339. */
  startedAt: string;
  /** Start of its latest run, RFC 3339. */
  lastStartedAt: string;
  /** Its latest run. */
  lastRunId: string;
}

/** Parameters of `deferred/handle`. @since 0.1.0 */
export interface DeferredHandleParams {
  /** The run that sends it. */
  runId: string;
  /** Number of the model request it is at; 0 before the first. */
  runStep: number;
  /** Id of this callback, unique in the daemon. */
  pendingId: string;
  /** Milliseconds until the daemon gives up. */
  deadlineMs?: number | undefined;
  /** `deps` of the run. */
  deps?: unknown;
  /** Calls whose results come from outside. */
  calls: ToolCallPart[];
  /** Calls that wait for an approval. */
  approvals: ToolCallPart[];
  /** The data that a tool gave when it deferred a call, by the id of the call. */
  metadata: Record<string, unknown>;
}

/** The calls that a run leaves open: `calls` of external tools, and `approvals` to be given. @since 0.1.0 */
export interface DeferredToolRequests {
  /** Calls whose results come from outside. */
  calls: ToolCallPart[];
  /** Calls that wait for an approval. */
  approvals: ToolCallPart[];
  /** The data that a tool gave when it deferred a call, by the id of the call. */
  metadata: Record<string, unknown>;
}

/** The `DurableEvent` whose `event_kind` is `"deferred_tool_requests"`. @since 0.1.0 */
export interface DeferredToolRequestsEvent {
  /** The deferred calls. */
  requests: DeferredToolRequests;
  /** Kind of the event. */
  event_kind: "deferred_tool_requests";
}

/** The `DeferredToolResultsInput.approvals{}` with `args`. @since 0.1.0 */
export interface DeferredToolResultsApprovalsValueArgsInput {
  /** The call may run. */
  approved: true;
  /** Arguments instead of those of the model. */
  args?: Record<string, unknown> | null | undefined;
}

/** The `DeferredToolResultsInput.approvals{}` with `message`. @since 0.1.0 */
export interface DeferredToolResultsApprovalsValueMessageInput {
  /** The call is denied. */
  approved: false;
  /** Why, for the model. */
  message?: string | null | undefined;
}

/** The `DeferredToolResultsInput.calls{}` with `content`. @since 0.1.0 */
export interface DeferredToolResultsCallsValueContentInput {
  /** The content shown to the model. */
  content: unknown;
  /** Data for the program. */
  metadata?: unknown;
  /** Content for a user prompt. */
  userContent?: string | UserContentInput[] | null | undefined;
  /** Ignored. */
  _meta?: unknown;
}

/** The `DeferredToolResultsInput.calls{}` with `failed`. @since 0.1.0 */
export interface DeferredToolResultsCallsValueFailedInput {
  /** The tool failed for good. */
  failed: string;
  /** Ignored. */
  _meta?: unknown;
}

/** The `DeferredToolResultsInput.calls{}` with `retry`. @since 0.1.0 */
export interface DeferredToolResultsCallsValueRetryInput {
  /** Lets the model try again. */
  retry: string;
  /** Ignored. */
  _meta?: unknown;
}

/** The `DurableEvent` whose `event_kind` is `"deferred_tool_results"`. @since 0.1.0 */
export interface DeferredToolResultsEvent {
  /** Their results, as they were given. */
  results: RecordedToolResults;
  /** Kind of the event. */
  event_kind: "deferred_tool_results";
}

/** Results of deferred calls, by the id of the call. @since 0.1.0 */
export interface DeferredToolResultsInput {
  /** Results of external tools. */
  calls?: Record<string, unknown> | null | undefined;
  /** Decisions on approvals. */
  approvals?: Record<string, boolean | DeferredToolResultsApprovalsValueArgsInput | DeferredToolResultsApprovalsValueMessageInput> | null | undefined;
  /** Handed to approved tools, by the id of the call. */
  metadata?: Record<string, unknown> | null | undefined;
  /** Who resolved it, by the id of the call. */
  answered_by?: Record<string, string> | null | undefined;
}

/** A change to show while a response streams. The first four kinds are Pydantic AI's; a delta may follow the `part_end` of its part when a provider interleaves parts. @since 0.1.0 */
export type DeltaEvent = PartStartEvent | PartDeltaEvent | PartEndEvent | FinalResultEvent | ToolProgressEvent;

/** A document by its address. @since 0.1.0 */
export interface DocumentUrl {
  /** Where the content is. */
  url: string;
  /** Download the content even when the model could fetch it itself. */
  force_download: boolean | "allow-local";
  /** Extra data for one provider. */
  vendor_metadata: Record<string, unknown> | null;
  /** Kind of the content. */
  kind: "document-url";
  /** Media type; computed from the extension unless given. */
  media_type?: string | null | undefined;
  /** A name the model can refer to; the first six hex digits of a SHA-1 unless given. */
  identifier?: string | null | undefined;
}

/** A document by its address. @since 0.1.0 */
export interface DocumentUrlInput {
  /** Where the content is. */
  url: string;
  /** Download the content even when the model could fetch it itself. */
  force_download?: boolean | "allow-local" | undefined;
  /** Extra data for one provider. */
  vendor_metadata?: Record<string, unknown> | null | undefined;
  /** Kind of the content. */
  kind: "document-url";
  /** Media type; computed from the extension unless given. */
  media_type?: string | null | undefined;
  /** A name the model can refer to; the first six hex digits of a SHA-1 unless given. */
  identifier?: string | null | undefined;
}

/** A durable event of a run. `function_tool_call`, `function_tool_result`, `output_tool_call` and `output_tool_result` are Pydantic AI's; the others are Runwire's. `pending_added` and `pending_resolved` announce callbacks that the client is not sent: calls that wait for a human, and methods it does not serve. The end of a run withdraws those that are left. Kinds may be added at any time: ignore those you do not know. @since 0.1.0 */
export type DurableEvent = RunStartedEvent | ModelRequestStartedEvent | ModelResponseEvent | FunctionToolCallEvent | FunctionToolResultEvent | OutputToolCallEvent | OutputToolResultEvent | DeferredToolRequestsEvent | DeferredToolResultsEvent | EnqueuedMessagesEvent | PendingAddedEvent | PendingResolvedEvent | WarningEvent | RunFinishedEvent;

/** The `DurableEvent` whose `event_kind` is `"enqueued_messages"`. @since 0.1.0 */
export interface EnqueuedMessagesEvent {
  /** Id of the `run/steer` that brought them. */
  enqueue_id: string;
  /** The messages as they stand in the history, or one that holds just the `parts`. */
  messages: ModelRequest[];
  /** The parts that joined the request with the return of a tool call; else empty. */
  parts: (SystemPromptPart | UserPromptPart | ToolReturnPart | RetryFeedbackPart | SpeechPart | CompactionPart | ToolAvailabilityDeltaPart | CapabilityLoadDeltaPart | ModelSettingsDeltaPart | InstructionDeltaPart | InstructionBaselinePart)[];
  /** Kind of the event. */
  event_kind: "enqueued_messages";
}

/** One validation error in Pydantic's shape. @since 0.1.0 */
export interface ErrorDetails {
  /** Kind of error, for example `missing`. */
  type: string;
  /** Path to the value. */
  loc: (string | number)[];
  /** What is wrong. */
  msg: string;
  /** The value that was refused. */
  input?: unknown;
  /** Any other field. */
  [other: string]: unknown;
}

/** One validation error in Pydantic's shape. @since 0.1.0 */
export interface ErrorDetailsInput {
  /** Kind of error, for example `missing`. */
  type: string;
  /** Path to the value. */
  loc: (string | number)[];
  /** What is wrong. */
  msg: string;
  /** The value that was refused. */
  input?: unknown;
  /** Any other field. */
  [other: string]: unknown;
}

/** A file that the model made. @since 0.1.0 */
export interface FilePart {
  /** The file. */
  content: BinaryContent;
  /** The provider's id of the part. */
  id: string | null;
  /** The provider of the part. */
  provider_name: string | null;
  /** What else the provider needs to get the part back. */
  provider_details: Record<string, unknown> | null;
  /** Kind of the part. */
  part_kind: "file";
}

/** A file that the model made. @since 0.1.0 */
export interface FilePartInput {
  /** The file. */
  content: BinaryContentInput;
  /** The provider's id of the part. */
  id?: string | null | undefined;
  /** The provider of the part. */
  provider_name?: string | null | undefined;
  /** What else the provider needs to get the part back. */
  provider_details?: Record<string, unknown> | null | undefined;
  /** Kind of the part. */
  part_kind: "file";
}

/** The `DeltaEvent` whose `event_kind` is `"final_result"`. @since 0.1.0 */
export interface FinalResultEvent {
  /** The output tool; null when the output may come from text. */
  tool_name: string | null;
  /** Id of its call. */
  tool_call_id: string | null;
  /** Always `"final_result"`. */
  event_kind: "final_result";
}

/** The `DurableEvent` whose `event_kind` is `"function_tool_call"`. @since 0.1.0 */
export interface FunctionToolCallEvent {
  /** The call as it is in the response. */
  part: ToolCallPart;
  /** Whether the arguments were valid; null when they were not looked at. */
  args_valid: boolean | null;
  /** Kind of the event. */
  event_kind: "function_tool_call";
}

/** The `DurableEvent` whose `event_kind` is `"function_tool_result"`. @since 0.1.0 */
export interface FunctionToolResultEvent {
  /** The return as it is in the history. */
  part: ToolReturnPart;
  /** Content given to the user prompt. */
  content: string | UserContent[] | null;
  /** Kind of the event. */
  event_kind: "function_tool_result";
  /** The content was shortened here; the history has it whole. */
  truncated?: boolean | undefined;
  /** Bytes of the whole content as JSON, when shortened. */
  size?: number | undefined;
}

/** Result of `health/get`. @since 0.1.0 */
export interface HealthGetResult {
  /** Since the start of the process. */
  uptimeMs: number;
  /** Resident memory. */
  rssBytes: number;
  /** Heap in use. */
  heapUsedBytes: number;
  /** Runs. */
  runs: HealthGetResultRuns;
  /** Callbacks. */
  callbacks: HealthGetResultCallbacks;
  /** Where runs are kept; present for a database. */
  store?: HealthGetResultStore | undefined;
  /** Registered agents. */
  agents: number;
  /** About how many bytes, as JSON, are held for the host. */
  heldBytes: HealthGetResultHeldBytes;
  /** The event loop. */
  eventLoop: HealthGetResultEventLoop;
  /** What goes to the host. */
  output: HealthGetResultOutput;
  /** Requests of the host. */
  requests: HealthGetResultRequests;
}

/** `HealthGetResult.callbacks`: Callbacks. @since 0.1.0 */
export interface HealthGetResultCallbacks {
  /** Callbacks that wait for a response of the host. */
  open: number;
  /** Responses that arrived too late and were discarded. */
  late: number;
}

/** `HealthGetResult.eventLoop`: The event loop. @since 0.1.0 */
export interface HealthGetResultEventLoop {
  /** How long one turn of the event loop takes now. */
  lagMs: number;
  /** The busy share of the time since the previous `health/get`, 0 to 1. */
  utilization: number;
}

/** `HealthGetResult.heldBytes`: About how many bytes, as JSON, are held for the host. @since 0.1.0 */
export interface HealthGetResultHeldBytes {
  /** Specifications of registered agents (`agentsBytes`). */
  agents: number;
  /** What runs that have not ended were given, steering queues included (`openRunsBytes`). */
  openRuns: number;
  /** What finished runs hold: what they were given, new messages and events (`finishedRunsKeptBytes`). */
  finishedRuns: number;
  /** What waits in steering queues. */
  steering: number;
}

/** `HealthGetResult.output`: What goes to the host. @since 0.1.0 */
export interface HealthGetResultOutput {
  /** Bytes that wait to be read by the host. */
  queuedBytes: number;
  /** Whether so much waits that deltas are merged and models wait. */
  congested: boolean;
}

/** `HealthGetResult.requests`: Requests of the host. @since 0.1.0 */
export interface HealthGetResultRequests {
  /** Requests without a response yet, this one included. */
  open: number;
  /** Those of them that wait for a run. */
  waiting: number;
  /** Messages that were refused or dropped before any handler saw them. */
  refused: number;
}

/** `HealthGetResult.runs`: Runs. @since 0.1.0 */
export interface HealthGetResultRuns {
  /** Running now. */
  active: number;
  /** Waiting for a slot. */
  queued: number;
  /** Finished and still readable. */
  finished: number;
}

/** `HealthGetResult.store`: Where runs are kept; present for a database. @since 0.1.0 */
export interface HealthGetResultStore {
  /** False while the database does not answer: requests that need it fail with `store.unavailable`, and runs wait. */
  available: boolean;
}

/** Parameters of `history/process`. @since 0.1.0 */
export interface HistoryProcessParams {
  /** The run that sends it. */
  runId: string;
  /** Number of the model request it is at; 0 before the first. */
  runStep: number;
  /** Id of this callback, unique in the daemon. */
  pendingId: string;
  /** Milliseconds until the daemon gives up. */
  deadlineMs?: number | undefined;
  /** `deps` of the run. */
  deps?: unknown;
  /** Name from the specification. */
  processor: string;
  /** The whole history, this run included. */
  messages: (ModelRequest | ModelResponse)[];
}

/** Result of `history/process`. @since 0.1.0 */
export interface HistoryProcessResult {
  /** Replaces the history; must end in a request. */
  messages: (ModelRequestInput | ModelResponseInput)[];
}

/** An image by its address. @since 0.1.0 */
export interface ImageUrl {
  /** Where the content is. */
  url: string;
  /** Download the content even when the model could fetch it itself. */
  force_download: boolean | "allow-local";
  /** Extra data for one provider. */
  vendor_metadata: Record<string, unknown> | null;
  /** Kind of the content. */
  kind: "image-url";
  /** Media type; computed from the extension unless given. */
  media_type?: string | null | undefined;
  /** A name the model can refer to; the first six hex digits of a SHA-1 unless given. */
  identifier?: string | null | undefined;
}

/** An image by its address. @since 0.1.0 */
export interface ImageUrlInput {
  /** Where the content is. */
  url: string;
  /** Download the content even when the model could fetch it itself. */
  force_download?: boolean | "allow-local" | undefined;
  /** Extra data for one provider. */
  vendor_metadata?: Record<string, unknown> | null | undefined;
  /** Kind of the content. */
  kind: "image-url";
  /** Media type; computed from the extension unless given. */
  media_type?: string | null | undefined;
  /** A name the model can refer to; the first six hex digits of a SHA-1 unless given. */
  identifier?: string | null | undefined;
}

/** `InitializeParamsInput.clientInfo`: an object. @since 0.1.0 */
export interface InitializeParamsClientInfoInput {
  /** Name of the program. */
  name: string;
  /** Its version. */
  version?: string | null | undefined;
  /** Any other field. */
  [other: string]: unknown;
}

/** `InitializeParamsInput.initializationOptions.defaults`: an object. @since 0.1.0 */
export interface InitializeParamsInitializationOptionsDefaultsInput {
  /** Model of runs that name none. */
  model?: string | null | undefined;
  /** Any other field. */
  [other: string]: unknown;
}

/** `InitializeParamsInput.initializationOptions`: an object. @since 0.1.0 */
export interface InitializeParamsInitializationOptionsInput {
  /** Callbacks the client serves; absent: all. Others wait as items of `pending/list`, of which a run warns that needs one (`callback.notServed`); `[]`: all of them wait, by intent. */
  callbacks?: string[] | null | undefined;
  /** Versions that the client supports. */
  protocolVersions?: number[] | null | undefined;
  /** Reserved. */
  strict?: boolean | null | undefined;
  /** Whether `$/waiting` follows a callback that went unnoticed; absent: for clients whose name says Emacs or Eglot. */
  wakeUp?: boolean | null | undefined;
  /** Whether a `model/request` may leave out the messages that the request before it had (`history.base`): the host keeps those. Absent: no. */
  historyDeltas?: boolean | null | undefined;
  /** Lower limits for this connection. */
  limits?: Record<string, number> | null | undefined;
  /** Defaults of runs. */
  defaults?: InitializeParamsInitializationOptionsDefaultsInput | null | undefined;
  /** Any other field. */
  [other: string]: unknown;
}

/** Parameters of `initialize`: those of LSP, with Runwire's in `initializationOptions`. @since 0.1.0 */
export interface InitializeParamsInput {
  /** Process id of the host. */
  processId?: number | null | undefined;
  /** The host. */
  clientInfo?: InitializeParamsClientInfoInput | null | undefined;
  /** LSP's client capabilities. */
  capabilities?: Record<string, unknown> | null | undefined;
  /** What concerns Runwire. */
  initializationOptions?: InitializeParamsInitializationOptionsInput | null | undefined;
  /** Initial trace value. */
  trace?: string | null | undefined;
  /** Any other field. */
  [other: string]: unknown;
}

/** Result of `initialize`. @since 0.1.0 */
export interface InitializeResult {
  /** The version both sides use. */
  protocolVersion: number;
  /** The daemon. */
  serverInfo: InitializeResultServerInfo;
  /** Changes with every start of the daemon: what was known of runs under another one no longer holds. */
  epoch: string;
  /** Bounds in force for this connection. */
  limits: Limits;
  /** What the daemon can do; shaped so that stock LSP clients accept it. */
  capabilities: InitializeResultCapabilities;
}

/** `InitializeResult.capabilities`: What the daemon can do; shaped so that stock LSP clients accept it. @since 0.1.0 */
export interface InitializeResultCapabilities {
  /** The methods of this protocol that it knows. */
  runwire: InitializeResultCapabilitiesRunwire;
}

/** `InitializeResult.capabilities.runwire`: The methods of this protocol that it knows. @since 0.1.0 */
export interface InitializeResultCapabilitiesRunwire {
  /** Requests it serves. */
  requests: string[];
  /** Requests it may send. */
  callbacks: string[];
  /** Notifications it may send. */
  notifications: string[];
}

/** `InitializeResult.serverInfo`: The daemon. @since 0.1.0 */
export interface InitializeResultServerInfo {
  /** Always `runwire`. */
  name: string;
  /** Version of the package. */
  version: string;
  /** The version of Pydantic AI whose semantics and message JSON it follows. */
  pydanticAi: string;
}

/** The instructions that later changes refer to. @since 0.1.0 */
export interface InstructionBaselinePart {
  /** The instructions, or their digests. */
  instructions: (InstructionBaselinePartInstructionsItemInstructionDigest | InstructionBaselinePartInstructionsItemInstruction)[];
  /** Kind of the part. */
  part_kind: "instruction-baseline";
}

/** The instructions that later changes refer to. @since 0.1.0 */
export interface InstructionBaselinePartInput {
  /** The instructions, or their digests. */
  instructions: (InstructionBaselinePartInstructionsItemInstructionDigestInput | InstructionBaselinePartInstructionsItemInstructionInput)[];
  /** Kind of the part. */
  part_kind: "instruction-baseline";
}

/** The `InstructionBaselinePart.instructions[]` whose `part_kind` is `"instruction"`. @since 0.1.0 */
export interface InstructionBaselinePartInstructionsItemInstruction {
  /** The instructions. */
  content: string;
  /** Whether a program computes them. */
  dynamic: boolean;
  /** `rewrite` or `append`. */
  on_change: string;
  /** Name its source gave it. */
  name: string | null;
  /** Its id. */
  id: string | null;
  /** Kind of the part. */
  part_kind: "instruction";
}

/** The `InstructionBaselinePart.instructions[]` whose `part_kind` is `"instruction-digest"`. @since 0.1.0 */
export interface InstructionBaselinePartInstructionsItemInstructionDigest {
  /** Its id. */
  id: string | null;
  /** Whether a program computes them. */
  dynamic: boolean;
  /** Hash of the instructions. */
  content_hash: string;
  /** Kind of the part. */
  part_kind: "instruction-digest";
}

/** The `InstructionBaselinePartInput.instructions[]` whose `part_kind` is `"instruction-digest"`. @since 0.1.0 */
export interface InstructionBaselinePartInstructionsItemInstructionDigestInput {
  /** Its id. */
  id?: string | null | undefined;
  /** Whether a program computes them. */
  dynamic?: boolean | undefined;
  /** Hash of the instructions. */
  content_hash: string;
  /** Kind of the part. */
  part_kind: "instruction-digest";
}

/** The `InstructionBaselinePartInput.instructions[]` whose `part_kind` is `"instruction"`. @since 0.1.0 */
export interface InstructionBaselinePartInstructionsItemInstructionInput {
  /** The instructions. */
  content: string;
  /** Whether a program computes them. */
  dynamic?: boolean | undefined;
  /** `rewrite` or `append`. */
  on_change?: string | undefined;
  /** Name its source gave it. */
  name?: string | null | undefined;
  /** Its id. */
  id?: string | null | undefined;
  /** Kind of the part. */
  part_kind?: "instruction" | undefined;
}

/** Instructions that changed at this point. @since 0.1.0 */
export interface InstructionDeltaPart {
  /** Id of the instructions. */
  id: string | null;
  /** The instructions now; null when they were withdrawn. */
  content: string | null;
  /** Hash of what they replace. */
  base_hash: string | null;
  /** Kind of the part. */
  part_kind: "instruction-delta";
}

/** Instructions that changed at this point. @since 0.1.0 */
export interface InstructionDeltaPartInput {
  /** Id of the instructions. */
  id?: string | null | undefined;
  /** The instructions now; null when they were withdrawn. */
  content: string | null;
  /** Hash of what they replace. */
  base_hash?: string | null | undefined;
  /** Kind of the part. */
  part_kind: "instruction-delta";
}

/** Limits in force. A client may lower them in `initialize`; only the operator may raise them. @since 0.1.0 */
export interface Limits {
  /** Bytes of one message, in and out. */
  messageBytes: number;
  /** Bytes of the header of one message. */
  headerBytes: number;
  /** How deep a message may be nested, and the JSON of an answer of a provider. */
  nesting: number;
  /** Open requests of the client; those that wait for a run are not counted. */
  requestsInFlight: number;
  /** Runs that run at once; further ones are queued. */
  activeRuns: number;
  /** Runs that may wait for a slot. */
  queuedRuns: number;
  /** Finished runs that stay readable. */
  finishedRunsKept: number;
  /** Time for which they stay readable, in milliseconds. */
  finishedRunsKeptMs: number;
  /** How many bytes of messages and events finished runs may hold. */
  finishedRunsKeptBytes: number;
  /** Model requests of one run, whatever its usage limits are. */
  stepsPerRun: number;
  /** Durable events of one run. */
  eventsPerRun: number;
  /** Bytes of the messages one run adds, as JSON. */
  messageBytesPerRun: number;
  /** Bytes of one response that comes whole; characters of the content of one that is streamed. */
  responseBytes: number;
  /** Bytes of one stream of a provider, decoded, with everything around its content. */
  streamBytes: number;
  /** Parts of one response. */
  partsPerResponse: number;
  /** Tool calls of one response. */
  callsPerResponse: number;
  /** Characters of one tool name or one id in a response. */
  nameCharacters: number;
  /** How long a provider may send nothing but keep-alives, unknown events and empty pieces, in milliseconds. */
  streamStallMs: number;
  /** How long one value is checked against its schema, in milliseconds; then it is refused. */
  validationMs: number;
  /** Latest events of a run that `run/events` still has. */
  eventsKept: number;
  /** Maximum number of bytes that they may have. */
  eventsKeptBytes: number;
  /** Deadline of a callback, in milliseconds. */
  callbackTimeoutMs: number;
  /** Callbacks of one run that may be open at once. */
  callbacksInFlight: number;
  /** Bytes, as JSON, that runs which have not ended were given together: specifications, histories, prompts, `deps`, and the contents of their steering queues. */
  openRunsBytes: number;
  /** Registered agents. */
  agents: number;
  /** Bytes of the specifications of registered agents, as JSON. */
  agentsBytes: number;
  /** Tools of one run. */
  toolsPerRun: number;
  /** Bytes of `deps` as JSON. */
  depsBytes: number;
  /** Bytes of `metadata` as JSON. */
  metadataBytes: number;
  /** Open waits for one run, for its end and for its next event each. */
  waitersPerRun: number;
  /** How deep runs may start runs. */
  runDepth: number;
  /** Messages in the steering queue of one run. */
  steerQueue: number;
  /** Bytes of the messages in the steering queue of one run, as JSON. */
  steerQueueBytes: number;
  /** How long runs may go on after their client has gone, in milliseconds. */
  shutdownGraceMs: number;
}

/** A line of the daemon's log. @since 0.1.0 */
export interface LogMessageParams {
  /** 1 error, 2 warning, 3 information, 4 debugging. */
  type: number;
  /** The line; it holds no secrets. */
  message: string;
}

/** One message of the connection. @since 0.1.0 */
export interface LogTraceParams {
  /** The direction and the method of the message. */
  message: string;
  /** Its parameters or its result as JSON, shortened. */
  verbose?: string | undefined;
}

/** Parameters of `mcp/inspect`. @since 0.1.0 */
export interface McpInspectParams {
  /** The servers, as in a run. */
  mcpServers: Record<string, McpServerInput | null>;
}

/** Result of `mcp/inspect`. @since 0.1.0 */
export interface McpInspectResult {
  /** One report each, in the order given. */
  servers: McpServerReport[];
}

/** `McpServerInput.env{}`: an object. @since 0.1.0 */
export interface McpServerEnvValueInput {
  /** NAME of the secret: a variable the operator allows, or requested with `secret/get`. */
  secret: string;
}

/** `McpServerInput.headers{}`: an object. @since 0.1.0 */
export interface McpServerHeadersValueInput {
  /** NAME of the secret: a variable the operator allows, or requested with `secret/get`. */
  secret: string;
}

/** An MCP server that the daemon starts or connects to, in the shape that other clients use: `command` for a program, `url` for streamable HTTP. Variables in its values are not expanded. @since 0.1.0 */
export interface McpServerInput {
  /** How it is spoken to; may be left out, as `command` or `url` says it. */
  type?: "stdio" | "http" | "streamable-http" | null | undefined;
  /** The program; no shell reads it. */
  command?: string | null | undefined;
  /** Its arguments. */
  args?: string[] | null | undefined;
  /** Its environment, beside the few variables every program needs; keys go in as `{secret: NAME}`. */
  env?: Record<string, string | McpServerEnvValueInput> | null | undefined;
  /** Its working directory; default that of the daemon. */
  cwd?: string | null | undefined;
  /** Address of its streamable HTTP endpoint. */
  url?: string | null | undefined;
  /** Further HTTP headers; credentials as `{secret: NAME}`. */
  headers?: Record<string, string | McpServerHeadersValueInput> | null | undefined;
  /** Put before the names of its tools, with `_`; default the name of the server, null: none. */
  prefix?: string | null | undefined;
  /** The only tools to offer, by the names the server gives them. */
  tools?: string[] | null | undefined;
  /** Tools to leave out, by the names the server gives them. */
  excludeTools?: string[] | null | undefined;
  /** Whether calls wait for an approval: all of them, or those of the tools named. */
  requiresApproval?: boolean | string[] | null | undefined;
  /** Believe what it says of its tools: one that only reads may be called again after a crash. */
  trusted?: boolean | null | undefined;
  /** What a call that ended in an error becomes: a retry (default), a failed return, the end of the run. */
  onToolError?: "retry" | "failed" | "fail-run" | null | undefined;
  /** Failures in a row of one tool that are allowed; default: retries of the agent. */
  maxRetries?: number | null | undefined;
  /** Deadline of one call, moved by every progress; default 300,000. */
  timeoutMs?: number | null | undefined;
  /** Deadline of its start, the list of tools included; default 30,000. */
  startTimeoutMs?: number | null | undefined;
  /** Go on without its tools, with a warning, when it is not available; default: the run fails. */
  optional?: boolean | null | undefined;
  /** Add its instructions to those of the agent, at most 8 KiB; default false: they are the words of others. */
  instructions?: boolean | null | undefined;
}

/** What an MCP server is and offers, or why it is not available. @since 0.1.0 */
export interface McpServerReport {
  /** Its name in the request. */
  name: string;
  /** Whether its tools can be used. */
  state: "ready" | "failed";
  /** What it says of itself. */
  serverInfo?: McpServerReportServerInfo | undefined;
  /** The revision of MCP that both sides speak. */
  protocolVersion?: string | undefined;
  /** Its instructions, at most 8 KiB. */
  instructions?: string | undefined;
  /** Its tools as a model would see them. */
  tools?: ToolDefinition[] | undefined;
  /** How much of the window of a model they take: bytes as JSON. */
  toolBytes?: number | undefined;
  /** Tools that cannot be offered. */
  skipped?: McpServerReportSkippedItem[] | undefined;
  /** How long it took until its tools were known, in milliseconds. */
  startMs?: number | undefined;
  /** Why it failed. */
  error?: McpServerReportError | undefined;
}

/** `McpServerReport.error`: Why it failed. @since 0.1.0 */
export interface McpServerReportError {
  /** Kind of the error, for example `mcp.unavailable`. */
  kind: string;
  /** The error, for humans. */
  message: string;
  /** The end of what the program wrote to stderr. */
  stderr?: string | undefined;
}

/** `McpServerReport.serverInfo`: What it says of itself. @since 0.1.0 */
export interface McpServerReportServerInfo {
  /** What it calls itself. */
  name?: string | undefined;
  /** Its version. */
  version?: string | undefined;
}

/** `McpServerReport.skipped[]`: an object. @since 0.1.0 */
export interface McpServerReportSkippedItem {
  /** The name the server gives the tool. */
  name: string;
  /** Why it is not offered. */
  reason: string;
}

/** The `ModelDeltaParamsInput.delta` with `text`. @since 0.1.0 */
export interface ModelDeltaParamsDeltaTextInput {
  /** Further text. */
  text: string;
}

/** The `ModelDeltaParamsInput.delta` with `thinking`. @since 0.1.0 */
export interface ModelDeltaParamsDeltaThinkingInput {
  /** The host's own key of the part. */
  index: number | string;
  /** Further thinking. */
  thinking: string;
  /** Its signature. */
  signature?: string | null | undefined;
}

/** The `ModelDeltaParamsInput.delta` with `toolCall`. @since 0.1.0 */
export interface ModelDeltaParamsDeltaToolCallInput {
  /** The host's own key of the part. */
  index: number | string;
  /** A call, piece by piece. */
  toolCall: ModelDeltaParamsDeltaToolCallToolCallInput;
}

/** `ModelDeltaParamsInput.delta.toolCall`: A call, piece by piece. @since 0.1.0 */
export interface ModelDeltaParamsDeltaToolCallToolCallInput {
  /** Further text of the name. */
  name?: string | null | undefined;
  /** Further JSON text, or keys to merge. */
  args?: string | Record<string, unknown> | null | undefined;
  /** Id of the call. */
  id?: string | null | undefined;
}

/** The `ModelDeltaParamsInput.delta` with `usage`. @since 0.1.0 */
export interface ModelDeltaParamsDeltaUsageInput {
  /** Usage so far, sent before the delta it counts. */
  usage: Record<string, unknown>;
}

/** Parameters of `model/delta`: a piece of the response of a host model. @since 0.1.0 */
export interface ModelDeltaParamsInput {
  /** The run that sent the request. */
  runId: string;
  /** `requestId` of the request. */
  requestId: string;
  /** One piece. */
  delta: ModelDeltaParamsDeltaTextInput | ModelDeltaParamsDeltaThinkingInput | ModelDeltaParamsDeltaToolCallInput | ModelDeltaParamsDeltaUsageInput;
}

/** One model: `provider:name`, or the name with an address and settings. @since 0.1.0 */
export type ModelEntryInput = string | ModelEntryObjectInput;

/** `ModelEntryInput.headers{}`: an object. @since 0.1.0 */
export interface ModelEntryObjectHeadersValueInput {
  /** NAME of the secret, as in `secret/get`. */
  secret: string;
}

/** The `ModelEntryInput` that is an object. @since 0.1.0 */
export interface ModelEntryObjectInput {
  /** `provider:name`, for example `openai-chat:gpt-5`. */
  model: string;
  /** Another address of the provider. */
  baseUrl?: string | null | undefined;
  /** Environment variable that holds the key: one of the provider's own, or one the operator allows. */
  apiKeyEnv?: string | null | undefined;
  /** Further HTTP headers; credentials only as `{secret: NAME}`. */
  headers?: Record<string, string | ModelEntryObjectHeadersValueInput> | null | undefined;
  /** Settings of this model; those of the agent and of the run take precedence. */
  settings?: ModelSettingsInput | null | undefined;
  /** Behaviour of the embedded `test` model. */
  test?: ModelEntryObjectTestInput | null | undefined;
}

/** `ModelEntryInput.test`: an object. @since 0.1.0 */
export interface ModelEntryObjectTestInput {
  /** Tools it calls; default all. */
  callTools?: string[] | null | undefined;
  /** The text of its response. */
  outputText?: string | null | undefined;
  /** Arguments of its output tool call. */
  outputArgs?: unknown;
  /** Seed of the generated data. */
  seed?: number | null | undefined;
}

/** A message sent to a model. @since 0.1.0 */
export interface ModelRequest {
  /** Prompts, tool returns and feedback, in order. */
  parts: (SystemPromptPart | UserPromptPart | ToolReturnPart | RetryFeedbackPart | SpeechPart | CompactionPart | ToolAvailabilityDeltaPart | CapabilityLoadDeltaPart | ModelSettingsDeltaPart | InstructionDeltaPart | InstructionBaselinePart)[];
  /** RFC 3339 time, or null when it is not known. */
  timestamp: string | null;
  /** Instructions that were sent with it. */
  instructions: string | null;
  /** Kind of the message. */
  kind: "request";
  /** The run that made the message. */
  run_id: string | null;
  /** The conversation it belongs to. */
  conversation_id: string | null;
  /** Data for the program, never sent to the model. */
  metadata: Record<string, unknown> | null;
  /** `interrupted`: the work on the calls before it was cut short. */
  state: "complete" | "interrupted";
}

/** An attempt at a request that did not bring the response it is recorded on: the model failed, or its response was rejected. @since 0.1.0 */
export interface ModelRequestAttempt {
  /** The model of the attempt. */
  model_name: string;
  /** The provider it was sent to. */
  provider_name: string | null;
  /** `error`: the request failed; `rejected`: its response was rejected. */
  outcome: "error" | "rejected";
  /** What it failed with, as `ErrorType: message`. */
  error: string | null;
  /** RFC 3339 time; UTC as `Z`, six fractional digits or none. */
  timestamp: string;
  /** How long it took, as an ISO 8601 duration; numbers of seconds are accepted. */
  duration: string;
  /** What was counted; null when that is not known. */
  usage: RequestUsage | null;
}

/** An attempt at a request that did not bring the response it is recorded on: the model failed, or its response was rejected. @since 0.1.0 */
export interface ModelRequestAttemptInput {
  /** The model of the attempt. */
  model_name: string;
  /** The provider it was sent to. */
  provider_name?: string | null | undefined;
  /** `error`: the request failed; `rejected`: its response was rejected. */
  outcome: "error" | "rejected";
  /** What it failed with, as `ErrorType: message`. */
  error?: string | null | undefined;
  /** RFC 3339 time; UTC as `Z`, six fractional digits or none. */
  timestamp?: string | undefined;
  /** How long it took, as an ISO 8601 duration; numbers of seconds are accepted. */
  duration: string;
  /** What was counted; null when that is not known. */
  usage?: RequestUsageInput | null | undefined;
}

/** A message sent to a model. @since 0.1.0 */
export interface ModelRequestInput {
  /** Prompts, tool returns and feedback, in order. */
  parts: (SystemPromptPartInput | UserPromptPartInput | ToolReturnPartInput | RetryFeedbackPartInput | SpeechPartInput | CompactionPartInput | ToolAvailabilityDeltaPartInput | CapabilityLoadDeltaPartInput | ModelSettingsDeltaPartInput | InstructionDeltaPartInput | InstructionBaselinePartInput | RetryPromptPartInput)[];
  /** RFC 3339 time, or null when it is not known. */
  timestamp?: string | null | undefined;
  /** Instructions that were sent with it. */
  instructions?: string | null | undefined;
  /** Kind of the message. */
  kind: "request";
  /** The run that made the message. */
  run_id?: string | null | undefined;
  /** The conversation it belongs to. */
  conversation_id?: string | null | undefined;
  /** Data for the program, never sent to the model. */
  metadata?: Record<string, unknown> | null | undefined;
  /** `interrupted`: the work on the calls before it was cut short. */
  state?: "complete" | "interrupted" | undefined;
}

/** Parameters of `model/request`: the request that a model of the host is to answer. @since 0.1.0 */
export interface ModelRequestParams {
  /** The run that sends it. */
  runId: string;
  /** Number of the model request it is at; 0 before the first. */
  runStep: number;
  /** Id of this callback, unique in the daemon. */
  pendingId: string;
  /** Milliseconds until the daemon gives up. */
  deadlineMs?: number | undefined;
  /** `deps` of the run. */
  deps?: unknown;
  /** Id of this model request. */
  requestId: string;
  /** NAME of `host:NAME`. */
  model: string;
  /** The cleaned history, ending in a request; with `history.base` only what follows that. */
  messages: (ModelRequest | ModelResponse)[];
  /** Present for a client that has `historyDeltas`. */
  history?: RequestHistory | undefined;
  /** Instructions with those of the output mode. */
  instructions: string | null;
  /** Function tools. */
  tools: ToolDefinition[];
  /** Output tools. */
  outputTools: ToolDefinition[];
  /** Whether text can be the output. */
  allowText: boolean;
  /** How the output is requested from the model. */
  outputMode: "text" | "tool" | "native" | "prompted";
  /** Schema of the output in native and prompted mode. */
  outputObject?: ModelRequestParamsOutputObject | undefined;
  /** Settings of the request. */
  settings: ModelSettings | null;
  /** Whether deltas are wanted. */
  stream: boolean;
}

/** `ModelRequestParams.outputObject`: Schema of the output in native and prompted mode. @since 0.1.0 */
export interface ModelRequestParamsOutputObject {
  /** Name of the output type. */
  name: string | null;
  /** Its description for the model. */
  description: string | null;
  /** JSON Schema of the output. */
  json_schema: Record<string, unknown>;
}

/** Result of `model/request`. @since 0.1.0 */
export interface ModelRequestResult {
  /** A v2 response; absent fields are defaulted. */
  response?: ModelResponseInput | undefined;
  /** In place of a response: `history.base` is not known here. The request comes again, with the whole history. */
  wholeHistory?: true | undefined;
}

/** The `DurableEvent` whose `event_kind` is `"model_request_started"`. @since 0.1.0 */
export interface ModelRequestStartedEvent {
  /** Kind of the event. */
  event_kind: "model_request_started";
  /** Number of the request in the run, from 1. */
  request: number;
  /** Attempt at this request, from 1. */
  attempt: number;
  /** The model. */
  model: string;
  /** Why the attempt before it was not the last. */
  reason?: string | undefined;
  /** HTTP status of the attempt before it. */
  status?: number | undefined;
  /** Delay before this attempt, in milliseconds. */
  delayMs?: number | undefined;
  /** How long after the first attempt this one was emitted, in milliseconds; absent in the first. */
  afterMs?: number | undefined;
}

/** A message of a model. @since 0.1.0 */
export interface ModelResponse {
  /** Text, thinking, tool calls and files, in order. */
  parts: (TextPart | ThinkingPart | ToolCallPart | NativeToolCallPart | NativeToolReturnPart | FilePart | CompactionPart | SpeechPart)[];
  /** Tokens of this request. */
  usage: RequestUsage;
  /** The model that responded. */
  model_name: string | null;
  /** The string the model was chosen by, for example `openai:gpt-5`. */
  model_id: string | null;
  /** RFC 3339 time; UTC as `Z`, six fractional digits or none. */
  timestamp: string;
  /** Kind of the message. */
  kind: "response";
  /** The provider that responded. */
  provider_name: string | null;
  /** Its base address. */
  provider_url: string | null;
  /** The API that responded, when it differs from the provider. */
  canonical_system: string | null;
  /** Further data of the provider. */
  provider_details: Record<string, unknown> | null;
  /** The provider's id of the response. */
  provider_response_id: string | null;
  /** Why the model stopped. */
  finish_reason: "stop" | "length" | "content_filter" | "tool_call" | "error" | null;
  /** The run that made the message. */
  run_id: string | null;
  /** The conversation it belongs to. */
  conversation_id: string | null;
  /** Data for the program, never sent to the model. */
  metadata: Record<string, unknown> | null;
  /** The workspace it was made in. */
  workspace_ref: ModelResponseWorkspaceRef | null;
  /** Digest of the messages it responds to. */
  history_digest: string | null;
  /** The attempts before the one that succeeded, when a list of models fell back. */
  failed_attempts: ModelRequestAttempt[] | null;
  /** `interrupted`: it was cut, or broke a limit; `suspended`: the provider paused the turn. */
  state: "complete" | "incomplete" | "suspended" | "interrupted";
}

/** The `DurableEvent` whose `event_kind` is `"model_response"`. @since 0.1.0 */
export interface ModelResponseEvent {
  /** Kind of the event. */
  event_kind: "model_response";
  /** The response as it is in the history. */
  message: ModelResponse;
  /** Usage of the run up to and including it. */
  usage: RunUsage;
  /** The model that responded, as the provider names it. */
  served: string | null;
  /** How long the request took, all of its attempts included, in milliseconds. */
  durationMs: number;
  /** When the first part of a streamed response began, in milliseconds after the request. */
  firstPartMs?: number | undefined;
}

/** A message of a model. @since 0.1.0 */
export interface ModelResponseInput {
  /** Text, thinking, tool calls and files, in order. */
  parts?: (TextPartInput | ThinkingPartInput | ToolCallPartInput | NativeToolCallPartInput | NativeToolReturnPartInput | FilePartInput | CompactionPartInput | SpeechPartInput)[] | undefined;
  /** Tokens of this request. */
  usage?: RequestUsageInput | undefined;
  /** The model that responded. */
  model_name?: string | null | undefined;
  /** The string the model was chosen by, for example `openai:gpt-5`. */
  model_id?: string | null | undefined;
  /** RFC 3339 time; UTC as `Z`, six fractional digits or none. */
  timestamp?: string | undefined;
  /** Kind of the message. */
  kind?: "response" | undefined;
  /** The provider that responded. */
  provider_name?: string | null | undefined;
  /** Its base address. */
  provider_url?: string | null | undefined;
  /** The API that responded, when it differs from the provider. */
  canonical_system?: string | null | undefined;
  /** Further data of the provider. */
  provider_details?: Record<string, unknown> | null | undefined;
  /** The provider's id of the response. */
  provider_response_id?: string | null | undefined;
  /** Why the model stopped. */
  finish_reason?: "stop" | "length" | "content_filter" | "tool_call" | "error" | null | undefined;
  /** The run that made the message. */
  run_id?: string | null | undefined;
  /** The conversation it belongs to. */
  conversation_id?: string | null | undefined;
  /** Data for the program, never sent to the model. */
  metadata?: Record<string, unknown> | null | undefined;
  /** The workspace it was made in. */
  workspace_ref?: ModelResponseWorkspaceRefInput | null | undefined;
  /** Digest of the messages it responds to. */
  history_digest?: string | null | undefined;
  /** The attempts before the one that succeeded, when a list of models fell back. */
  failed_attempts?: ModelRequestAttemptInput[] | null | undefined;
  /** `interrupted`: it was cut, or broke a limit; `suspended`: the provider paused the turn. */
  state?: "complete" | "incomplete" | "suspended" | "interrupted" | undefined;
}

/** `ModelResponse.workspace_ref`: an object. @since 0.1.0 */
export interface ModelResponseWorkspaceRef {
  /** The provider of the workspace. */
  provider: string;
  /** Its id there. */
  id: string;
}

/** `ModelResponseInput.workspace_ref`: an object. @since 0.1.0 */
export interface ModelResponseWorkspaceRefInput {
  /** The provider of the workspace. */
  provider: string;
  /** Its id there. */
  id: string;
}

/** Settings of a model request: Pydantic AI's `ModelSettings`, with those that a provider adds passed through. @since 0.1.0 */
export interface ModelSettings {
  /** Maximum number of tokens of a response. */
  max_tokens?: number | null | undefined;
  /** Randomness. */
  temperature?: number | null | undefined;
  /** Nucleus sampling. */
  top_p?: number | null | undefined;
  /** Sampling among the k likeliest tokens. */
  top_k?: number | null | undefined;
  /** Longest silence of the provider, in seconds: before the response, or between two pieces of a stream. */
  timeout?: number | null | undefined;
  /** Whether the model may make several calls in one response. */
  parallel_tool_calls?: boolean | null | undefined;
  /** `auto`, `none`, `required` or a list of tool names. */
  tool_choice?: unknown;
  /** Seed of the sampling. */
  seed?: number | null | undefined;
  /** Penalty on tokens that occurred. */
  presence_penalty?: number | null | undefined;
  /** Penalty on tokens by how often they occurred. */
  frequency_penalty?: number | null | undefined;
  /** Bias by token. */
  logit_bias?: Record<string, number> | null | undefined;
  /** Texts at which the model stops. */
  stop_sequences?: string[] | null | undefined;
  /** Thinking: a boolean or an effort. */
  thinking?: unknown;
  /** Further HTTP headers. */
  extra_headers?: Record<string, string> | null | undefined;
  /** Further keys of the request body. */
  extra_body?: unknown;
  /** Any other field. */
  [other: string]: unknown;
}

/** Model settings that changed at this point. @since 0.1.0 */
export interface ModelSettingsDeltaPart {
  /** The settings that changed. */
  settings: Record<string, unknown>;
  /** Whether they apply to the whole request. */
  top_level: boolean;
  /** Kind of the part. */
  part_kind: "model-settings-delta";
}

/** Model settings that changed at this point. @since 0.1.0 */
export interface ModelSettingsDeltaPartInput {
  /** The settings that changed. */
  settings: Record<string, unknown>;
  /** Whether they apply to the whole request. */
  top_level?: boolean | undefined;
  /** Kind of the part. */
  part_kind: "model-settings-delta";
}

/** Settings of a model request: Pydantic AI's `ModelSettings`, with those that a provider adds passed through. @since 0.1.0 */
export interface ModelSettingsInput {
  /** Maximum number of tokens of a response. */
  max_tokens?: number | null | undefined;
  /** Randomness. */
  temperature?: number | null | undefined;
  /** Nucleus sampling. */
  top_p?: number | null | undefined;
  /** Sampling among the k likeliest tokens. */
  top_k?: number | null | undefined;
  /** Longest silence of the provider, in seconds: before the response, or between two pieces of a stream. */
  timeout?: number | null | undefined;
  /** Whether the model may make several calls in one response. */
  parallel_tool_calls?: boolean | null | undefined;
  /** `auto`, `none`, `required` or a list of tool names. */
  tool_choice?: unknown;
  /** Seed of the sampling. */
  seed?: number | null | undefined;
  /** Penalty on tokens that occurred. */
  presence_penalty?: number | null | undefined;
  /** Penalty on tokens by how often they occurred. */
  frequency_penalty?: number | null | undefined;
  /** Bias by token. */
  logit_bias?: Record<string, number> | null | undefined;
  /** Texts at which the model stops. */
  stop_sequences?: string[] | null | undefined;
  /** Thinking: a boolean or an effort. */
  thinking?: unknown;
  /** Further HTTP headers. */
  extra_headers?: Record<string, string> | null | undefined;
  /** Further keys of the request body. */
  extra_body?: unknown;
  /** Any other field. */
  [other: string]: unknown;
}

/** A model, or several to fall back on in order. @since 0.1.0 */
export type ModelSpecInput = string | ModelSpecModelInput | ModelEntryInput[] | ModelSpecModelsInput;

/** `ModelSpecInput.headers{}`: an object. @since 0.1.0 */
export interface ModelSpecModelHeadersValueInput {
  /** NAME of the secret, as in `secret/get`. */
  secret: string;
}

/** The `ModelSpecInput` with `model`. @since 0.1.0 */
export interface ModelSpecModelInput {
  /** `provider:name`, for example `openai-chat:gpt-5`. */
  model: string;
  /** Another address of the provider. */
  baseUrl?: string | null | undefined;
  /** Environment variable that holds the key: one of the provider's own, or one the operator allows. */
  apiKeyEnv?: string | null | undefined;
  /** Further HTTP headers; credentials only as `{secret: NAME}`. */
  headers?: Record<string, string | ModelSpecModelHeadersValueInput> | null | undefined;
  /** Settings of this model; those of the agent and of the run take precedence. */
  settings?: ModelSettingsInput | null | undefined;
  /** Behaviour of the embedded `test` model. */
  test?: ModelSpecModelTestInput | null | undefined;
}

/** `ModelSpecInput.test`: an object. @since 0.1.0 */
export interface ModelSpecModelTestInput {
  /** Tools it calls; default all. */
  callTools?: string[] | null | undefined;
  /** The text of its response. */
  outputText?: string | null | undefined;
  /** Arguments of its output tool call. */
  outputArgs?: unknown;
  /** Seed of the generated data. */
  seed?: number | null | undefined;
}

/** The `ModelSpecInput` with `models`. @since 0.1.0 */
export interface ModelSpecModelsInput {
  /** Models in the order in which they are tried. */
  models: ModelEntryInput[];
  /** Further error kinds that fall back. */
  fallbackOn?: string[] | null | undefined;
}

/** Parameters of `models/list`. @since 0.1.0 */
export interface ModelsListParams {
  /** Only models of this provider. */
  provider?: string | null | undefined;
}

/** Result of `models/list`. @since 0.1.0 */
export interface ModelsListResult {
  /** The models. A property that is not known is absent; `provider:*` stands for any model name of the provider. */
  models: ModelsListResultModelsItem[];
}

/** `ModelsListResult.models[]`: an object. @since 0.1.0 */
export interface ModelsListResultModelsItem {
  /** `provider:name`, or `provider:*` for any name of the provider. */
  id: string;
  /** Name of the provider. */
  provider: string;
  /** Maximum number of tokens of prompt and response together. */
  contextWindow?: number | undefined;
  /** Maximum number of tokens of a response. */
  maxOutput?: number | undefined;
  /** Kinds of input it takes, for example `text` and `image`. */
  input: string[];
  /** Whether it calls tools. */
  tools?: boolean | undefined;
  /** Whether it thinks. */
  thinking?: boolean | undefined;
  /** US dollars by what is counted: `input_mtok` for a million tokens of the prompt, `cache_read_mtok`, `output_mtok`, `web_searches_kcount` for a thousand searches, and so on. */
  prices?: Record<string, number | ModelsListResultModelsItemPricesValue> | undefined;
  /** Whether it can be used now. */
  available: boolean;
  /** What is missing: an environment variable, or the field `baseUrl`. */
  missing?: string | undefined;
}

/** `ModelsListResult.models[].prices{}`: Depends on the tokens of the prompt. @since 0.1.0 */
export interface ModelsListResultModelsItemPricesValue {
  /** The price up to the first tier. */
  base: number;
  /** Prices of longer prompts. */
  tiers: ModelsListResultModelsItemPricesValueTiersItem[];
}

/** `ModelsListResult.models[].prices{}.tiers[]`: an object. @since 0.1.0 */
export interface ModelsListResultModelsItemPricesValueTiersItem {
  /** Tokens of the prompt from which on the price holds. */
  start: number;
  /** The price from there on. */
  price: number;
}

/** A call of a tool that the provider runs itself. @since 0.1.0 */
export interface NativeToolCallPart {
  /** Name of the tool. */
  tool_name: string;
  /** The arguments as the model gave them: JSON text or an object, kept verbatim. */
  args: string | Record<string, unknown> | null;
  /** Pairs a tool call with its return; filled in when absent or null. */
  tool_call_id: string;
  /** What the tool is, independent of its name; upstream has `tool-search` and others. */
  tool_kind: string | null;
  /** The provider's id of the part. */
  id: string | null;
  /** The provider of the part. */
  provider_name: string | null;
  /** What else the provider needs to get the part back. */
  provider_details: Record<string, unknown> | null;
  /** Kind of the part. */
  part_kind: "builtin-tool-call";
}

/** A call of a tool that the provider runs itself. @since 0.1.0 */
export interface NativeToolCallPartInput {
  /** Name of the tool. */
  tool_name: string;
  /** The arguments as the model gave them: JSON text or an object, kept verbatim. */
  args?: string | Record<string, unknown> | null | undefined;
  /** Pairs a tool call with its return; filled in when absent or null. */
  tool_call_id?: string | null | undefined;
  /** What the tool is, independent of its name; upstream has `tool-search` and others. */
  tool_kind?: string | null | undefined;
  /** The provider's id of the part. */
  id?: string | null | undefined;
  /** The provider of the part. */
  provider_name?: string | null | undefined;
  /** What else the provider needs to get the part back. */
  provider_details?: Record<string, unknown> | null | undefined;
  /** Kind of the part. */
  part_kind: "builtin-tool-call";
}

/** The return of a tool that the provider ran. @since 0.1.0 */
export interface NativeToolReturnPart {
  /** Name of the tool. */
  tool_name: string;
  /** The returned value; of a retried call what was wrong, a sentence or a list of validation errors. */
  content: unknown;
  /** Pairs a tool call with its return; filled in when absent or null. */
  tool_call_id: string;
  /** What the tool is, independent of its name; upstream has `tool-search` and others. */
  tool_kind: string | null;
  /** Data for the program, never sent to the model. */
  metadata: unknown;
  /** RFC 3339 time; UTC as `Z`, six fractional digits or none. */
  timestamp: string;
  /** How the call ended; `retried`: the model has to make it again. */
  outcome: "success" | "failed" | "denied" | "interrupted" | "retried";
  /** The provider that ran it. */
  provider_name: string | null;
  /** What else the provider needs to get the part back. */
  provider_details: Record<string, unknown> | null;
  /** Kind of the part. */
  part_kind: "builtin-tool-return";
  /** SHA-256 digests of the files by address in the content; other objects that look like one are data. Absent when the content is a string, a number, a boolean or null, and in histories older than Pydantic AI 2.51. */
  content_file_digests?: string[] | undefined;
}

/** The return of a tool that the provider ran. @since 0.1.0 */
export interface NativeToolReturnPartInput {
  /** Name of the tool. */
  tool_name: string;
  /** The returned value; of a retried call what was wrong, a sentence or a list of validation errors. */
  content?: unknown;
  /** Pairs a tool call with its return; filled in when absent or null. */
  tool_call_id?: string | null | undefined;
  /** What the tool is, independent of its name; upstream has `tool-search` and others. */
  tool_kind?: string | null | undefined;
  /** Data for the program, never sent to the model. */
  metadata?: unknown;
  /** RFC 3339 time; UTC as `Z`, six fractional digits or none. */
  timestamp?: string | undefined;
  /** How the call ended; `retried`: the model has to make it again. */
  outcome?: "success" | "failed" | "denied" | "interrupted" | "retried" | undefined;
  /** The provider that ran it. */
  provider_name?: string | null | undefined;
  /** What else the provider needs to get the part back. */
  provider_details?: Record<string, unknown> | null | undefined;
  /** Kind of the part. */
  part_kind: "builtin-tool-return";
  /** SHA-256 digests of the files by address in the content; other objects that look like one are data. Absent when the content is a string, a number, a boolean or null, and in histories older than Pydantic AI 2.51. */
  content_file_digests?: string[] | undefined;
}

/** `OutputSpecInput.anyOf[]`: an object. @since 0.1.0 */
export interface OutputSpecAnyOfItemInput {
  /** An output without a schema. */
  type?: "text" | "null" | "deferred" | null | undefined;
  /** JSON Schema of the output. */
  schema?: Record<string, unknown> | null | undefined;
  /** Name of the type, also part of tool names; default: title of the schema. */
  name?: string | null | undefined;
  /** Name of the output tool; default `final_result`. */
  toolName?: string | null | undefined;
  /** Description for the model; default: that of the schema. */
  description?: string | null | undefined;
  /** How it is requested from the model; `auto` also accepts the object as JSON text. */
  mode?: "auto" | "tool" | "native" | "prompted" | null | undefined;
  /** Prompt of `prompted` mode; `{schema}` is replaced. */
  template?: string | null | undefined;
  /** Name of a host function that makes the output (`output/validate`). */
  function?: string | null | undefined;
  /** False: any object is accepted, the schema only guides the model. */
  validate?: boolean | null | undefined;
  /** Failures of this output tool that are allowed. */
  maxRetries?: number | null | undefined;
}

/** The output that a run must produce: text (the default), null, an object of a schema, or one of several (`anyOf`). @since 0.1.0 */
export interface OutputSpecInput {
  /** An output without a schema. */
  type?: "text" | "null" | "deferred" | null | undefined;
  /** JSON Schema of the output. */
  schema?: Record<string, unknown> | null | undefined;
  /** Name of the type, also part of tool names; default: title of the schema. */
  name?: string | null | undefined;
  /** Name of the output tool; default `final_result`. */
  toolName?: string | null | undefined;
  /** Description for the model; default: that of the schema. */
  description?: string | null | undefined;
  /** How it is requested from the model; `auto` also accepts the object as JSON text. */
  mode?: "auto" | "tool" | "native" | "prompted" | null | undefined;
  /** Prompt of `prompted` mode; `{schema}` is replaced. */
  template?: string | null | undefined;
  /** Name of a host function that makes the output (`output/validate`). */
  function?: string | null | undefined;
  /** False: any object is accepted, the schema only guides the model. */
  validate?: boolean | null | undefined;
  /** Failures of this output tool that are allowed. */
  maxRetries?: number | null | undefined;
  /** Alternatives, in order. */
  anyOf?: OutputSpecAnyOfItemInput[] | null | undefined;
}

/** The `DurableEvent` whose `event_kind` is `"output_tool_call"`. @since 0.1.0 */
export interface OutputToolCallEvent {
  /** The call as it is in the response. */
  part: ToolCallPart;
  /** Whether the arguments were valid; null when they were not looked at. */
  args_valid: boolean | null;
  /** Kind of the event. */
  event_kind: "output_tool_call";
}

/** The `DurableEvent` whose `event_kind` is `"output_tool_result"`. @since 0.1.0 */
export interface OutputToolResultEvent {
  /** The return as it is in the history. */
  part: ToolReturnPart;
  /** Kind of the event. */
  event_kind: "output_tool_result";
  /** The content was shortened here; the history has it whole. */
  truncated?: boolean | undefined;
  /** Bytes of the whole content as JSON, when shortened. */
  size?: number | undefined;
}

/** Parameters of `output/validate`. @since 0.1.0 */
export interface OutputValidateParams {
  /** The run that sends it. */
  runId: string;
  /** Number of the model request it is at; 0 before the first. */
  runStep: number;
  /** Id of this callback, unique in the daemon. */
  pendingId: string;
  /** Milliseconds until the daemon gives up. */
  deadlineMs?: number | undefined;
  /** `deps` of the run. */
  deps?: unknown;
  /** Whether it checks an output or makes one. */
  kind: "validator" | "function";
  /** Name from the specification. */
  name: string;
  /** The output so far; for a function its arguments or the text. */
  output: unknown;
  /** The output tool, when there is one. */
  toolName?: string | undefined;
  /** Id of its call. */
  toolCallId?: string | undefined;
  /** Failures in a row so far. */
  retry: number;
  /** Failures in a row that are allowed. */
  maxRetries: number;
}

/** Result of `output/validate`. @since 0.1.0 */
export interface OutputValidateResult {
  /** The output to use from here on. */
  output?: unknown;
  /** Lets the model try again, with this message. */
  retry?: string | undefined;
}

/** The content added to a part since its last delta. @since 0.1.0 */
export type PartDelta = TextDelta | ThinkingDelta | ToolCallDelta;

/** The `DeltaEvent` whose `event_kind` is `"part_delta"`. @since 0.1.0 */
export interface PartDeltaEvent {
  /** Position of the part in the response. */
  index: number;
  /** The content since the last delta of the part. */
  delta: PartDelta;
  /** Always `"part_delta"`. */
  event_kind: "part_delta";
}

/** The `DeltaEvent` whose `event_kind` is `"part_end"`. @since 0.1.0 */
export interface PartEndEvent {
  /** Position of the part in the response. */
  index: number;
  /** The part as far as it is known. */
  part: TextPart | ThinkingPart | ToolCallPart | NativeToolCallPart | NativeToolReturnPart | FilePart | CompactionPart | SpeechPart;
  /** Kind of the part after it. */
  next_part_kind: string | null;
  /** The API that responds, when it differs from the provider. */
  canonical_system: string | null;
  /** Always `"part_end"`. */
  event_kind: "part_end";
}

/** The `DeltaEvent` whose `event_kind` is `"part_start"`. @since 0.1.0 */
export interface PartStartEvent {
  /** Position of the part in the response. */
  index: number;
  /** The part as far as it is known. */
  part: TextPart | ThinkingPart | ToolCallPart | NativeToolCallPart | NativeToolReturnPart | FilePart | CompactionPart | SpeechPart;
  /** Kind of the part before it. */
  previous_part_kind: string | null;
  /** The API that responds, when it differs from the provider. */
  canonical_system: string | null;
  /** Always `"part_start"`. */
  event_kind: "part_start";
}

/** The `DurableEvent` whose `event_kind` is `"pending_added"`. @since 0.1.0 */
export interface PendingAddedEvent {
  /** Kind of the event. */
  event_kind: "pending_added";
  /** Id of the item, as in `pending/list` and `pending/resolve`. */
  pendingId: string;
  /** The callback that waits. */
  method: string;
  /** Name of the tool, prompt, model or the like. */
  name: string;
  /** Id of the tool call it is about. */
  toolCallId?: string | undefined;
}

/** A callback that waits for its response. @since 0.1.0 */
export interface PendingItem {
  /** Its id, the same after a restart. */
  pendingId: string;
  /** The run that sends it. */
  runId: string;
  /** The callback: its params and its result are those of this method. */
  method: string;
  /** The parameters of the method. */
  params: Record<string, unknown>;
  /** Since when it waits, RFC 3339. */
  createdAt: string;
  /** The deadline, RFC 3339; absent for calls that wait for a human. */
  deadlineAt?: string | undefined;
}

/** Parameters of `pending/list`. @since 0.1.0 */
export interface PendingListParams {
  /** Only the items of this run. */
  runId?: string | null | undefined;
  /** `nextCursor` of the page before. */
  cursor?: string | null | undefined;
  /** Most items of one page; default 100. */
  limit?: number | null | undefined;
}

/** Result of `pending/list`. @since 0.1.0 */
export interface PendingListResult {
  /** The items, oldest first. */
  pending: PendingItem[];
  /** Present when there is another page. */
  nextCursor?: string | undefined;
}

/** Parameters of `pending/resolve`. @since 0.1.0 */
export interface PendingResolveParams {
  /** The item. */
  pendingId: string;
  /** The result of its method. */
  result?: unknown;
  /** An error in place of a result, as in the error response of the method. */
  error?: PendingResolveParamsError | null | undefined;
}

/** `PendingResolveParams.error`: an object. @since 0.1.0 */
export interface PendingResolveParamsError {
  /** As in an error response. */
  code?: number | undefined;
  /** The message of the error. */
  message: string;
  /** For example the `kind` of the error of a model. */
  data?: unknown;
}

/** Result of `pending/resolve`. @since 0.1.0 */
export interface PendingResolveResult {
  /** The run that continues. */
  runId: string;
}

/** The `DurableEvent` whose `event_kind` is `"pending_resolved"`. @since 0.1.0 */
export interface PendingResolvedEvent {
  /** Kind of the event. */
  event_kind: "pending_resolved";
  /** The item that no longer waits: it was resolved, or its deadline passed. */
  pendingId: string;
}

/** Parameters of `$/progress`. @since 0.1.0 */
export interface ProgressParams {
  /** That of `run/start`, or one the daemon made. */
  token: string | number;
  /** The progress of the run. */
  value: WorkDoneProgress;
}

/** Parameters of `prompt/resolve`. @since 0.1.0 */
export interface PromptResolveParams {
  /** The run that sends it. */
  runId: string;
  /** Number of the model request it is at; 0 before the first. */
  runStep: number;
  /** Id of this callback, unique in the daemon. */
  pendingId: string;
  /** Milliseconds until the daemon gives up. */
  deadlineMs?: number | undefined;
  /** `deps` of the run. */
  deps?: unknown;
  /** Name from the specification. */
  ref: string;
  /** What it is for. */
  kind: "instructions" | "systemPrompt";
}

/** Result of `prompt/resolve`. @since 0.1.0 */
export interface PromptResolveResult {
  /** The prompt; null: left out. */
  text: string | null;
}

/** One prompt, or a list of prompts and of references that the host resolves. @since 0.1.0 */
export type PromptsInput = string | (string | PromptsItemInput)[];

/** `PromptsInput[]`: an object. @since 0.1.0 */
export interface PromptsItemInput {
  /** Name given back in `prompt/resolve`. */
  ref: string;
  /** Resolve it again for every run that uses the history (system prompts). */
  dynamic?: boolean | null | undefined;
}

/** Results of deferred calls as an event carries them, in Pydantic AI's own JSON. @since 0.1.0 */
export interface RecordedToolResults {
  /** Results of external tools. */
  calls: Record<string, unknown>;
  /** Decisions on approvals. */
  approvals: Record<string, boolean | RecordedToolResultsApprovalsValueToolApproved | RecordedToolResultsApprovalsValueToolDenied>;
  /** Handed to approved tools, by the id of the call. */
  metadata: Record<string, unknown>;
  /** Who resolved it, by the id of the call. */
  answered_by: Record<string, string>;
}

/** The `RecordedToolResults.approvals{}` whose `kind` is `"tool-approved"`. @since 0.1.0 */
export interface RecordedToolResultsApprovalsValueToolApproved {
  /** Arguments instead of those of the model. */
  override_args: Record<string, unknown> | null;
  /** Always `"tool-approved"`. */
  kind: "tool-approved";
}

/** The `RecordedToolResults.approvals{}` whose `kind` is `"tool-denied"`. @since 0.1.0 */
export interface RecordedToolResultsApprovalsValueToolDenied {
  /** Why, for the model. */
  message: string;
  /** Always `"tool-denied"`. */
  kind: "tool-denied";
}

/** The history of a `model/request`, for a host that keeps histories (`historyDeltas`). @since 0.1.0 */
export interface RequestHistory {
  /** Stands for the whole history of this request: equal histories have the same. */
  digest: string;
  /** What comes before `messages`; absent: nothing. */
  base?: RequestHistoryBase | undefined;
}

/** `RequestHistory.base`: What comes before `messages`; absent: nothing. @since 0.1.0 */
export interface RequestHistoryBase {
  /** `digest` of an earlier request of the run for the same model. */
  digest: string;
  /** How many of its messages come before `messages`. */
  count: number;
}

/** The tokens of one model request, as stored on a response. `input_tokens` includes cache reads and writes. Unknown keys are kept and added up. @since 0.1.0 */
export interface RequestUsage {
  /** Tokens of the prompt, cache reads and writes included. */
  input_tokens: number;
  /** Tokens written to the cache. */
  cache_write_tokens: number;
  /** Those of them that are kept for an hour. */
  cache_write_1h_tokens: number;
  /** Tokens read from the cache. */
  cache_read_tokens: number;
  /** Tokens of the response, thinking included. */
  output_tokens: number;
  /** Requests whose answer came without usage, so that the counts are lower bounds; absent when there are none. */
  unmeasured_requests?: number | undefined;
  /** Those of them that were spent on thinking. */
  output_reasoning_tokens: number;
  /** Audio tokens of the prompt. */
  input_audio_tokens: number;
  /** Audio tokens read from the cache. */
  cache_audio_read_tokens: number;
  /** Audio tokens of the response. */
  output_audio_tokens: number;
  /** Audio that is billed by its length, in seconds. */
  audio_seconds: number;
  /** Further counts by name, as the provider reports them. */
  details: Record<string, number>;
  /** Cost in US dollars as a decimal string; null when no price is known. */
  cost: string | number | null;
  /** Any other field. */
  [other: string]: unknown;
}

/** The tokens of one model request, as stored on a response. `input_tokens` includes cache reads and writes. Unknown keys are kept and added up. @since 0.1.0 */
export interface RequestUsageInput {
  /** Tokens of the prompt, cache reads and writes included. */
  input_tokens?: number | undefined;
  /** Tokens written to the cache. */
  cache_write_tokens?: number | undefined;
  /** Those of them that are kept for an hour. */
  cache_write_1h_tokens?: number | undefined;
  /** Tokens read from the cache. */
  cache_read_tokens?: number | undefined;
  /** Tokens of the response, thinking included. */
  output_tokens?: number | undefined;
  /** Requests whose answer came without usage, so that the counts are lower bounds; absent when there are none. */
  unmeasured_requests?: number | undefined;
  /** Those of them that were spent on thinking. */
  output_reasoning_tokens?: number | undefined;
  /** Audio tokens of the prompt. */
  input_audio_tokens?: number | undefined;
  /** Audio tokens read from the cache. */
  cache_audio_read_tokens?: number | undefined;
  /** Audio tokens of the response. */
  output_audio_tokens?: number | undefined;
  /** Audio that is billed by its length, in seconds. */
  audio_seconds?: number | undefined;
  /** Further counts by name, as the provider reports them. */
  details?: Record<string, number> | undefined;
  /** Cost in US dollars as a decimal string; null when no price is known. */
  cost?: string | number | null | undefined;
  /** Any other field. */
  [other: string]: unknown;
}

/** The number of retries allowed: one for both, or one for tools and one for outputs. @since 0.1.0 */
export type RetriesInput = number | RetriesObjectInput;

/** The `RetriesInput` that is an object. @since 0.1.0 */
export interface RetriesObjectInput {
  /** Failures in a row of one tool that are allowed. */
  tools?: number | null | undefined;
  /** Failures of the output that are allowed. */
  output?: number | null | undefined;
}

/** Why a response could not be used. @since 0.1.0 */
export interface RetryFeedbackInfo {
  /** What made the response unusable. */
  cause: "validation_error" | "no_output" | "model_retry";
  /** Which retry this is, counted from 1; null when it was not charged or is not known. */
  attempt: number | null;
  /** How many retries were allowed; null when `attempt` is. */
  max_retries: number | null;
}

/** Why a response could not be used. @since 0.1.0 */
export interface RetryFeedbackInfoInput {
  /** What made the response unusable. */
  cause: "validation_error" | "no_output" | "model_retry";
  /** Which retry this is, counted from 1; null when it was not charged or is not known. */
  attempt?: number | null | undefined;
  /** How many retries were allowed; null when `attempt` is. */
  max_retries?: number | null | undefined;
}

/** Feedback about a response that could not be used and that holds no call to respond to. @since 0.1.0 */
export interface RetryFeedbackPart {
  /** A sentence, or a list of validation errors. */
  content: string | ErrorDetails[];
  /** Why, and which output retry this is. */
  retry: RetryFeedbackInfo;
  /** RFC 3339 time; UTC as `Z`, six fractional digits or none. */
  timestamp: string;
  /** Kind of the part. */
  part_kind: "retry-feedback";
}

/** Feedback about a response that could not be used and that holds no call to respond to. @since 0.1.0 */
export interface RetryFeedbackPartInput {
  /** A sentence, or a list of validation errors. */
  content: string | ErrorDetailsInput[];
  /** Why, and which output retry this is. */
  retry: RetryFeedbackInfoInput;
  /** RFC 3339 time; UTC as `Z`, six fractional digits or none. */
  timestamp?: string | undefined;
  /** Kind of the part. */
  part_kind: "retry-feedback";
}

/** The form in which Pydantic AI wrote a retry before 2.60. It is always read and never written: one that names a tool becomes a tool return with the outcome `retried`, any other becomes retry feedback. @since 0.1.0 */
export interface RetryPromptPartInput {
  /** A sentence, or a list of validation errors. */
  content: string | ErrorDetailsInput[];
  /** The tool whose call is refused; null for plain feedback. */
  tool_name?: string | null | undefined;
  /** Pairs a tool call with its return; filled in when absent or null. */
  tool_call_id?: string | null | undefined;
  /** RFC 3339 time; UTC as `Z`, six fractional digits or none. */
  timestamp?: string | undefined;
  /** Kind of the part. */
  part_kind: "retry-prompt";
}

/** Result of `rpc/discover`. @since 0.1.0 */
export interface RpcDiscoverResult {
  /** The version described. */
  protocolVersion: number;
  /** Any other field. */
  [other: string]: unknown;
}

/** Parameters of `run/attach`. @since 0.1.0 */
export interface RunAttachParams {
  /** The run. */
  runId: string;
}

/** Result of `run/attach`. @since 0.1.0 */
export interface RunAttachResult {
  /** The run. */
  runId: string;
  /** The state of the run; `waiting`: it waits for humans, and takes no slot until they have responded. */
  state: "queued" | "running" | "waiting" | "interrupted" | "finished";
  /** `seq` of the last event that is not sent again; `run/events` has those up to it. */
  lastSeq: number;
}

/** Parameters of `run/cancel`. @since 0.1.0 */
export interface RunCancelParams {
  /** The run. */
  runId: string;
  /** Why, for the result and the log. */
  reason?: string | null | undefined;
}

/** Result of `run/cancel`. @since 0.1.0 */
export interface RunCancelResult {
  /** The state of the run; `waiting`: it waits for humans, and takes no slot until they have responded. */
  state: "queued" | "running" | "waiting" | "interrupted" | "finished";
  /** False when the run was over already. */
  accepted: boolean;
}

/** A delta of a run. @since 0.1.0 */
export interface RunDelta {
  /** The run. */
  runId: string;
  /** `seq` of the event it follows. */
  afterSeq: number;
  /** Counts the deltas of the run from 1. */
  n: number;
  /** What to show. */
  event: DeltaEvent;
}

/** What `run/list` says of a run with `detail`. @since 0.1.0 */
export interface RunDetail {
  /** The model that was requested. */
  model: string;
  /** The beginning of its prompt, at most 200 characters; absent without text. */
  prompt?: string | undefined;
  /** The run whose tool started it. */
  parentRunId?: string | undefined;
  /** From start to finish, in milliseconds; absent until it has ended. */
  durationMs?: number | undefined;
  /** Its usage; absent while another process drives it or nobody does. */
  usage?: RunUsage | undefined;
  /** Kind of the error that ended it. */
  errorKind?: string | undefined;
}

/** The error of a run that failed or was cancelled, in the shape of a JSON-RPC error. @since 0.1.0 */
export interface RunError {
  /** Number of the kind. */
  code: number;
  /** The error as a sentence that is clear by itself. */
  message: string;
  /** The kind and its details. */
  data: RunErrorData;
}

/** `RunError.data`: The kind and its details. @since 0.1.0 */
export interface RunErrorData {
  /** The kind of error, for programs to branch on. */
  kind: ErrorKind | (string & {});
  /** The error that caused it, for example the last retry. */
  cause?: RunErrorDataCause | undefined;
  /** The limit that was reached, for example `request_limit`. */
  limit?: string | undefined;
  /** What the limit allows; a decimal string for a cost. */
  max?: number | string | undefined;
  /** What it would have come to; a decimal string for a cost. */
  value?: number | string | undefined;
  /** The provider that failed. */
  provider?: string | undefined;
  /** The model of the attempt. */
  model?: string | undefined;
  /** HTTP status of its answer. */
  status?: number | undefined;
  /** Whether the same request may work later. */
  retryable?: boolean | undefined;
  /** When, in milliseconds, as the provider says. */
  retryAfterMs?: number | undefined;
  /** The provider's id of the request. */
  requestId?: string | undefined;
  /** The body of the provider's response, or the request. */
  body?: unknown;
  /** The variable that should hold the key. */
  envVar?: string | undefined;
  /** The callback that failed. */
  method?: string | undefined;
  /** The tool, function or model it was for. */
  name?: string | undefined;
  /** The deadline that passed, in milliseconds. */
  timeoutMs?: number | undefined;
  /** The errors of all models that were tried. */
  errors?: unknown[] | undefined;
  /** Any other field. */
  [other: string]: unknown;
}

/** `RunError.data.cause`: The error that caused it, for example the last retry. @since 0.1.0 */
export interface RunErrorDataCause {
  /** Kind of that error. */
  kind: string;
  /** Its message. */
  message: string;
}

/** Parameters of `run/event`. @since 0.1.0 */
export interface RunEventParams {
  /** The run. */
  runId: string;
  /** Counts from 1 without gaps. */
  seq: number;
  /** What happened. */
  event: DurableEvent;
}

/** Parameters of `run/events`. @since 0.1.0 */
export interface RunEventsParams {
  /** The run. */
  runId: string;
  /** The last `seq` that is known; 0: from the first. */
  afterSeq?: number | undefined;
  /** The maximum number of events returned. */
  limit?: number | null | undefined;
  /** How long to wait for the next event when there is none yet, in milliseconds. */
  waitMs?: number | null | undefined;
}

/** Result of `run/events`. @since 0.1.0 */
export interface RunEventsResult {
  /** The events as `run/event` sent them, in order; continue after the last one. */
  events: RunEventsResultEventsItem[];
  /** `seq` of the last event of the run; the page may end before it. */
  lastSeq: number;
  /** Whether the run is over, so that this is final. */
  complete: boolean;
  /** Present when events after `afterSeq` are no longer kept, or never were: the run as it stands at `lastSeq`, in place of all events. Go on after that number. */
  snapshot?: RunSnapshot | undefined;
}

/** `RunEventsResult.events[]`: an object. @since 0.1.0 */
export interface RunEventsResultEventsItem {
  /** The run. */
  runId: string;
  /** Counts from 1 without gaps. */
  seq: number;
  /** What happened. */
  event: DurableEvent;
}

/** The `DurableEvent` whose `event_kind` is `"run_finished"`. @since 0.1.0 */
export interface RunFinishedEvent {
  /** Kind of the event. */
  event_kind: "run_finished";
  /** The result without its messages. */
  result: RunResult;
}

/** Parameters of `run/get`. @since 0.1.0 */
export interface RunGetParams {
  /** The run. */
  runId: string;
}

/** Parameters of `run/list`. @since 0.1.0 */
export interface RunListParams {
  /** `nextCursor` of the page before. */
  cursor?: string | null | undefined;
  /** Most runs of one page; default 100. */
  limit?: number | null | undefined;
  /** Only runs in this state. */
  state?: "queued" | "running" | "waiting" | "interrupted" | "finished" | null | undefined;
  /** Only runs that ended so. */
  outcome?: "success" | "deferred" | "cancelled" | "failed" | null | undefined;
  /** Only runs of this conversation. */
  conversationId?: string | null | undefined;
  /** Also describe each run: its model, prompt, usage and end. */
  detail?: boolean | null | undefined;
}

/** Result of `run/list`. @since 0.1.0 */
export interface RunListResult {
  /** Newest first. */
  runs: RunListResultRunsItem[];
  /** Present when there is another page. */
  nextCursor?: string | undefined;
}

/** `RunListResult.runs[]`: an object. @since 0.1.0 */
export interface RunListResultRunsItem {
  /** The run. */
  runId: string;
  /** The state of the run; `waiting`: it waits for humans, and takes no slot until they have responded. */
  state: "queued" | "running" | "waiting" | "interrupted" | "finished";
  /** How it ended. */
  outcome?: "success" | "deferred" | "cancelled" | "failed" | undefined;
  /** Name of the agent. */
  agent?: string | undefined;
  /** Its conversation. */
  conversationId: string;
  /** RFC 3339. */
  startedAt: string;
  /** More of it, when that was requested. */
  detail?: RunDetail | undefined;
}

/** Parameters of `run/messages`. @since 0.1.0 */
export interface RunMessagesParams {
  /** The run. */
  runId: string;
  /** Replaces the content of the output tool's return in a copy of the last message. */
  outputToolReturnContent?: string | null | undefined;
  /** Older name of `outputToolReturnContent`. */
  resultToolReturnContent?: string | null | undefined;
  /** `json`: one string, as Pydantic AI would write it. */
  format?: "objects" | "json" | null | undefined;
  /** `nextCursor` of the page before. */
  cursor?: string | null | undefined;
  /** Most messages of one page. */
  limit?: number | null | undefined;
}

/** Result of `run/messages`. @since 0.1.0 */
export interface RunMessagesResult {
  /** The messages, oldest first. */
  messages?: (ModelRequest | ModelResponse)[] | undefined;
  /** The same as JSON text, with `format: json`. */
  json?: string | undefined;
  /** Index, in the whole list, of the first message of this run. */
  newMessageIndex: number;
  /** Number of messages in all pages. */
  total: number;
  /** Whether the run is over, so that this is final. */
  complete: boolean;
  /** Present when there is another page. */
  nextCursor?: string | undefined;
}

/** Parameters of `run/newMessages`. @since 0.1.0 */
export interface RunNewMessagesParams {
  /** The run. */
  runId: string;
  /** Replaces the content of the output tool's return in a copy of the last message. */
  outputToolReturnContent?: string | null | undefined;
  /** Older name of `outputToolReturnContent`. */
  resultToolReturnContent?: string | null | undefined;
  /** `json`: one string, as Pydantic AI would write it. */
  format?: "objects" | "json" | null | undefined;
  /** `nextCursor` of the page before. */
  cursor?: string | null | undefined;
  /** Most messages of one page. */
  limit?: number | null | undefined;
}

/** Result of `run/newMessages`. @since 0.1.0 */
export interface RunNewMessagesResult {
  /** The messages, oldest first. */
  messages?: (ModelRequest | ModelResponse)[] | undefined;
  /** The same as JSON text, with `format: json`. */
  json?: string | undefined;
  /** Index, in the whole list, of the first message of this run. */
  newMessageIndex: number;
  /** Number of messages in all pages. */
  total: number;
  /** Whether the run is over, so that this is final. */
  complete: boolean;
  /** Present when there is another page. */
  nextCursor?: string | undefined;
}

/** Parameters of `run/release`. @since 0.1.0 */
export interface RunReleaseParams {
  /** The run. */
  runId: string;
}

/** Result of `run/release`. @since 0.1.0 */
export interface RunReleaseResult {
  /** False when it was unknown or forgotten already. */
  released: boolean;
}

/** How a run ended. `output` is present on success only; a null output is a value. @since 0.1.0 */
export interface RunResult {
  /** The run; also `run_id` of its messages. */
  runId: string;
  /** Its conversation. */
  conversationId: string;
  /** How it ended. */
  outcome: "success" | "deferred" | "cancelled" | "failed";
  /** The output. */
  output?: unknown;
  /** The output tool that produced it; absent for an output from text. */
  outputToolName?: string | undefined;
  /** Name of the alternative it belongs to. */
  outputName?: string | undefined;
  /** The calls it leaves to others, when it is deferred. */
  deferred?: DeferredToolRequests | undefined;
  /** Why it failed or was cancelled. */
  error?: RunError | undefined;
  /** The usage of the run. */
  usage: RunUsage;
  /** Index of its first own message. */
  newMessageIndex: number;
  /** Number of messages. */
  messageCount: number;
  /** Models. */
  model: RunResultModel;
  /** When. */
  timing: RunResultTiming;
  /** `seq` of its `run_finished`. */
  lastSeq: number;
  /** The metadata it was started with. */
  metadata?: Record<string, unknown> | undefined;
  /** All messages, when `include` has `messages`. */
  messages?: (ModelRequest | ModelResponse)[] | undefined;
  /** The messages of this run, when `include` has `newMessages`. */
  newMessages?: (ModelRequest | ModelResponse)[] | undefined;
}

/** `RunResult.model`: Models. @since 0.1.0 */
export interface RunResultModel {
  /** The model that was requested. */
  requested: string;
  /** The model that responded last, as the provider names it. */
  served?: string | undefined;
}

/** `RunResult.timing`: When. @since 0.1.0 */
export interface RunResultTiming {
  /** RFC 3339. */
  startedAt: string;
  /** RFC 3339. */
  finishedAt: string;
  /** From start to finish, in milliseconds. */
  durationMs: number;
}

/** Parameters of `run/resume`. @since 0.1.0 */
export interface RunResumeParamsInput {
  /** The run. */
  runId: string;
  /** Respond with the result when the run has ended, instead of at once; cancelling the request cancels the run. */
  wait?: boolean | null | undefined;
  /** Messages to put into the result. */
  include?: ("messages" | "newMessages")[] | null | undefined;
  /** How streamed parts are shown. */
  deltas?: "coalesced" | "all" | "none" | null | undefined;
  /** How long deltas may be held back to be merged. */
  maxLatencyMs?: number | null | undefined;
  /** LSP's progress token: `$/progress` reports the progress of the run. */
  workDoneToken?: string | number | null | undefined;
  /** Callbacks that the client serves for this run, beside those it named in `initialize`. */
  callbacks?: string[] | null | undefined;
  /** `traceparent` in it, as W3C Trace Context writes it: the span the run belongs to. The rest is ignored. */
  _meta?: unknown;
  /** Replaces the `deps` of the run. */
  deps?: unknown;
  /** Results for a run that ended `deferred`: it goes on in another run of its conversation. */
  deferredToolResults?: DeferredToolResultsInput | null | undefined;
}

/** The state of a run at an instant. @since 0.1.0 */
export interface RunSnapshot {
  /** The run. */
  runId: string;
  /** The state of the run; `waiting`: it waits for humans, and takes no slot until they have responded. */
  state: "queued" | "running" | "waiting" | "interrupted" | "finished";
  /** Name of the agent. */
  agent?: string | undefined;
  /** Number of the model request it is at, from 1. */
  runStep: number;
  /** The response that is coming: its parts so far, `state` is `incomplete`. Not among the messages yet. */
  response?: ModelResponse | undefined;
  /** What it waits for, as in `pending/list`. */
  pending: PendingItem[];
  /** The usage so far. */
  usage: RunUsage;
  /** Number of messages. */
  messageCount: number;
  /** `seq` of its last event. */
  lastSeq: number;
  /** `n` of the last `run/delta` that `response` holds; one with a higher number is still to be added. */
  lastDelta: number;
  /** Present when it is finished. */
  result?: RunResult | undefined;
}

/** Parameters of `run/start`: the run, and how it is followed. @since 0.1.0 */
export interface RunStartParamsInput {
  /** Name of the agent. */
  name?: string | null | undefined;
  /** The model; default: the embedded `test` model, with a warning. */
  model?: ModelSpecInput | null | undefined;
  /** Settings of every model request. */
  modelSettings?: ModelSettingsInput | null | undefined;
  /** Sent with every request, never part of the history of a later run. */
  instructions?: PromptsInput | null | undefined;
  /** Begins a new conversation. */
  systemPrompt?: PromptsInput | null | undefined;
  /** Function tools, served by the host. */
  tools?: ToolSpecInput[] | null | undefined;
  /** MCP servers whose tools the run has, by name; those of a run add to those of its agent, and null takes one away. */
  mcpServers?: Record<string, McpServerInput | null> | null | undefined;
  /** Tools for the folder that the operator of the daemon has opened; refused where there is none. */
  workspace?: WorkspaceSpecInput | null | undefined;
  /** Send `tools/prepare` before every model request. */
  prepareTools?: boolean | null | undefined;
  /** What the run must produce; default text. */
  output?: OutputSpecInput | null | undefined;
  /** Host functions that check the output, in order. */
  outputValidators?: string[] | null | undefined;
  /** Host functions that rewrite the history, in order. */
  historyProcessors?: string[] | null | undefined;
  /** Put the system prompt before a history that has none. */
  reinjectSystemPrompt?: boolean | null | undefined;
  /** Failures in a row that are allowed; default 1. */
  retries?: RetriesInput | null | undefined;
  /** What happens to other calls beside an output; default `graceful`. */
  endStrategy?: "graceful" | "early" | "exhaustive" | null | undefined;
  /** Bounds of the run. */
  usageLimits?: UsageLimitsInput | null | undefined;
  /** Deadline of tools that have none of their own. */
  toolTimeoutMs?: number | null | undefined;
  /** What happens to calls of external tools and to approvals; default `end`. */
  deferred?: "end" | "handle" | "wait" | null | undefined;
  /** Refuse a schema of which some part cannot be checked (a remote `$ref`, a pattern that needs backtracking); by default a warning says which. */
  strictSchemas?: boolean | null | undefined;
  /** Id of the run, chosen by the host; default a UUIDv7. */
  runId?: string | null | undefined;
  /** A registered agent that the other fields add to. */
  agent?: string | null | undefined;
  /** The message of the user. */
  prompt?: string | UserContentInput[] | null | undefined;
  /** Earlier messages, oldest first, or the run that has them. */
  messageHistory?: (ModelRequestInput | ModelResponseInput)[] | RunStartParamsMessageHistoryInput | null | undefined;
  /** What to do with open calls of a given history when there is a prompt; default `refuse`. */
  openToolCalls?: "refuse" | "close" | null | undefined;
  /** What to do with messages, parts and contents of a given history whose kind is unknown here: `refuse` it (default), or `carry` them, so that they stay in the history and are not shown to the model. */
  unknownParts?: "refuse" | "carry" | null | undefined;
  /** Results of the deferred calls that the history ends in. */
  deferredToolResults?: DeferredToolResultsInput | null | undefined;
  /** Usage so far, counted on and checked against the limits. */
  usage?: RunUsageInput | null | undefined;
  /** Data handed to every callback of the run. */
  deps?: unknown;
  /** Label of the conversation; `new` starts another one. */
  conversationId?: string | null | undefined;
  /** Data given back in the result. */
  metadata?: Record<string, unknown> | null | undefined;
  /** Whether the model's streaming interface is used. */
  stream?: boolean | null | undefined;
  /** Deadline of the run. */
  timeoutMs?: number | null | undefined;
  /** Most tool calls that run at once. */
  maxToolConcurrency?: number | null | undefined;
  /** Respond with the result when the run has ended, instead of at once; cancelling the request cancels the run. */
  wait?: boolean | null | undefined;
  /** Messages to put into the result. */
  include?: ("messages" | "newMessages")[] | null | undefined;
  /** How streamed parts are shown. */
  deltas?: "coalesced" | "all" | "none" | null | undefined;
  /** How long deltas may be held back to be merged. */
  maxLatencyMs?: number | null | undefined;
  /** What happens while another run of the conversation has not ended; `queue`, the default: the request is answered when this one has begun. Only with a store. */
  onBusy?: "queue" | "refuse" | null | undefined;
  /** The queue whose workers run it; absent: this daemon. Only with `--executor dbos`, and for a run that needs no callback. */
  queue?: string | null | undefined;
  /** Its place in the queue: lower goes first; 0 for somebody who waits, the default; 10 for a batch. */
  priority?: number | null | undefined;
  /** Whose run it is: workers take those of each tenant in turn. A gateway knows that from the token. */
  tenant?: string | null | undefined;
  /** The run whose tool starts this one. */
  parentRunId?: string | null | undefined;
  /** LSP's progress token: `$/progress` reports the progress of the run. */
  workDoneToken?: string | number | null | undefined;
  /** Callbacks that the client serves for this run, beside those it named in `initialize`. */
  callbacks?: string[] | null | undefined;
  /** LSP's, ignored. */
  partialResultToken?: string | number | null | undefined;
  /** `traceparent` in it, as W3C Trace Context writes it: the span the run belongs to. The rest is ignored. */
  _meta?: unknown;
}

/** `RunStartParamsInput.messageHistory`: an object. @since 0.1.0 */
export interface RunStartParamsMessageHistoryInput {
  /** A run whose messages are the history. */
  runId: string;
}

/** The acknowledgement of a started run. @since 0.1.0 */
export interface RunStarted {
  /** The run. */
  runId: string;
  /** The state of the run; `waiting`: it waits for humans, and takes no slot until they have responded. */
  state: "queued" | "running" | "waiting" | "interrupted" | "finished";
  /** RFC 3339. */
  startedAt: string;
}

/** The `DurableEvent` whose `event_kind` is `"run_started"`. @since 0.1.0 */
export interface RunStartedEvent {
  /** Kind of the event. */
  event_kind: "run_started";
  /** The run. */
  runId: string;
  /** Its conversation. */
  conversationId: string;
  /** Name of the agent. */
  agent: string | null;
  /** The model that was requested. */
  model: string;
  /** When it started, RFC 3339. */
  startedAt: string;
}

/** Parameters of `run/steer`. @since 0.1.0 */
export interface RunSteerParams {
  /** The run. */
  runId: string;
  /** The message of the user. */
  content: string | UserContentInput[];
  /** With the next model request, or when the run would end otherwise. */
  when?: "asap" | "whenIdle" | undefined;
  /** Id of the tool call that says it while it runs: with `asap` the content stands right after the result of that call. */
  toolCallId?: string | undefined;
}

/** Result of `run/steer`. @since 0.1.0 */
export interface RunSteerResult {
  /** False when the run was over already. */
  accepted: boolean;
  /** The state of the run; `waiting`: it waits for humans, and takes no slot until they have responded. */
  state: "queued" | "running" | "waiting" | "interrupted" | "finished";
}

/** The usage of a run. `total_tokens` is computed on output and ignored on input, so that a usage that was returned can be given to the next run. @since 0.1.0 */
export interface RunUsage {
  /** Model requests that got a response. */
  requests: number;
  /** Function tools that returned successfully. */
  tool_calls: number;
  /** Tokens of all prompts. */
  input_tokens: number;
  /** Tokens of all responses. */
  output_tokens: number;
  /** Tokens read from the cache. */
  cache_read_tokens: number;
  /** Tokens written to the cache. */
  cache_write_tokens: number;
  /** Those of them that are kept for an hour. */
  cache_write_1h_tokens: number;
  /** Requests whose answer came without usage, so that the counts are lower bounds; absent when there are none. */
  unmeasured_requests?: number | undefined;
  /** Output tokens that were spent on thinking. */
  output_reasoning_tokens: number;
  /** Audio tokens of the prompts. */
  input_audio_tokens: number;
  /** Audio tokens read from the cache. */
  cache_audio_read_tokens: number;
  /** Audio tokens of the responses. */
  output_audio_tokens: number;
  /** Audio that is billed by its length, in seconds. */
  audio_seconds: number;
  /** Further counts by name, as the provider reports them. */
  details: Record<string, number>;
  /** Cost in US dollars as a decimal string; null when no price is known. */
  cost: string | number | null;
  /** Input and output together; computed, ignored on input. */
  total_tokens?: number | undefined;
  /** Any other field. */
  [other: string]: unknown;
}

/** The usage of a run. `total_tokens` is computed on output and ignored on input, so that a usage that was returned can be given to the next run. @since 0.1.0 */
export interface RunUsageInput {
  /** Model requests that got a response. */
  requests?: number | undefined;
  /** Function tools that returned successfully. */
  tool_calls?: number | undefined;
  /** Tokens of all prompts. */
  input_tokens?: number | undefined;
  /** Tokens of all responses. */
  output_tokens?: number | undefined;
  /** Tokens read from the cache. */
  cache_read_tokens?: number | undefined;
  /** Tokens written to the cache. */
  cache_write_tokens?: number | undefined;
  /** Those of them that are kept for an hour. */
  cache_write_1h_tokens?: number | undefined;
  /** Requests whose answer came without usage, so that the counts are lower bounds; absent when there are none. */
  unmeasured_requests?: number | undefined;
  /** Output tokens that were spent on thinking. */
  output_reasoning_tokens?: number | undefined;
  /** Audio tokens of the prompts. */
  input_audio_tokens?: number | undefined;
  /** Audio tokens read from the cache. */
  cache_audio_read_tokens?: number | undefined;
  /** Audio tokens of the responses. */
  output_audio_tokens?: number | undefined;
  /** Audio that is billed by its length, in seconds. */
  audio_seconds?: number | undefined;
  /** Further counts by name, as the provider reports them. */
  details?: Record<string, number> | undefined;
  /** Cost in US dollars as a decimal string; null when no price is known. */
  cost?: string | number | null | undefined;
  /** Input and output together; computed, ignored on input. */
  total_tokens?: number | undefined;
  /** Any other field. */
  [other: string]: unknown;
}

/** Parameters of `run/usage`. @since 0.1.0 */
export interface RunUsageParams {
  /** The run. */
  runId: string;
  /** Also list the usage of each request. */
  detail?: boolean | null | undefined;
}

/** Result of `run/usage`. @since 0.1.0 */
export interface RunUsageResult {
  /** The usage so far. */
  usage: RunUsage;
  /** One entry for each response of the run, with `detail`. */
  requests?: RequestUsage[] | undefined;
  /** Whether the run is over, so that this is final. */
  complete: boolean;
}

/** Parameters of `run/wait`. @since 0.1.0 */
export interface RunWaitParams {
  /** The run. */
  runId: string;
  /** How long to wait, in milliseconds. */
  timeoutMs?: number | null | undefined;
  /** Messages to put into the result. */
  include?: ("messages" | "newMessages")[] | null | undefined;
}

/** Parameters of `secret/get`. @since 0.1.0 */
export interface SecretGetParams {
  /** The run that sends it. */
  runId: string;
  /** Number of the model request it is at; 0 before the first. */
  runStep: number;
  /** Id of this callback, unique in the daemon. */
  pendingId: string;
  /** Milliseconds until the daemon gives up. */
  deadlineMs?: number | undefined;
  /** `deps` of the run. */
  deps?: unknown;
  /** The environment variable that lacks it, or the NAME of a header. */
  name: string;
  /** Name of the provider it is sent to. */
  provider: string;
  /** True when the provider may be used without it, so that null is a valid result. */
  optional?: boolean | undefined;
  /** The address it is sent to, when that is not the provider's own. */
  baseUrl?: string | undefined;
}

/** How much `$/logTrace` reports about the messages of the connection. @since 0.1.0 */
export interface SetTraceParamsInput {
  /** `verbose` shows parameters too. */
  value: "off" | "messages" | "verbose";
}

/** Spoken content of a realtime session. @since 0.1.0 */
export interface SpeechPart {
  /** The speaker. */
  speaker: "user" | "assistant";
  /** The transcript. */
  transcript: string | null;
  /** The recording. */
  audio: BinaryContent | null;
  /** Where playback stopped, in milliseconds. */
  interrupted_at_ms: number | null;
  /** The time of each word. */
  timestamps: SpeechPartTimestampsItem[] | null;
  /** The provider's id of the part. */
  id: string | null;
  /** The provider of the part. */
  provider_name: string | null;
  /** What else the provider needs to get the part back. */
  provider_details: Record<string, unknown> | null;
  /** Kind of the part. */
  part_kind: "speech";
}

/** Spoken content of a realtime session. @since 0.1.0 */
export interface SpeechPartInput {
  /** The speaker. */
  speaker: "user" | "assistant";
  /** The transcript. */
  transcript?: string | null | undefined;
  /** The recording. */
  audio?: BinaryContentInput | null | undefined;
  /** Where playback stopped, in milliseconds. */
  interrupted_at_ms?: number | null | undefined;
  /** The time of each word. */
  timestamps?: SpeechPartTimestampsItemInput[] | null | undefined;
  /** The provider's id of the part. */
  id?: string | null | undefined;
  /** The provider of the part. */
  provider_name?: string | null | undefined;
  /** What else the provider needs to get the part back. */
  provider_details?: Record<string, unknown> | null | undefined;
  /** Kind of the part. */
  part_kind: "speech";
}

/** `SpeechPart.timestamps[]`: an object. @since 0.1.0 */
export interface SpeechPartTimestampsItem {
  /** The words. */
  text: string;
  /** Where they begin, in milliseconds. */
  start_ms: number;
  /** How long they take, in milliseconds. */
  duration_ms: number | null;
  /** The unit of an entry. */
  granularity: string;
}

/** `SpeechPartInput.timestamps[]`: an object. @since 0.1.0 */
export interface SpeechPartTimestampsItemInput {
  /** The words. */
  text: string;
  /** Where they begin, in milliseconds. */
  start_ms: number;
  /** How long they take, in milliseconds. */
  duration_ms?: number | null | undefined;
  /** The unit of an entry. */
  granularity?: string | undefined;
}

/** A value that is shown to the model as JSON text. @since 0.1.0 */
export interface StructuredContent {
  /** The text shown to the model. */
  content: string;
  /** Data for the program, never sent to the model. */
  metadata: unknown;
  /** Kind of the content. */
  kind: "structured-content";
  /** The value itself. */
  value: unknown;
  /** Name of the element that frames it. */
  tag: string | null;
  /** What the value is, for the program. */
  description: string | null;
}

/** A value that is shown to the model as JSON text. @since 0.1.0 */
export interface StructuredContentInput {
  /** The text shown to the model. */
  content: string;
  /** Data for the program, never sent to the model. */
  metadata?: unknown;
  /** Kind of the content. */
  kind: "structured-content";
  /** The value itself. */
  value: unknown;
  /** Name of the element that frames it. */
  tag?: string | null | undefined;
  /** What the value is, for the program. */
  description?: string | null | undefined;
}

/** Instructions that are part of the history. @since 0.1.0 */
export interface SystemPromptPart {
  /** The prompt. */
  content: string;
  /** RFC 3339 time; UTC as `Z`, six fractional digits or none. */
  timestamp: string;
  /** Name of the prompt source that is resolved again when the history is used again. */
  dynamic_ref: string | null;
  /** The context element it renders, for upstream versions that append changes. */
  context_id: string | null;
  /** `request`: shown only in the current request. */
  scope: "conversation" | "request";
  /** Data for the program, never sent to the model. */
  metadata: Record<string, unknown> | null;
  /** Kind of the part. */
  part_kind: "system-prompt";
}

/** Instructions that are part of the history. @since 0.1.0 */
export interface SystemPromptPartInput {
  /** The prompt. */
  content: string;
  /** RFC 3339 time; UTC as `Z`, six fractional digits or none. */
  timestamp?: string | undefined;
  /** Name of the prompt source that is resolved again when the history is used again. */
  dynamic_ref?: string | null | undefined;
  /** The context element it renders, for upstream versions that append changes. */
  context_id?: string | null | undefined;
  /** `request`: shown only in the current request. */
  scope?: "conversation" | "request" | undefined;
  /** Data for the program, never sent to the model. */
  metadata?: Record<string, unknown> | null | undefined;
  /** Kind of the part. */
  part_kind: "system-prompt";
}

/** Text with metadata that is not shown to the model. @since 0.1.0 */
export interface TextContent {
  /** The text. */
  content: string;
  /** Data for the program, never sent to the model. */
  metadata: unknown;
  /** Kind of the content. */
  kind: "text-content";
}

/** Text with metadata that is not shown to the model. @since 0.1.0 */
export interface TextContentInput {
  /** The text. */
  content: string;
  /** Data for the program, never sent to the model. */
  metadata?: unknown;
  /** Kind of the content. */
  kind: "text-content";
}

/** The `PartDelta` whose `part_delta_kind` is `"text"`. @since 0.1.0 */
export interface TextDelta {
  /** Further text. */
  content_delta: string;
  /** The provider of the part. */
  provider_name: string | null;
  /** What else the provider needs to get the part back. */
  provider_details: Record<string, unknown> | null;
  /** Further citations. */
  citations_delta: Citation[] | null;
  /** Always `"text"`. */
  part_delta_kind: "text";
}

/** Text of the model. @since 0.1.0 */
export interface TextPart {
  /** The text. */
  content: string;
  /** The provider's id of the part. */
  id: string | null;
  /** The provider of the part. */
  provider_name: string | null;
  /** What else the provider needs to get the part back. */
  provider_details: Record<string, unknown> | null;
  /** Where the text has it from. */
  citations: Citation[] | null;
  /** Kind of the part. */
  part_kind: "text";
}

/** Text of the model. @since 0.1.0 */
export interface TextPartInput {
  /** The text. */
  content: string;
  /** The provider's id of the part. */
  id?: string | null | undefined;
  /** The provider of the part. */
  provider_name?: string | null | undefined;
  /** What else the provider needs to get the part back. */
  provider_details?: Record<string, unknown> | null | undefined;
  /** Where the text has it from. */
  citations?: CitationInput[] | null | undefined;
  /** Kind of the part. */
  part_kind: "text";
}

/** The `PartDelta` whose `part_delta_kind` is `"thinking"`. @since 0.1.0 */
export interface ThinkingDelta {
  /** Further thinking. */
  content_delta: string | null;
  /** Its signature. */
  signature_delta: string | null;
  /** The provider of the part. */
  provider_name: string | null;
  /** What else the provider needs to get the part back. */
  provider_details: Record<string, unknown> | null;
  /** Always `"thinking"`. */
  part_delta_kind: "thinking";
}

/** Thinking of the model. @since 0.1.0 */
export interface ThinkingPart {
  /** The thinking, or its summary. */
  content: string;
  /** The provider's id of the part. */
  id: string | null;
  /** The provider's signature, sent back unchanged. */
  signature: string | null;
  /** The provider of the part. */
  provider_name: string | null;
  /** What else the provider needs to get the part back. */
  provider_details: Record<string, unknown> | null;
  /** Kind of the part. */
  part_kind: "thinking";
}

/** Thinking of the model. @since 0.1.0 */
export interface ThinkingPartInput {
  /** The thinking, or its summary. */
  content: string;
  /** The provider's id of the part. */
  id?: string | null | undefined;
  /** The provider's signature, sent back unchanged. */
  signature?: string | null | undefined;
  /** The provider of the part. */
  provider_name?: string | null | undefined;
  /** What else the provider needs to get the part back. */
  provider_details?: Record<string, unknown> | null | undefined;
  /** Kind of the part. */
  part_kind: "thinking";
}

/** Tools that became available at this point. @since 0.1.0 */
export interface ToolAvailabilityDeltaPart {
  /** Names of the tools; also read from `added`. */
  tools_added: string[];
  /** The call that revealed them. */
  tool_call_id: string | null;
  /** Kind of the part. */
  part_kind: "tool-availability-delta";
}

/** Tools that became available at this point. @since 0.1.0 */
export interface ToolAvailabilityDeltaPartInput {
  /** Names of the tools; also read from `added`. */
  tools_added?: string[] | undefined;
  /** The call that revealed them. */
  tool_call_id?: string | null | undefined;
  /** Kind of the part. */
  part_kind: "tool-availability-delta";
}

/** The `PartDelta` whose `part_delta_kind` is `"tool_call"`. @since 0.1.0 */
export interface ToolCallDelta {
  /** Further text of the name. */
  tool_name_delta: string | null;
  /** Further JSON text, or keys to merge. */
  args_delta: string | Record<string, unknown> | null;
  /** Id of the call. */
  tool_call_id: string | null;
  /** The provider of the part. */
  provider_name: string | null;
  /** What else the provider needs to get the part back. */
  provider_details: Record<string, unknown> | null;
  /** Always `"tool_call"`. */
  part_delta_kind: "tool_call";
}

/** Parameters of `tool/call`. @since 0.1.0 */
export interface ToolCallParams {
  /** The run that sends it. */
  runId: string;
  /** Number of the model request it is at; 0 before the first. */
  runStep: number;
  /** Id of this callback, unique in the daemon. */
  pendingId: string;
  /** Milliseconds until the daemon gives up. */
  deadlineMs?: number | undefined;
  /** `deps` of the run. */
  deps?: unknown;
  /** Id of the call. */
  toolCallId: string;
  /** Name of the tool. */
  name: string;
  /** Validated arguments, defaults filled in. */
  args: Record<string, unknown>;
  /** The raw JSON, when it holds an integer that JavaScript would round. */
  argsText?: string | undefined;
  /** Failures in a row so far. */
  retry: number;
  /** Failures in a row that are allowed. */
  maxRetries: number;
  /** The same for every delivery of this call. */
  idempotencyKey: string;
  /** Whether the call was approved. */
  approved?: boolean | undefined;
  /** `metadata` of the tool; for an approved call, the metadata of the approval. */
  metadata?: unknown;
  /** Present when the run belongs to a trace: spans of the tool are children of that span. */
  _meta?: ToolCallParamsMeta | undefined;
}

/** `ToolCallParams._meta`: Present when the run belongs to a trace: spans of the tool are children of that span. @since 0.1.0 */
export interface ToolCallParamsMeta {
  /** The span of the call, as W3C Trace Context writes it. */
  traceparent?: string | undefined;
}

/** A call of a tool. @since 0.1.0 */
export interface ToolCallPart {
  /** Name of the tool. */
  tool_name: string;
  /** The arguments as the model gave them: JSON text or an object, kept verbatim. */
  args: string | Record<string, unknown> | null;
  /** Pairs a tool call with its return; filled in when absent or null. */
  tool_call_id: string;
  /** What the tool is, independent of its name; upstream has `tool-search` and others. */
  tool_kind: string | null;
  /** The provider's id of the part. */
  id: string | null;
  /** The provider of the part. */
  provider_name: string | null;
  /** What else the provider needs to get the part back. */
  provider_details: Record<string, unknown> | null;
  /** Kind of the part. */
  part_kind: "tool-call";
}

/** A call of a tool. @since 0.1.0 */
export interface ToolCallPartInput {
  /** Name of the tool. */
  tool_name: string;
  /** The arguments as the model gave them: JSON text or an object, kept verbatim. */
  args?: string | Record<string, unknown> | null | undefined;
  /** Pairs a tool call with its return; filled in when absent or null. */
  tool_call_id?: string | null | undefined;
  /** What the tool is, independent of its name; upstream has `tool-search` and others. */
  tool_kind?: string | null | undefined;
  /** The provider's id of the part. */
  id?: string | null | undefined;
  /** The provider of the part. */
  provider_name?: string | null | undefined;
  /** What else the provider needs to get the part back. */
  provider_details?: Record<string, unknown> | null | undefined;
  /** Kind of the part. */
  part_kind: "tool-call";
}

/** The result of a tool as an object: exactly one of the keys, or none for null content. @since 0.1.0 */
export interface ToolCallResultInput {
  /** The content shown to the model: any JSON value. */
  content?: unknown;
  /** Data for the program, beside `content`. */
  metadata?: unknown;
  /** Content for a user prompt after all tool returns, beside `content`. */
  userContent?: string | UserContentInput[] | null | undefined;
  /** What the tool used itself, added to the run, beside `content`. */
  usage?: RunUsageInput | null | undefined;
  /** Lets the model try again, with this message. */
  retry?: string | undefined;
  /** The tool failed for good, with this message. */
  failed?: string | undefined;
  /** Defers the call: its result comes from outside the run. Data about it, or null. */
  deferred?: Record<string, unknown> | null | undefined;
  /** The call needs an approval; data about it, or null. */
  approvalRequired?: Record<string, unknown> | null | undefined;
}

/** A tool as a model sees it. @since 0.1.0 */
export interface ToolDefinition {
  /** Name the model calls it by. */
  name: string;
  /** JSON Schema of the arguments. */
  parameters_json_schema: Record<string, unknown>;
  /** What it does. */
  description: string | null;
  /** Key that wraps a value that is not an object. */
  outer_typed_dict_key: string | null;
  /** Whether the provider's strict mode is requested. */
  strict: boolean | null;
  /** Whether it runs alone. */
  sequential: boolean;
  /** What a call does. */
  kind: "function" | "output" | "external" | "unapproved";
  /** Data for the program. */
  metadata: Record<string, unknown> | null;
  /** Deadline of one call in seconds. */
  timeout: number | null;
  /** Whether objects with media in its results are media; ours. */
  media?: boolean | undefined;
  /** Any other field. */
  [other: string]: unknown;
}

/** A tool as a model sees it. @since 0.1.0 */
export interface ToolDefinitionInput {
  /** Name the model calls it by. */
  name: string;
  /** JSON Schema of the arguments. */
  parameters_json_schema: Record<string, unknown>;
  /** What it does. */
  description?: string | null | undefined;
  /** Key that wraps a value that is not an object. */
  outer_typed_dict_key?: string | null | undefined;
  /** Whether the provider's strict mode is requested. */
  strict?: boolean | null | undefined;
  /** Whether it runs alone. */
  sequential?: boolean | undefined;
  /** What a call does. */
  kind?: "function" | "output" | "external" | "unapproved" | undefined;
  /** Data for the program. */
  metadata?: Record<string, unknown> | null | undefined;
  /** Deadline of one call in seconds. */
  timeout?: number | null | undefined;
  /** Whether objects with media in its results are media; ours. */
  media?: boolean | undefined;
  /** Any other field. */
  [other: string]: unknown;
}

/** The `DeltaEvent` whose `event_kind` is `"tool_progress"`. @since 0.1.0 */
export interface ToolProgressEvent {
  /** Always `"tool_progress"`. */
  event_kind: "tool_progress";
  /** The call that is running. */
  toolCallId: string;
  /** What it is doing. */
  message?: string | undefined;
  /** How much is done, from 0 to 1. */
  fraction?: number | undefined;
}

/** Parameters of `tool/progress`: how far a tool of the host has got. @since 0.1.0 */
export interface ToolProgressParamsInput {
  /** The run that sent the request. */
  runId: string;
  /** The call that is running. */
  toolCallId: string;
  /** What it is doing. */
  message?: string | null | undefined;
  /** How much is done. */
  fraction?: number | null | undefined;
}

/** Why a tool call has to be made again. @since 0.1.0 */
export interface ToolRetryInfo {
  /** What made the retry necessary. */
  cause: "validation_error" | "model_retry" | "unknown_tool" | "unavailable_tool";
  /** Which retry this is, counted from 1; null when it was not charged or is not known. */
  attempt: number | null;
  /** How many retries were allowed; null when `attempt` is. */
  max_retries: number | null;
}

/** Why a tool call has to be made again. @since 0.1.0 */
export interface ToolRetryInfoInput {
  /** What made the retry necessary. */
  cause: "validation_error" | "model_retry" | "unknown_tool" | "unavailable_tool";
  /** Which retry this is, counted from 1; null when it was not charged or is not known. */
  attempt?: number | null | undefined;
  /** How many retries were allowed; null when `attempt` is. */
  max_retries?: number | null | undefined;
}

/** The return of a tool. @since 0.1.0 */
export interface ToolReturnPart {
  /** Name of the tool. */
  tool_name: string;
  /** The returned value; of a retried call what was wrong, a sentence or a list of validation errors. */
  content: unknown;
  /** Pairs a tool call with its return; filled in when absent or null. */
  tool_call_id: string;
  /** What the tool is, independent of its name; upstream has `tool-search` and others. */
  tool_kind: string | null;
  /** Data for the program, never sent to the model. */
  metadata: unknown;
  /** RFC 3339 time; UTC as `Z`, six fractional digits or none. */
  timestamp: string;
  /** How the call ended; `retried`: the model has to make it again. */
  outcome: "success" | "failed" | "denied" | "interrupted" | "retried";
  /** Why the call has to be made again; bookkeeping that the model never sees. */
  retry: ToolRetryInfo | null;
  /** Kind of the part. */
  part_kind: "tool-return";
  /** SHA-256 digests of the files by address in the content; other objects that look like one are data. Absent when the content is a string, a number, a boolean or null, and in histories older than Pydantic AI 2.51. */
  content_file_digests?: string[] | undefined;
}

/** The return of a tool. @since 0.1.0 */
export interface ToolReturnPartInput {
  /** Name of the tool. */
  tool_name: string;
  /** The returned value; of a retried call what was wrong, a sentence or a list of validation errors. */
  content?: unknown;
  /** Pairs a tool call with its return; filled in when absent or null. */
  tool_call_id?: string | null | undefined;
  /** What the tool is, independent of its name; upstream has `tool-search` and others. */
  tool_kind?: string | null | undefined;
  /** Data for the program, never sent to the model. */
  metadata?: unknown;
  /** RFC 3339 time; UTC as `Z`, six fractional digits or none. */
  timestamp?: string | undefined;
  /** How the call ended; `retried`: the model has to make it again. */
  outcome?: "success" | "failed" | "denied" | "interrupted" | "retried" | undefined;
  /** Why the call has to be made again; bookkeeping that the model never sees. */
  retry?: ToolRetryInfoInput | null | undefined;
  /** Kind of the part. */
  part_kind: "tool-return";
  /** SHA-256 digests of the files by address in the content; other objects that look like one are data. Absent when the content is a string, a number, a boolean or null, and in histories older than Pydantic AI 2.51. */
  content_file_digests?: string[] | undefined;
}

/** A function tool: how it is offered to the model, and how it is run. @since 0.1.0 */
export interface ToolSpecInput {
  /** Name the model calls it by; unique in the run. */
  name: string;
  /** What it does, for the model. */
  description?: string | null | undefined;
  /** JSON Schema of the arguments, an object. */
  inputSchema: Record<string, unknown>;
  /** False: any object is accepted as arguments, and for an external tool any JSON. Default true. */
  validate?: boolean | null | undefined;
  /** The result of a call comes from outside the run. */
  external?: boolean | null | undefined;
  /** A call waits for an approval. */
  requiresApproval?: boolean | null | undefined;
  /** Runs alone: calls before it end first, later ones wait for it. */
  sequential?: boolean | null | undefined;
  /** Failures in a row that are allowed; default: retries of the agent. */
  maxRetries?: number | null | undefined;
  /** Deadline of one call; a call that exceeds it is retried by the model. */
  timeoutMs?: number | null | undefined;
  /** What an error of the host becomes: a failed return (default), a retry, or the end of the run. */
  onError?: "failed" | "retry" | "fail-run" | null | undefined;
  /** Whether a call may be repeated after a crash; default `once`. */
  effect?: "once" | "idempotent" | "read" | null | undefined;
  /** Objects with media in its result are media, not data. */
  media?: boolean | null | undefined;
  /** Data for the program, never sent to the model. */
  metadata?: Record<string, unknown> | null | undefined;
}

/** Parameters of `tools/prepare`. @since 0.1.0 */
export interface ToolsPrepareParams {
  /** The run that sends it. */
  runId: string;
  /** Number of the model request it is at; 0 before the first. */
  runStep: number;
  /** Id of this callback, unique in the daemon. */
  pendingId: string;
  /** Milliseconds until the daemon gives up. */
  deadlineMs?: number | undefined;
  /** `deps` of the run. */
  deps?: unknown;
  /** Function tools of the run. */
  tools: ToolDefinition[];
}

/** Result of `tools/prepare`. @since 0.1.0 */
export interface ToolsPrepareResult {
  /** Those to offer now: a subset, perhaps described otherwise. */
  tools: ToolDefinitionInput[];
}

/** A file that the provider already holds. @since 0.1.0 */
export interface UploadedFile {
  /** The provider's id of the file. */
  file_id: string;
  /** The provider that holds it. */
  provider_name: string;
  /** Extra data for one provider. */
  vendor_metadata: Record<string, unknown> | null;
  /** Kind of the content. */
  kind: "uploaded-file";
  /** Media type; computed from the extension unless given. */
  media_type?: string | null | undefined;
  /** A name the model can refer to; the first six hex digits of a SHA-1 unless given. */
  identifier?: string | null | undefined;
}

/** A file that the provider already holds. @since 0.1.0 */
export interface UploadedFileInput {
  /** The provider's id of the file. */
  file_id: string;
  /** The provider that holds it. */
  provider_name: string;
  /** Extra data for one provider. */
  vendor_metadata?: Record<string, unknown> | null | undefined;
  /** Kind of the content. */
  kind: "uploaded-file";
  /** Media type; computed from the extension unless given. */
  media_type?: string | null | undefined;
  /** A name the model can refer to; the first six hex digits of a SHA-1 unless given. */
  identifier?: string | null | undefined;
}

/** Limits of the usage of a run. An absent key means the default (only `request_limit` has one: 50), null switches a limit off. Reaching a limit exactly is allowed. @since 0.1.0 */
export interface UsageLimitsInput {
  /** US dollars over the whole run, a number or a decimal string; checked after each response and before the next request. With a model whose price is not known it cannot be enforced, and the run ends with a warning. Null switches it off. */
  cost_limit?: number | string | null | undefined;
  /** Model requests; checked before each one, default 50. Null switches it off. */
  request_limit?: number | null | undefined;
  /** Successful tool calls; a batch that would exceed it does not run. Null switches it off. */
  tool_calls_limit?: number | null | undefined;
  /** Prompt tokens over the whole run. Null switches it off. */
  input_tokens_limit?: number | null | undefined;
  /** Answer tokens over the whole run. Null switches it off. */
  output_tokens_limit?: number | null | undefined;
  /** Prompt and answer tokens over the whole run. Null switches it off. */
  total_tokens_limit?: number | null | undefined;
  /** Prompt tokens of a single request. Null switches it off. */
  per_request_input_tokens_limit?: number | null | undefined;
}

/** Parameters of `user/ask`. @since 0.1.0 */
export interface UserAskParams {
  /** The run that sends it. */
  runId: string;
  /** Number of the model request it is at; 0 before the first. */
  runStep: number;
  /** Id of this callback, unique in the daemon. */
  pendingId: string;
  /** Milliseconds until the daemon gives up. */
  deadlineMs?: number | undefined;
  /** `deps` of the run. */
  deps?: unknown;
  /** Name of the MCP server that sent the request. */
  server: string;
  /** The call that waits for the answer, when that is known. */
  toolCallId?: string | undefined;
  /** The message for the person, in the words of the server. */
  message: string;
  /** JSON Schema of a form: an object with flat properties. */
  requestedSchema?: Record<string, unknown> | undefined;
  /** In place of a form: a page to be opened, after the person agreed. */
  url?: string | undefined;
}

/** The response of the person to an elicitation. @since 0.1.0 */
export interface UserAskResultInput {
  /** Whether the person answered, refused to, or went away without a choice. */
  action: "accept" | "decline" | "cancel";
  /** With `accept`: the values of the form; those left out get their defaults. */
  content?: Record<string, unknown> | null | undefined;
}

/** One item of a user prompt: text, or an object tagged by `kind`. @since 0.1.0 */
export type UserContent = string | ImageUrl | AudioUrl | VideoUrl | DocumentUrl | BinaryContent | TextContent | StructuredContent | CachePoint | UploadedFile;

/** One item of a user prompt: text, or an object tagged by `kind`. @since 0.1.0 */
export type UserContentInput = string | ImageUrlInput | AudioUrlInput | VideoUrlInput | DocumentUrlInput | BinaryContentInput | TextContentInput | StructuredContentInput | CachePointInput | UploadedFileInput;

/** A prompt of the user. @since 0.1.0 */
export interface UserPromptPart {
  /** Text, or a list of text and media. */
  content: string | UserContent[];
  /** RFC 3339 time; UTC as `Z`, six fractional digits or none. */
  timestamp: string;
  /** Kind of the part. */
  part_kind: "user-prompt";
}

/** A prompt of the user. @since 0.1.0 */
export interface UserPromptPartInput {
  /** Text, or a list of text and media. */
  content: string | UserContentInput[];
  /** RFC 3339 time; UTC as `Z`, six fractional digits or none. */
  timestamp?: string | undefined;
  /** Kind of the part. */
  part_kind: "user-prompt";
}

/** A video by its address. @since 0.1.0 */
export interface VideoUrl {
  /** Where the content is. */
  url: string;
  /** Download the content even when the model could fetch it itself. */
  force_download: boolean | "allow-local";
  /** Extra data for one provider. */
  vendor_metadata: Record<string, unknown> | null;
  /** Kind of the content. */
  kind: "video-url";
  /** Media type; computed from the extension unless given. */
  media_type?: string | null | undefined;
  /** A name the model can refer to; the first six hex digits of a SHA-1 unless given. */
  identifier?: string | null | undefined;
}

/** A video by its address. @since 0.1.0 */
export interface VideoUrlInput {
  /** Where the content is. */
  url: string;
  /** Download the content even when the model could fetch it itself. */
  force_download?: boolean | "allow-local" | undefined;
  /** Extra data for one provider. */
  vendor_metadata?: Record<string, unknown> | null | undefined;
  /** Kind of the content. */
  kind: "video-url";
  /** Media type; computed from the extension unless given. */
  media_type?: string | null | undefined;
  /** A name the model can refer to; the first six hex digits of a SHA-1 unless given. */
  identifier?: string | null | undefined;
}

/** The `DurableEvent` whose `event_kind` is `"warning"`. @since 0.1.0 */
export interface WarningEvent {
  /** Kind of the event. */
  event_kind: "warning";
  /** What it is about, for example `model.defaulted`. */
  kind: string;
  /** The warning, for humans. */
  message: string;
}

/** Parameters of `window/workDoneProgress/cancel`. @since 0.1.0 */
export interface WindowWorkDoneProgressCancelParams {
  /** That of `run/start`, or one the daemon made. */
  token: string | number;
}

/** Parameters of `window/workDoneProgress/create`. @since 0.1.0 */
export interface WindowWorkDoneProgressCreateParams {
  /** That of `run/start`, or one the daemon made. */
  token: string | number;
}

/** The progress of a run, as LSP clients show it. @since 0.1.0 */
export type WorkDoneProgress = WorkDoneProgressBegin | WorkDoneProgressReport | WorkDoneProgressEnd;

/** The `WorkDoneProgress` whose `kind` is `"begin"`. @since 0.1.0 */
export interface WorkDoneProgressBegin {
  /** Always `"begin"`. */
  kind: "begin";
  /** Name of the agent. */
  title: string;
  /** Cancelling it cancels the run. */
  cancellable: boolean;
  /** The activity of the run. */
  message?: string | undefined;
}

/** The `WorkDoneProgress` whose `kind` is `"end"`. @since 0.1.0 */
export interface WorkDoneProgressEnd {
  /** Always `"end"`. */
  kind: "end";
  /** How it ended. */
  message: string;
}

/** The `WorkDoneProgress` whose `kind` is `"report"`. @since 0.1.0 */
export interface WorkDoneProgressReport {
  /** Always `"report"`. */
  kind: "report";
  /** The activity of the run. */
  message: string;
}

/** Tools of the daemon for the folder that its operator has opened with `--workspace DIR`: `read_file`, `list_directory`, `find_files`, `search_files`; with `allow` also `write_file`, `edit_file`, `run_command`. @since 0.1.0 */
export interface WorkspaceSpecInput {
  /** What the model may do: read (default), also edit files, also run commands. More than the operator allows is refused. */
  allow?: "read" | "edits" | "all" | null | undefined;
  /** Whether edits and commands wait for an approval; default false. */
  requiresApproval?: boolean | null | undefined;
  /** Put before the names of its tools, with `_`; default none. */
  prefix?: string | null | undefined;
  /** Tools to leave out, by the names above. */
  excludeTools?: string[] | null | undefined;
}

/** Parameters of requests, as a client writes them. @since 0.1.0 */
export interface RequestParams {
  'initialize': InitializeParamsInput;
  'shutdown': Record<string, unknown>;
  'run/start': RunStartParamsInput;
  'run/resume': RunResumeParamsInput;
  'run/attach': RunAttachParams;
  'run/wait': RunWaitParams;
  'run/cancel': RunCancelParams;
  'run/steer': RunSteerParams;
  'run/messages': RunMessagesParams;
  'run/newMessages': RunNewMessagesParams;
  'run/usage': RunUsageParams;
  'run/get': RunGetParams;
  'run/list': RunListParams;
  'run/release': RunReleaseParams;
  'run/events': RunEventsParams;
  'conversation/list': ConversationListParams;
  'conversation/get': ConversationGetParams;
  'conversation/delete': ConversationDeleteParams;
  'pending/list': PendingListParams;
  'pending/resolve': PendingResolveParams;
  'agent/register': AgentRegisterParams;
  'agent/list': Record<string, never>;
  'agent/unregister': AgentUnregisterParams;
  'mcp/inspect': McpInspectParams;
  'models/list': ModelsListParams;
  'rpc/discover': Record<string, never>;
  'health/get': Record<string, never>;
}

/** Results of requests. @since 0.1.0 */
export interface RequestResults {
  'initialize': InitializeResult;
  'shutdown': null;
  'run/start': RunStarted | RunResult;
  'run/resume': { runId: string; state: "queued" | "running" | "waiting" | "interrupted" | "finished"; lastSeq: number } | RunResult;
  'run/attach': RunAttachResult;
  'run/wait': RunResult;
  'run/cancel': RunCancelResult;
  'run/steer': RunSteerResult;
  'run/messages': RunMessagesResult;
  'run/newMessages': RunNewMessagesResult;
  'run/usage': RunUsageResult;
  'run/get': RunSnapshot;
  'run/list': RunListResult;
  'run/release': RunReleaseResult;
  'run/events': RunEventsResult;
  'conversation/list': ConversationListResult;
  'conversation/get': ConversationGetResult;
  'conversation/delete': ConversationDeleteResult;
  'pending/list': PendingListResult;
  'pending/resolve': PendingResolveResult;
  'agent/register': AgentRegisterResult;
  'agent/list': AgentListResult;
  'agent/unregister': AgentUnregisterResult;
  'mcp/inspect': McpInspectResult;
  'models/list': ModelsListResult;
  'rpc/discover': RpcDiscoverResult;
  'health/get': HealthGetResult;
}

/** Parameters of callbacks, as a client receives them. @since 0.1.0 */
export interface CallbackParams {
  'tool/call': ToolCallParams;
  'output/validate': OutputValidateParams;
  'prompt/resolve': PromptResolveParams;
  'model/request': ModelRequestParams;
  'history/process': HistoryProcessParams;
  'tools/prepare': ToolsPrepareParams;
  'deferred/handle': DeferredHandleParams;
  'secret/get': SecretGetParams;
  'user/ask': UserAskParams;
  'window/workDoneProgress/create': WindowWorkDoneProgressCreateParams;
}

/** What a client may respond to callbacks. @since 0.1.0 */
export interface CallbackResults {
  'tool/call': unknown;
  'output/validate': OutputValidateResult;
  'prompt/resolve': PromptResolveResult;
  'model/request': ModelRequestResult;
  'history/process': HistoryProcessResult;
  'tools/prepare': ToolsPrepareResult;
  'deferred/handle': DeferredToolResultsInput;
  'secret/get': { value: string | null; scope?: "connection" | "run" | undefined } | null;
  'user/ask': UserAskResultInput;
  'window/workDoneProgress/create': null;
}

/** Parameters of what the daemon notifies of. @since 0.1.0 */
export interface NotificationParams {
  'run/event': RunEventParams;
  'run/delta': RunDelta;
  '$/progress': ProgressParams;
  'window/logMessage': LogMessageParams;
  '$/logTrace': LogTraceParams;
  '$/waiting': Record<string, never>;
}
