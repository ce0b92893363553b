import { clientNotifications } from '../../protocol/catalogue.ts';
import { EngineError } from '../engine/errors.ts';
import type { Log } from '../log.ts';
import type { RunRegistry } from '../runs/registry.ts';

/** What a client tells about a callback that is open. Nobody can be answered: what does not fit is dropped. @since 0.2.0 */
export function takeNotification(
  { method, params }: { method: string; params: unknown },
  { runs, log }: { runs: RunRegistry; log: Log },
): void {
  if (method === 'model/delta') {
    const parsed = clientNotifications[method].params().safeParse(params);
    if (parsed.success) runs.find(parsed.data.runId)?.modelDelta(parsed.data);
    else log.debug(`${method} was dropped: ${parsed.error.issues[0]?.message}`);
  } else if (method === 'tool/progress') {
    const parsed = clientNotifications[method].params().safeParse(params);
    if (parsed.success) runs.find(parsed.data.runId)?.toolProgress(parsed.data);
    else log.debug(`${method} was dropped: ${parsed.error.issues[0]?.message}`);
  } else if (method === 'window/workDoneProgress/cancel') {
    const parsed = clientNotifications[method].params().safeParse(params);
    const error = new EngineError('run.cancelled', 'The agent run was cancelled: its progress was cancelled.');
    if (parsed.success) for (const run of runs.withProgress(parsed.data.token)) run.cancel(error);
    else log.debug(`${method} was dropped: ${parsed.error.issues[0]?.message}`);
  }
}
