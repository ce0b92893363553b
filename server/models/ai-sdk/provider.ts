import type { LanguageModelV4 } from '@ai-sdk/provider';
import type { ModelResponsePart } from '../../../protocol/messages/messages.ts';
import type { RequestUsage } from '../../../protocol/messages/usage.ts';
import type { ModelSettings } from '../../../protocol/spec.ts';
import type { PartFields } from '../../engine/streaming/delta-sink.ts';
import type { Authorizer } from '../credentials/authorizer.ts';
import type { Downloaded, Wanted } from '../downloads/download.ts';
import type { FinishWords } from './answers/finish-words.ts';
import type { NativeCall } from './answers/native-parts.ts';
import type { Normalizer } from './answers/normalizer.ts';
import type { RequestApi } from './request/api.ts';

/**
 * One model of one provider, resolved: names, address and credentials. What `create` of a provider file takes.
 */
export interface ProviderEntry {
  /** `provider:name` as requested. */
  readonly id: string;
  /** The name the provider knows the model by. */
  readonly modelName: string;
  /** Another address than the provider's own; the environment never steers it. */
  readonly baseUrl?: string;
  /** The version of the API, where addresses do not say it. */
  readonly apiVersion?: string;
  /** Null when there is none, `''` for servers that want none; it is never looked up in the environment from here. */
  readonly apiKey: string | null;
  /** The variable a user should set when the key is missing; default: the provider's own. */
  readonly apiKeyEnv?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Values among key and headers that must be shown nowhere, beside those that are known by their names. */
  readonly secrets?: readonly string[];
  /** Lets requests in where there is no key. */
  readonly authorizer?: Authorizer;
  /** Fetches files the provider does not take by their addresses; absent: they are refused. */
  readonly download?: (files: readonly Wanted[], signal: AbortSignal) => Promise<readonly Downloaded[]>;
  /** Settings of this model; those of the request come over them. */
  readonly settings?: ModelSettings;
}

/** What the raw answer says beyond the AI SDK's result. */
export interface BodyFacts {
  /** Counts that replace those of the AI SDK. */
  readonly usage?: Partial<RequestUsage> | undefined;
  /** Entries of `provider_details`, before the finish reason. */
  readonly details?: Readonly<Record<string, unknown>> | undefined;
  /** Why the model refused to answer: what it says then is no text, and the response counts as filtered. */
  readonly refusal?: string | undefined;
  /** Whether the answer came to its end, also without a word for it. */
  readonly isOver?: boolean;
  /** The word that is stored, where it is another one: that of the provider that a gateway used. */
  readonly shownWord?: string | undefined;
  /** Whether what the model said was refused by its provider. */
  readonly isFailed?: boolean;
  /** Arguments and results of the provider's own tools, by the ids of the calls. */
  readonly natives?: ReadonlyMap<string, NativeCall>;
  /** The provider's own word for the end. */
  readonly finishWord?: string | undefined;
  /** The model that answered, and the id of the answer, where the AI SDK has neither. */
  readonly served?: { readonly modelId?: string; readonly id?: string } | undefined;
  /** Whether the prompt was blocked: then the answer counts as filtered. */
  readonly isBlocked?: boolean;
}

/** Thinking that is read beside the package; `id` is that of its block, when the package knows one. */
export interface ReadThinking {
  readonly id: string;
  readonly text: string;
  readonly signature?: string | null;
  /** What its part has beside its content; absent for thinking that may fill a part of the package. */
  readonly fields?: PartFields;
  /** What its part has in `provider_details`, of thinking that may fill a part of the package. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** Reads the raw answer of one request: its body, or the chunks of its stream one by one. */
export interface BodyReader extends BodyFacts {
  /** About the characters of what it keeps and a stream adds to: counted like the content of parts. */
  readonly kept?: number;
  /** Returns the thinking in it that the package drops. */
  add(bodyOrChunk: unknown): readonly ReadThinking[];
  /** Gives the parts that the package has no place for, once. */
  takeParts?(): readonly ModelResponsePart[];
}

/** Where a provider's own data of a part stands in the AI SDK's metadata and in Pydantic AI's parts. */
export interface MetadataNames {
  /** Becomes the `id` of the part. */
  readonly id?: string;
  /** Becomes the `signature` of thinking. */
  readonly signature?: string;
  /** Thinking that is only encrypted: its data is the signature, and `id` of the part says what it is. */
  readonly redacted?: {
    readonly name: string;
    readonly id: string;
    /** Whether the package has it in the base64 of the wire, which is no part of the data. */
    readonly isBase64?: boolean;
  };
  /** Other names in `provider_details`: the AI SDK's to Pydantic AI's. */
  readonly details?: Readonly<Record<string, string>>;
}

/**
 * Where a provider differs in how its answers are read. What reads them knows no provider.
 *
 * Source: Pydantic AI `ModelProfile`.
 */
export interface AnswerProfile {
  /** The tags between which models write thinking into their text. */
  readonly thinkingTags: readonly [open: string, close: string];
  /** Whether text is split at those tags: models of open servers write their thinking into it. */
  readonly readsTags?: boolean;
  /** Whether blanks before a streamed text are left out also where there are no tags, if the profile says so. */
  readonly skipsBlankStarts?: boolean;
  /** Whether thinking says whose it is. Source: Pydantic AI, where some models leave `provider_name` out. */
  readonly namesThinking?: boolean;
  /** Whether arguments come as objects: one that is cut at the token limit looks like a whole one. */
  readonly parsedArguments?: boolean;
  /** Why answers end, in the provider's words. */
  readonly finishWords: FinishWords;
  /** Names of the provider's data of parts. */
  readonly metadata?: MetadataNames;
  /** Makes what puts the raw answer of one request into the form that the package reads. */
  normalizer?(): Normalizer;
  /** Whether ids of calls are unique in one response only: then the id of the response stands before them. */
  readonly scopedCallIds?: boolean;
  /** Makes a reader of what the AI SDK drops from an answer. */
  bodyReader?(): BodyReader;
  /** Replaces the body that the package wrote. */
  rewriteBody?(body: Record<string, unknown>, settings: ModelSettings): Record<string, unknown>;
}

/**
 * A provider as the bridge needs it: its names, its answers, and a way to make the AI SDK's model.
 */
export interface Provider {
  /** Pydantic AI's `provider_name`. */
  readonly name: string;
  /** Key of `providerOptions` and `providerMetadata`. */
  readonly optionsKey: string;
  /** Base address as stored on responses. */
  readonly url: string;
  /** The environment variable that holds its key. */
  readonly envVar: string;
  readonly answers: AnswerProfile;
  /** Writes the bodies of requests. */
  readonly api: RequestApi;
  /** A model that sends through the given function; made for each request, as the function carries its body hooks. A name stands for the model's own in the address. */
  languageModel(fetch: typeof globalThis.fetch, modelName?: string): LanguageModelV4;
}
