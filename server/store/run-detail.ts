import type { UserContent } from '../../protocol/messages/content.ts';
import type { RunResult } from '../../protocol/result.ts';
import type { RunDetail } from '../../protocol/run.ts';

const promptLength = 200;

/** The part of a description that the end of a run gives. */
export type RunEnd = Pick<RunDetail, 'durationMs' | 'usage' | 'errorKind'>;

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
