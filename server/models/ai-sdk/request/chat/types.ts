import type { UserContent } from '../../../../../protocol/messages/content.ts';
import type { ModelResponse, ModelResponsePart } from '../../../../../protocol/messages/messages.ts';
import type { Grammar } from '../api.ts';
import type { FileKind } from '../files.ts';
import type { Profile } from '../profile.ts';
import type { WireRequest } from '../request.ts';

/** A message of chat completions; content is text, or parts where those are marked. */
export interface ChatMessage {
  role: string;
  content?: string | null | ChatPart[];
  tool_calls?: Record<string, unknown>[];
  [field: string]: unknown;
}

/** A part of a message. */
export type ChatPart = Record<string, unknown>;

export type ThinkingPart = Extract<ModelResponsePart, { part_kind: 'thinking' }>;

/** The restrictions of a host for a conversation, beyond those that all hosts have. */
export interface TurnGrammar {
  /** The roles whose messages must not be blank. */
  readonly refusesBlanks?: readonly string[];
  /** True if there has to be a user message or a result. */
  readonly needsUser?: boolean;
  /** True if the last message must not be the assistant's. */
  readonly refusesAssistantLast?: boolean;
}

/** The differences of a host of chat completions, beyond its profile. */
export interface ChatVariant {
  /** The profile of every model of the host. */
  readonly profile?: Profile;
  /** The restrictions of the host, whatever the model is. */
  readonly grammar?: Grammar;
  /** Its restrictions for the conversation as a whole. */
  readonly turns?: TurnGrammar;
  /** Kinds of files that the host does not support; video by default. */
  readonly unsupportedFiles?: readonly FileKind[];
  /** True if it refuses JSON mode together with tools. */
  readonly noJsonBesideTools?: boolean;
  /** True if streams report the usage without a request for it. */
  readonly reportsUsage?: boolean;
  /** True if the host fetches no files by URL, not even images. */
  readonly fetchesNothing?: boolean;
  /** Changes settings before they are written; what one setting stands for in another. */
  settings?(request: WireRequest): void;
  /** Further fields of the body. */
  fields?(request: WireRequest): Record<string, unknown>;
  /** Returns the effort in the host's own form; OpenAI's by default. */
  effort?(request: WireRequest): unknown;
  /** Returns whether the request thinks, and whether that was requested, as far as that decides about forced tools. */
  thinks?(request: WireRequest): { thinks: boolean; isRequested: boolean };
  /**
   * Returns thinking as an entry of `reasoning_details`; null to leave it out, undefined to send it as text or in a
   * field.
   */
  reasoningDetail?(part: ThinkingPart, response: ModelResponse, request: WireRequest): object | null | undefined;
  /** Maps a response where its turns are of another form. */
  assistant?(response: ModelResponse, request: WireRequest): ChatMessage[];
  /** Maps an item that the host represents differently from OpenAI; undefined for all others. */
  item?(item: Exclude<UserContent, string>, content: ChatPart[], request: WireRequest): boolean;
  /** Changes the complete list of messages. */
  messages?(messages: ChatMessage[], request: WireRequest): ChatMessage[];
  /** Changes the tools. */
  tools?(tools: Record<string, unknown>[], request: WireRequest): void;
  /** Changes the tools and the tool choice. */
  finalize?(tools: Record<string, unknown>[], messages: ChatMessage[], request: WireRequest): void;
}
