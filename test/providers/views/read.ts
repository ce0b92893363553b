import { anthropicView } from './anthropic.ts';
import { bedrockView } from './bedrock.ts';
import { chatView } from './chat.ts';
import { googleView } from './google.ts';
import { responsesView } from './responses.ts';
import type { Json, RequestView, ViewReader } from './view.ts';

/** The APIs that rows speak. */
export const apis = {
  chat: chatView,
  anthropic: anthropicView,
  google: googleView,
  responses: responsesView,
  bedrock: bedrockView,
} satisfies Record<string, ViewReader>;

export type Api = keyof typeof apis;

/** Rows that speak something else than chat completions. */
const others: Readonly<Record<string, Api>> = {
  openai: 'responses',
  azure: 'responses',
  'bedrock-mantle': 'responses',
  'deepseek-responses': 'responses',
  xai: 'responses',
  anthropic: 'anthropic',
  google: 'google',
  'google-cloud': 'google',
  bedrock: 'bedrock',
};

/** The API of a row. */
export const apiOf = (row: string): Api => others[row] ?? 'chat';

/** Reads what a row sent. */
export const viewOf = (row: string, body: unknown): RequestView => apis[apiOf(row)](body as Json);
