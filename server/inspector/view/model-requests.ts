import type { ModelMessage, ModelResponse } from '../../../protocol/messages/messages.ts';
import { argsText, conversationOf, type Item, textOf } from './conversation.ts';

/** A request of the run, and the response to it. */
export interface SentRequest {
  /** Number among the requests of the run, from 1. */
  readonly number: number;
  /** Index of the response. */
  readonly response: number;
  readonly model: string;
  readonly usage: ModelResponse['usage'];
  readonly timestamp: string | null;
}

/** The requests of a run that were responded to. */
export function requestsOf(messages: readonly ModelMessage[], newMessageIndex: number): SentRequest[] {
  const found: SentRequest[] = [];
  messages.forEach((message, index) => {
    if (message.kind !== 'response' || index < newMessageIndex) return;
    const { model_name: name, model_id: id, usage, timestamp } = message;
    const model = name || id || '';
    found.push({ number: found.length + 1, response: index, model, usage, timestamp: timestamp ?? null });
  });
  return found;
}

/** The lines of what the model was sent before a response: instructions first, then each part of each message. */
export function sentLines(messages: readonly ModelMessage[], response: number): string[] {
  const sent = messages.slice(0, response);
  const last = sent.at(-1);
  const instructions = last?.kind === 'request' && last.instructions ? last.instructions : '';
  const items = conversationOf(sent, 0).filter(({ kind }) => kind !== 'instructions');
  return [...(instructions ? linesUnder('instructions', instructions) : []), ...items.flatMap(itemLines)];
}

/** One thing of a conversation in lines. */
export function itemLines({ kind, title, content, labels, returned }: Item): string[] {
  const note = labels.length > 0 ? ` (${labels.join(', ')})` : '';
  const value = content ? (kind === 'call' ? argsText(content.value) : userText(content.value)) : '';
  const call = linesUnder(kind === 'call' ? `call ${title}${note}` : `${title}${note}`, value);
  if (!returned) return call;
  const outcome = returned.labels.length > 0 ? ` (${returned.labels.join(', ')})` : '';
  return [...call, ...linesUnder(`return ${title}${outcome}`, userText(returned.content.value))];
}

/** Content as text; what is no text is named. */
export function userText(value: unknown): string {
  if (!Array.isArray(value)) return isMedia(value) ? mediaName(value) : textOf(value);
  if (!value.every((item) => typeof item === 'string' || (typeof item === 'object' && item !== null && 'kind' in item)))
    return textOf(value);
  return value
    .map((item) => (typeof item === 'string' ? item : isMedia(item) ? mediaName(item) : textOf(item)))
    .join('\n');
}

/** Bytes with a media type. */
export interface Media {
  readonly kind: 'binary';
  readonly media_type: string;
  readonly data: string;
  readonly identifier?: string | null;
}

export const isMedia = (value: unknown): value is Media =>
  typeof value === 'object' &&
  value !== null &&
  (value as { kind?: unknown }).kind === 'binary' &&
  'media_type' in value;

export const mediaName = ({ media_type: type, identifier }: Media): string =>
  `[${type}${identifier ? ` ${identifier}` : ''}]`;

const linesUnder = (title: string, text: string): string[] => [`## ${title}`, ...text.split('\n')];
