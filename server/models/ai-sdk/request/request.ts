import type { LanguageModelV4CallOptions } from '@ai-sdk/provider';
import type { ModelMessage, ModelResponse } from '../../../../protocol/messages/messages.ts';
import type { OutputMode } from '../../../engine/model.ts';
import type { Profile } from './profile.ts';
import type { Schema } from './schemas/transformer.ts';
import type { Settings, Thinking } from './settings.ts';
import type { ResolvedChoice } from './tool-choice.ts';

/** A tool with its schema in the form that the provider expects. */
export interface SentTool {
  readonly name: string;
  readonly description: string | null;
  readonly schema: Schema;
  readonly strict: boolean | null;
  readonly isOutput: boolean;
}

/** The output that is requested outside of tools. */
export interface SentOutput {
  readonly name: string | null;
  readonly description: string | null;
  readonly schema: Schema;
  readonly strict: boolean | null;
}

/** One part of the instructions; what can change between requests ends the part of a prompt that is cached. */
export interface Instruction {
  readonly content: string;
  readonly dynamic: boolean;
}

/**
 * A request as an API writes it: everything that depends on the model has been looked up, and the history is adapted to
 * the provider.
 *
 */
export interface WireRequest {
  /** Pydantic AI's `provider_name`. */
  readonly providerName: string;
  readonly providerUrl: string;
  readonly modelName: string;
  readonly profile: Profile;
  readonly settings: Settings;
  /** The setting `thinking`, when the model has something to set. */
  readonly thinking: Thinking | undefined;
  readonly messages: readonly ModelMessage[];
  readonly instructions: readonly Instruction[];
  readonly tools: readonly SentTool[];
  readonly choice: ResolvedChoice;
  /** True if the user requested a forced tool. */
  readonly isChoiceExplicit: boolean;
  readonly outputMode: OutputMode;
  readonly output: SentOutput | undefined;
  readonly stream: boolean;
}

/** A request as it is sent: a JSON body, and headers in addition to those of the transport. */
export interface Written {
  readonly body: Record<string, unknown>;
  readonly headers?: Readonly<Record<string, string>>;
  /** The model name in the request, if it differs from its own. */
  readonly modelName?: string;
  /** Fields of the package's body that are kept, since they concern its own traffic. */
  readonly keeps?: readonly string[];
  /** Options of the package that change how it reads the response; their effect on its body does not matter. */
  readonly reading?: Omit<LanguageModelV4CallOptions, 'prompt' | 'headers'>;
}

type Owner = Pick<WireRequest, 'providerName'>;

const derived: Readonly<Record<string, string>> = { 'google-gla': 'google', 'google-vertex': 'google-cloud' };

const systemOf = (name: string) => derived[name] ?? name;

/**
 * Returns whether data of a part that only its own provider can check may go to this one: encrypted reasoning, signatures.
 *
 * Source: Pydantic AI `Model.accepts_stateless_artifacts`.
 */
export function acceptsArtifact(
  { providerName }: Owner,
  response: ModelResponse,
  partProvider: string | null | undefined,
): boolean {
  if (!partProvider) return false;
  const stamped = partProvider === response.provider_name ? response.canonical_system : null;
  if (stamped) return stamped === systemOf(providerName);
  return systemOf(partProvider) === systemOf(providerName);
}

/**
 * Returns whether ids of what the provider stores may be sent back: only to the address they came from.
 *
 * Source: Pydantic AI `Model.accepts_server_state`.
 */
export function acceptsServerState(
  { providerName, providerUrl }: Pick<WireRequest, 'providerName' | 'providerUrl'>,
  response: ModelResponse,
): boolean {
  if (response.provider_name !== providerName) return false;
  return response.provider_url === null || normalized(response.provider_url) === normalized(providerUrl);
}

const normalized = (url: string) => (URL.canParse(url) ? new URL(url).href : url).replace(/\/+$/, '');
