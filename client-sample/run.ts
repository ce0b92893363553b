import type { RunwireClient, ToolFunction } from 'runwire/client';
import type { DeltaEvent, DurableEvent, ModelMessage, RunResult, RunSpecInput, RunUsage } from 'runwire/protocol';

/** Everything that is known of a run once it is over; what `--json` prints. */
export interface Report {
  readonly result: RunResult;
  readonly messages: ModelMessage[];
  readonly newMessages: ModelMessage[];
  readonly usage: RunUsage;
}

/** How a run is followed. */
export interface Following {
  readonly tools: Readonly<Record<string, ToolFunction>>;
  readonly onEvent: (event: DurableEvent) => void;
  /** Called with what comes of an answer before it is whole. */
  readonly onDelta?: (event: DeltaEvent) => void;
  /** Aborted when the run is no longer wanted. */
  readonly interrupted: AbortSignal;
}

/**
 * Starts a run, follows it to its end and collects what it leaves. A run that fails or is cancelled is no error: its
 * result says so, and its messages and usage are there all the same.
 *
 * Errors: those of `run/start`, for example an unknown model.
 */
export async function followRun(client: RunwireClient, spec: RunSpecInput, following: Following): Promise<Report> {
  const { tools, onEvent, onDelta, interrupted } = following;
  const run = await client.start(spec, { tools, ...(onDelta ? { onDelta: ({ event }) => onDelta(event) } : {}) });
  // The response to `run/cancel` is of no interest: the result shows what became of the run.
  const cancel = () => void run.cancel('interrupted by the user').catch(() => undefined);
  interrupted.addEventListener('abort', cancel, { once: true });
  if (interrupted.aborted) cancel();
  for await (const { event } of run.events) onEvent(event);
  const result = await run.result;
  interrupted.removeEventListener('abort', cancel);
  const [all, fresh, { usage }] = await Promise.all([run.messages(), run.newMessages(), run.usage()]);
  return { result, messages: all.messages ?? [], newMessages: fresh.messages ?? [], usage };
}
