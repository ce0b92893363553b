import { DBOSExecutor } from '@dbos-inc/dbos-sdk/internal/dbos-executor';
import { patiently } from './database-errors.ts';

/**
 * Continues workflows in this process, which has claimed them with a token: what the dispatcher of DBOS's own queues does, so
 * that attempts are counted and a former owner is refused. Those that are gone meanwhile are passed over; returns the others.
 */
export async function execute(workflowIds: readonly string[], token: string): Promise<string[]> {
  const executor = DBOSExecutor.globalInstance;
  if (!executor || workflowIds.length === 0) return [];
  // Nobody else looks after what is claimed: an outage is waited for.
  const statuses = await patiently(() => executor.systemDatabase.getWorkflowStatuses([...workflowIds]));
  const begun: string[] = [];
  for (const workflowId of workflowIds) {
    const status = statuses.get(workflowId);
    if (!status) continue;
    const handle = await executor.executeDequeuedWorkflow(status, token);
    handle.getResult().catch(() => undefined);
    begun.push(workflowId);
  }
  return begun;
}

/** How many runs of a queue are driven here. */
export function countOf(queue: string): number {
  return DBOSExecutor.globalInstance?.systemDatabase.countRunningWorkflowsForQueue(queue) ?? 0;
}

/** The workflows that this process executes: from their claim until their end, or that they were given up, is recorded. */
export function executing(): string[] {
  return [...(DBOSExecutor.globalInstance?.systemDatabase.runningWorkflowMap.keys() ?? [])];
}

/** Takes nothing more out of queues. */
export async function stopDequeuing(): Promise<void> {
  await DBOSExecutor.globalInstance?.deactivateEventReceivers();
}
