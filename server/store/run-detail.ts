import type { UserContent } from '../../protocol/messages/content.ts';
import type { RunResult } from '../../protocol/result.ts';
import type { RunEnd, StoredHeadSummary } from './store.ts';
import type { RunHead } from './stored-lines.ts';

const promptLength = 200;

/** Returns the beginning of the text of a prompt; undefined when there is none. */
export function promptExcerpt(prompt: string | readonly UserContent[] | null | undefined): string | undefined {
  const text = typeof prompt === 'string' ? prompt : prompt?.find((item) => typeof item === 'string');
  return typeof text === 'string'
    ? Array.from(text.slice(0, 2 * promptLength))
        .slice(0, promptLength)
        .join('')
    : undefined;
}

export const endOf = ({ timing, usage, error }: RunResult): RunEnd => ({
  durationMs: timing.durationMs,
  usage,
  ...(error ? { errorKind: error.data.kind } : {}),
});

/** Returns what a list shows of a head. */
export const headSummary = ({ runId, conversationId, parentRunId, spec, startedAt }: RunHead): StoredHeadSummary => ({
  runId,
  conversationId,
  parentRunId,
  agent: spec.agent.name ?? undefined,
  startedAt,
  model: spec.modelId,
  prompt: promptExcerpt(spec.params.prompt),
});
