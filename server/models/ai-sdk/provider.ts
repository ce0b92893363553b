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
 * A model of a provider, resolved: names, address and credentials. The argument of `create` in a provider file.
 */
export interface ProviderEntry {
  /** `provider:name` as requested. */
  readonly id: string;
  /** The name the provider knows the model by. */
  readonly modelName: string;
  /** An address other than the provider's own; the environment never sets it. */
  readonly baseUrl?: string;
  /** The version of the API, if it is not part of the address. */
  readonly apiVersion?: string;
  /** Null when there is none, `''` for servers that require none; it is never read from the environment here. */
  readonly apiKey: string | null;
  /** The variable to set when the key is missing; the provider's own by default. */
  readonly apiKeyEnv?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Further values that must never be shown, besides the key and the headers with known names. */
  readonly secrets?: readonly string[];
  /** Authorizes requests when there is no key. */
  readonly authorizer?: Authorizer;
  /** Downloads files that the provider does not accept by URL; when absent, they are refused. */
  readonly download?: (files: readonly Wanted[], signal: AbortSignal) => Promise<readonly Downloaded[]>;
  /** Settings of this model; those of the request take precedence. */
  readonly settings?: ModelSettings;
}

/** Facts in the raw response that the AI SDK's result lacks. */
export interface BodyFacts {
  /** Counts that replace those of the AI SDK. */
  readonly usage?: Partial<RequestUsage> | undefined;
  /** Entries of `provider_details`, before the finish reason. */
  readonly details?: Readonly<Record<string, unknown>> | undefined;
  /** The reason why the model refused. It is not text of the response, which counts as filtered. */
  readonly refusal?: string | undefined;
  /** True once the response is complete, even without a finish reason. */
  readonly isOver?: boolean;
  /** The finish reason to store, if it differs: that of the provider that a gateway used. */
  readonly shownWord?: string | undefined;
  /** True if the provider rejected what the model generated. */
  readonly isFailed?: boolean;
  /** Arguments and results of the provider's own tools, by the ids of the calls. */
  readonly natives?: ReadonlyMap<string, NativeCall>;
  /** The provider's own finish reason. */
  readonly finishWord?: string | undefined;
  /** The model that responded and the id of the response, if the AI SDK has neither. */
  readonly served?: { readonly modelId?: string; readonly id?: string } | undefined;
  /** True if the prompt was blocked; the response then counts as filtered. */
  readonly isBlocked?: boolean;
}

/** Thinking that the package does not read; `id` is that of its block, if the package knows one. */
export interface ReadThinking {
  readonly id: string;
  readonly text: string;
  readonly signature?: string | null;
  /** The fields of its part besides the content; absent for thinking that may complete a part of the package. */
  readonly fields?: PartFields;
  /** The `provider_details` of its part, for thinking that may complete a part of the package. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** Reads the raw response of one request: its body, or the chunks of its stream one by one. */
export interface BodyReader extends BodyFacts {
  /** The approximate number of characters that it keeps of a stream, which count like the content of parts. */
  readonly kept?: number;
  /** Returns the thinking in it that the package drops. */
  add(bodyOrChunk: unknown): readonly ReadThinking[];
  /** Returns the parts that the package has no place for, each once. */
  takeParts?(): readonly ModelResponsePart[];
}

/** Where a provider's data of a part is found, in the AI SDK's metadata and in Pydantic AI's parts. */
export interface MetadataNames {
  /** Becomes the `id` of the part. */
  readonly id?: string;
  /** Becomes the `signature` of thinking. */
  readonly signature?: string;
  /** Thinking that is only present encrypted: its data is the signature, and the `id` of the part marks it. */
  readonly redacted?: {
    readonly name: string;
    readonly id: string;
    /** True if the package leaves it in the base64 of the wire, which is not part of the data. */
    readonly isBase64?: boolean;
  };
  /** Names in `provider_details` that differ: the AI SDK's to Pydantic AI's. */
  readonly details?: Readonly<Record<string, string>>;
}

/**
 * The differences of a provider in how its responses are read. The code that reads them knows no provider.
 *
 * Source: Pydantic AI `ModelProfile`.
 */
export interface AnswerProfile {
  /** The tags between which models write thinking into their text. */
  readonly thinkingTags: readonly [open: string, close: string];
  /** True if text is split at those tags: models on open servers write their thinking into it. */
  readonly readsTags?: boolean;
  /** True if blanks before a streamed text are left out even without tags, when the profile says so. */
  readonly skipsBlankStarts?: boolean;
  /** True if thinking names its provider. Source: Pydantic AI, where some models leave `provider_name` out. */
  readonly namesThinking?: boolean;
  /** True if arguments come as objects: those cut at the token limit look like whole ones. */
  readonly parsedArguments?: boolean;
  /** The provider's finish reasons. */
  readonly finishWords: FinishWords;
  /** The names of the provider's data in parts. */
  readonly metadata?: MetadataNames;
  /** Returns a normalizer, which turns the raw response of one request into what the package reads. */
  normalizer?(): Normalizer;
  /** True if call ids are only unique within a response; they are then prefixed with its id. */
  readonly scopedCallIds?: boolean;
  /** Returns a reader of what the AI SDK drops from a response. */
  bodyReader?(): BodyReader;
  /** Replaces the body that the package wrote. */
  rewriteBody?(body: Record<string, unknown>, settings: ModelSettings): Record<string, unknown>;
}

/**
 * A provider as the bridge uses it: its names, its responses, and how to make the AI SDK's model.
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
  /**
   * Returns a model that sends with the given function. Each request has its own, since the function replaces bodies.
   * `modelName` replaces the name in the address.
   */
  languageModel(fetch: typeof globalThis.fetch, modelName?: string): LanguageModelV4;
}
