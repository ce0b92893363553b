import type { AgentRun, RunOptions, Runwire } from 'runwire';

/**
 * Starts a run; with `continues` it goes on in the latest conversation of the store. A run of that which was interrupted, because the
 * program before this one or its daemon died, goes on instead: with its own prompt, and with the tools given now.
 *
 * Errors: an `Error` for a store without a conversation; those of `run/start` and `run/resume`; `DaemonGoneError`.
 */
export async function startOrContinue(
  runwire: Runwire,
  options: RunOptions,
  { continues, onResume }: { continues: boolean; onResume: (runId: string) => void },
): Promise<AgentRun<string>> {
  if (!continues) return runwire.startRun(options);
  const [latest] = (await runwire.request('conversation/list', { limit: 1 })).conversations;
  if (!latest) throw new Error('The store has no conversation yet; leave --continue out to begin one.');
  const { conversationId } = latest;
  const [interrupted] = (await runwire.request('run/list', { conversationId, state: 'interrupted', limit: 1 })).runs;
  if (!interrupted) return runwire.startRun({ ...options, conversationId });
  onResume(interrupted.runId);
  return runwire.resume(interrupted.runId, options);
}
