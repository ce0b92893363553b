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

/** What a host refuses of a conversation, beyond what none of them takes. */
export interface TurnGrammar {
  /** The roles whose messages must not be of nothing but blanks. */
  readonly refusesBlanks?: readonly string[];
  /** Whether there has to be a message of the user, or a result. */
  readonly needsUser?: boolean;
  /** Whether the last message must not be the assistant's. */
  readonly refusesAssistantLast?: boolean;
}

/** Where a host of chat completions differs beyond its profile. */
export interface ChatVariant {
  /** What holds of every model of the host. */
  readonly profile?: Profile;
  /** What the host refuses whatever the model is. */
  readonly grammar?: Grammar;
  /** What it refuses of the conversation as a whole. */
  readonly turns?: TurnGrammar;
  /** Kinds of files that the host has no place for; video unless given. */
  readonly unsupportedFiles?: readonly FileKind[];
  /** Whether it refuses the format of any JSON object beside tools. */
  readonly noJsonBesideTools?: boolean;
  /** Whether streams report the usage without a request for it. */
  readonly reportsUsage?: boolean;
  /** Whether the host fetches nothing by its address, not even images. */
  readonly fetchesNothing?: boolean;
  /** Changes settings before they are written; what one setting stands for in another. */
  settings?(request: WireRequest): void;
  /** Further fields of the body. */
  fields?(request: WireRequest): Record<string, unknown>;
  /** The effort in the host's own way; absent: OpenAI's. */
  effort?(request: WireRequest): unknown;
  /** Whether the request thinks, and whether that was requested, as far as that decides about forced tools. */
  thinks?(request: WireRequest): { thinks: boolean; isRequested: boolean };
  /** Thinking as an entry of `reasoning_details`; null: left out; undefined: it has none and goes as text or in a field. */
  reasoningDetail?(part: ThinkingPart, response: ModelResponse, request: WireRequest): object | null | undefined;
  /** Maps a response where its turns are of another form. */
  assistant?(response: ModelResponse, request: WireRequest): ChatMessage[];
  /** Maps an item that is not mapped as by OpenAI; undefined for all others. */
  item?(item: Exclude<UserContent, string>, content: ChatPart[], request: WireRequest): boolean;
  /** Changes the messages once all of them are there. */
  messages?(messages: ChatMessage[], request: WireRequest): ChatMessage[];
  /** Changes the tools. */
  tools?(tools: Record<string, unknown>[], request: WireRequest): void;
  /** Changes both. */
  finalize?(tools: Record<string, unknown>[], messages: ChatMessage[], request: WireRequest): void;
}
