import type { ModelMessage } from '../../protocol/messages/messages.ts';
import type { RunStartParams } from '../../protocol/run.ts';
import { withTotal } from '../engine/limits/usage.ts';
import type { RunInput } from '../engine/state.ts';
import { conversationOf } from './given-history.ts';

type Given =
  | 'runId'
  | 'conversationId'
  | 'history'
  | 'prompt'
  | 'usage'
  | 'metadata'
  | 'maxToolConcurrency'
  | 'deferredResults'
  | 'stream';

/** Returns the part of a run's input that its parameters give. */
export function runInput(
  params: RunStartParams,
  from: { runId: string; history: readonly ModelMessage[]; nowMs: number },
): Pick<RunInput, Given> {
  const { prompt, usage, metadata, maxToolConcurrency, deferredToolResults } = params;
  return {
    runId: from.runId,
    conversationId: conversationOf(params, from.history, from.nowMs),
    history: from.history,
    stream: params.stream ?? params.deltas !== 'none',
    ...(prompt === null || prompt === undefined ? {} : { prompt }),
    ...(usage ? { usage: withTotal({ ...usage }) } : {}),
    ...(metadata ? { metadata } : {}),
    ...(maxToolConcurrency ? { maxToolConcurrency } : {}),
    ...(deferredToolResults ? { deferredResults: deferredToolResults } : {}),
  };
}
