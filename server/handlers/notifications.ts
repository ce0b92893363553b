import { clientNotifications } from '../../protocol/catalogue.ts';
import { EngineError } from '../engine/errors.ts';
import type { RunExecutor } from '../executors/run-executor.ts';
import type { Log } from '../log.ts';

/** Takes what a client sends about an open callback. Nobody can be answered: what does not fit is dropped. */
export function takeNotification(
  { method, params }: { method: string; params: unknown },
  { executor, log }: { executor: RunExecutor; log: Log },
): void {
  if (method === 'model/delta') {
    const text = isTextPiece(params) ? params : undefined;
    const parsed = text
      ? { success: true as const, data: text }
      : clientNotifications[method].params().safeParse(params);
    if (parsed.success) executor.modelDelta(parsed.data);
    else log.debug(`${method} was dropped: ${parsed.error.issues[0]?.message}`);
  } else if (method === 'tool/progress') {
    const parsed = clientNotifications[method].params().safeParse(params);
    if (parsed.success) executor.toolProgress(parsed.data);
    else log.debug(`${method} was dropped: ${parsed.error.issues[0]?.message}`);
  } else if (method === 'window/workDoneProgress/cancel') {
    const parsed = clientNotifications[method].params().safeParse(params);
    const error = new EngineError('run.cancelled', 'The agent run was cancelled: its progress was cancelled.');
    if (parsed.success) executor.cancelProgress(parsed.data.token, error);
    else log.debug(`${method} was dropped: ${parsed.error.issues[0]?.message}`);
  }
}

type TextPiece = { runId: string; requestId: string; delta: { text: string } };

/** Returns whether parameters are a piece of text and nothing else, as most are: those need no schema. */
function isTextPiece(params: unknown): params is TextPiece {
  const { runId, requestId, delta } = (params ?? {}) as Record<string, unknown>;
  if (typeof runId !== 'string' || typeof requestId !== 'string') return false;
  if (delta === null || typeof delta !== 'object') return false;
  for (const key in delta) if (key !== 'text') return false;
  return typeof (delta as { text?: unknown }).text === 'string';
}
