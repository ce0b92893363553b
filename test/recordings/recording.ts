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

/** Every recording of the folder. */
export function allRecordings(): Recording[] {
  return readdirSync(recordingsDir)
    .filter((file) => file.endsWith('.json'))
    .map((file) => JSON.parse(readFileSync(join(recordingsDir, file), 'utf8')))
    .filter((recording) => Array.isArray(recording.exchanges));
}

export function allFacts(): Record<string, { exchanges: (Facts | null)[] }> {
  return JSON.parse(readFileSync(join(recordingsDir, 'expected', 'facts.json'), 'utf8'));
}

/** The name a provider is asked by, where that is not its own or its package speaks another API. */
const names: Record<string, string> = {
  'azure openai-chat': 'openai-compatible',
  'xai openai-chat': 'openai-compatible',
  'bedrock-mantle openai-chat': 'openai-compatible',
  'openai openai-responses': 'openai',
  'openai openai-chat': 'openai-chat',
  'deepseek openai-responses': 'deepseek-responses',
  'google-vertex google-generate': 'google-cloud',
};

/** A host without a row of its own is asked by the API it speaks. */
export function providerOf({ provider, api }: Exchange): string {
  const name = names[`${provider} ${api}`] ?? String(provider);
  const row = providers.find((one) => one.name === name || one.aliases.includes(name));
  return row?.name ?? (api === 'openai-responses' ? 'openai' : 'openai-compatible');
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

/** A body that was not recorded asks something. */
const nothing = { model: 'recorded-model', messages: [{ role: 'user', content: 'Hello' }] };

export function decode({ provider, api, request: { body, path } }: Exchange): Decoded {
  const json = (body ?? nothing) as Json;
  switch (api) {
    case 'openai-responses':
      return decodeResponses(json);
    case 'anthropic-messages':
      return decodeAnthropic(json);
    case 'google-generate':
      return decodeGoogle(json, path);
    case 'bedrock-converse':
      return decodeBedrock(json, path);
    default:
      return decodeChat(json, provider);
  }
}
