import type { RunSnapshot } from '../../protocol/run.ts';
import { responseSoFar } from '../engine/request.ts';
import { type PendingItems, pendingItem } from './pending-items.ts';
import type { RunRecord } from './run-record.ts';

/** All there is to know to draw a run anew, beside its messages. @since 0.2.0 */
export function snapshot({ runId, state, engine, outlet, result }: RunRecord, pending: PendingItems): RunSnapshot {
  // What waits to be merged is sent first: the response below holds it.
  const lastDelta = outlet.lastDelta();
  const response = responseSoFar(engine);
  return {
    runId,
    state,
    ...(engine.agent.name ? { agent: engine.agent.name } : {}),
    runStep: engine.runStep,
    ...(response ? { response } : {}),
    pending: pending.list(runId).map(pendingItem),
    usage: engine.usage,
    messageCount: engine.history.length,
    lastSeq: engine.lastSeq,
    lastDelta,
    ...(result ? { result } : {}),
  };
}
