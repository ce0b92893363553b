import type { AgentRun } from 'runwire';
import type { DurableEvent, ModelMessage, RunResult, RunUsage } from 'runwire/protocol';

/** Everything that is known of a run once it is over; what `--json` prints. */
export interface Report {
  readonly result: RunResult;
  readonly messages: ModelMessage[];
  readonly newMessages: ModelMessage[];
  readonly usage: RunUsage;
}

/**
 * Follows a run to its end and collects what it leaves. A run that fails or is cancelled is no error: its result says so, and its
 * messages and usage are there all the same.
 *
 * Errors: `DaemonGoneError`.
 */
export async function followRun(run: AgentRun<string>, onEvent: (event: DurableEvent) => void): Promise<Report> {
  for await (const { event } of run) onEvent(event);
  const result = await run.result;
  const [all, fresh, { usage }] = await Promise.all([run.messages(), run.newMessages(), run.usage()]);
  return { result, messages: all.messages ?? [], newMessages: fresh.messages ?? [], usage };
}
