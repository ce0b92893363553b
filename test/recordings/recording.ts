import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { providers } from '../../server/models/providers.ts';
import { recordingsDir } from '../support/replay.ts';
import { decodeAnthropic } from './decode/anthropic.ts';
import { decodeBedrock } from './decode/bedrock.ts';
import { decodeChat } from './decode/chat.ts';
import { decodeGoogle } from './decode/google.ts';
import { decodeResponses } from './decode/responses.ts';
import type { Decoded, Json } from './decode/turns.ts';

/** One request and its answer; `api` is null for what is no model call. */
export interface Exchange {
  provider: string | null;
  api:
    | 'openai-chat'
    | 'openai-responses'
    | 'anthropic-messages'
    | 'google-generate'
    | 'bedrock-converse'
    | 'cohere-chat'
    | null;
  request: { method: string; path: string; body: unknown };
  response: { status: number; headers: Record<string, string>; encoding: string; body: unknown };
}

export interface Recording {
  name: string;
  exchanges: Exchange[];
}

/** What is known of an exchange from the recorded bytes alone. */
export interface Facts {
  status: number;
  stream: boolean;
  model?: string;
  text?: string;
  toolCalls?: { name: string; args: unknown }[];
  finishReason?: string | null;
  finish?: string;
  usage?: { input?: number; output?: number; cacheRead?: number; cacheWrite?: number; reasoning?: number };
  reasoningChars?: number;
  refusal?: unknown;
  error?: { message: string };
}

/** Every recording of a folder. */
export function allRecordings(folder = recordingsDir): Recording[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')))
    .filter((recording) => Array.isArray(recording.exchanges));
}

export function allFacts(): Record<string, { exchanges: (Facts | null)[] }> {
  return JSON.parse(readFileSync(join(recordingsDir, 'expected', 'facts.json'), 'utf8'));
}

/** The name a provider is requested by, where that is not its own. */
const names: Readonly<Record<string, string>> = {
  'openai openai-responses': 'openai',
  'openai openai-chat': 'openai-chat',
  'deepseek openai-responses': 'deepseek-responses',
};

type Api = NonNullable<Exchange['api']>;

/** What rows speak; the others speak chat completions. */
const apis: Readonly<Record<string, Api>> = {
  openai: 'openai-responses',
  azure: 'openai-responses',
  xai: 'openai-responses',
  'bedrock-mantle': 'openai-responses',
  'deepseek-responses': 'openai-responses',
  anthropic: 'anthropic-messages',
  google: 'google-generate',
  'google-cloud': 'google-generate',
  bedrock: 'bedrock-converse',
  cohere: 'cohere-chat',
};

/** Who gets the request where a host has no row, or its row speaks another API than was recorded. */
const generic: Readonly<Record<Api, string>> = {
  'openai-chat': 'openai-compatible',
  'openai-responses': 'openai',
  'anthropic-messages': 'anthropic',
  'google-generate': 'google',
  'bedrock-converse': 'bedrock',
  'cohere-chat': 'cohere',
};

export function providerOf({ provider, api }: Exchange): string {
  if (api === null || !(api in generic)) throw new Error(`'${provider}' was recorded with the unknown API '${api}'`);
  const name = names[`${provider} ${api}`] ?? String(provider);
  const row = providers.find((one) => one.name === name || one.aliases.includes(name))?.name;
  return row && (apis[row] ?? 'openai-chat') === api ? row : generic[api];
}

/** What stands before the path of the API: the base address that a client is given. */
export function prefixOf({ api, request: { path } }: Exchange): string {
  const ends: Record<string, RegExp> = {
    'openai-chat': /\/chat\/completions$/,
    'openai-responses': /\/responses$/,
    'anthropic-messages': /\/messages$/,
    'google-generate': /\/models\/[^/]+$/,
    'bedrock-converse': /\/model\/.*$/,
    'cohere-chat': /\/chat$/,
  };
  return path.replace(ends[api ?? ''] as RegExp, '');
}

/** A body that was not recorded requests something. */
const nothing = { model: 'recorded-model', messages: [{ role: 'user', content: 'Hello' }] };

export function decode({ provider, api, request: { body, path } }: Exchange): Decoded {
  const json = (body ?? nothing) as Json;
  switch (api) {
    case 'openai-responses':
      return decodeResponses(json);
    case 'anthropic-messages':
      return decodeAnthropic(json);
    case 'google-generate':
      return decodeGoogle(json, path, provider);
    case 'bedrock-converse':
      return decodeBedrock(json, path);
    default:
      return decodeChat(json, provider);
  }
}
