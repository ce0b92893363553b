import type { ModelResponse } from '../../protocol/messages/messages.ts';
import type { Outcome } from './conversation.ts';
import type { Facts } from './recording.ts';

const finishes: Record<string, string | null> = {
  'tool-calls': 'tool_call',
  'content-filter': 'content_filter',
  other: null,
};

/** The facts count calls as a reason to end; upstream reads the word alone, and has one for an answer without a word. */
function finishOf({ finish = '', finishReason, toolCalls = [], error }: Facts): string | null {
  if (error) return finish;
  if (finishReason === 'STOP' || finishReason === 'completed') return 'stop';
  if (finishReason === 'complete') return null;
  if (!finishReason) return toolCalls.length > 0 ? 'tool_call' : 'stop';
  return finish in finishes ? (finishes[finish] ?? null) : finish;
}

/** Where an exchange disagrees with what was read from the recorded bytes by other means; empty when it agrees. */
export function differences({ response, result }: Outcome, facts: Facts): string[] {
  const found: string[] = [];
  const compare = (what: string, ours: unknown, theirs: unknown) => {
    if (JSON.stringify(ours) !== JSON.stringify(theirs)) {
      found.push(`${what}: ${JSON.stringify(ours)} instead of ${JSON.stringify(theirs)}`);
    }
  };
  const { error } = facts;
  if (error) {
    const reported = JSON.stringify(result.error ?? null);
    if (!reported.includes(JSON.stringify(error.message).slice(1, -1)))
      found.push(`error: ${reported} instead of ${error.message}`);
  }
  if (facts.status >= 400) {
    compare('status', result.error?.data.status, facts.status);
    return found;
  }
  if (!response) return [...found, `no response: ${JSON.stringify(result.error)}`];
  compare('text', textOf(response, 'text'), facts.text ?? '');
  compare('thinking', textOf(response, 'thinking').length, facts.reasoningChars ?? 0);
  compare('calls', callsOf(response), (facts.toolCalls ?? []).map(sorted));
  compare('finish', response.finish_reason, finishOf(facts));
  if (facts.finishReason && !error) compare('word', response.provider_details?.finish_reason, facts.finishReason);
  if (facts.model && !error) compare('model', response.model_name, facts.model);
  const { input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, details } = response.usage;
  const { input = 0, output = 0, cacheRead = 0, cacheWrite = 0, reasoning = 0 } = facts.usage ?? {};
  compare(
    'usage',
    [input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, details.reasoning_tokens ?? 0],
    [input, output, cacheRead, cacheWrite, reasoning],
  );
  return found;
}

const textOf = ({ parts }: ModelResponse, kind: 'text' | 'thinking') =>
  parts.map((part) => (part.part_kind === kind ? part.content : '')).join('');

function callsOf({ parts }: ModelResponse): unknown[] {
  return parts.flatMap((part) => {
    if (part.part_kind !== 'tool-call') return [];
    const args = typeof part.args === 'string' ? JSON.parse(part.args || '{}') : part.args;
    return [sorted({ name: part.tool_name, args })];
  });
}

/** Recorded JSON has its keys in order of the alphabet. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).map(([key, item]) => [key, sorted(item)] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}
