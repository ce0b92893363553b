import type { ModelMessage } from '../../../protocol/messages/messages.ts';
import { formatTimestamp } from '../../../protocol/messages/timestamp.ts';
import type { RunStartParams } from '../../../protocol/run.ts';
import type { AgentSpec, ModelSpec } from '../../../protocol/spec.ts';
import type { RunResumeParams } from '../../../protocol/store/resume.ts';
import { type CompiledAgent, compileAgent } from '../../engine/agent.ts';
import type { RunBounds } from '../../engine/limits/bounds.ts';
import { withTotal } from '../../engine/limits/usage.ts';
import type { Warning } from '../../engine/model.ts';
import type { RunInput } from '../../engine/state.ts';
import type { Serves } from '../../engine/steps/run-lines.ts';
import { LOOP_VERSION, type StepRunner } from '../../engine/steps/steps.ts';
import { conversationOf, givenHistory } from '../../runs/given-history.ts';
import { RUN_VERSION, type RunHead, type StoredHistory } from '../../store/stored-lines.ts';
import { type Compiled, settingsOf } from './run-compiler.ts';

/** Everything that shapes a run beside its steps, be it a new one or one that goes on. */
export interface RunPlan {
  readonly runId: string;
  readonly conversationId: string;
  readonly params: Omit<RunStartParams, 'messageHistory'>;
  readonly spec: AgentSpec;
  readonly modelSpec: ModelSpec;
  readonly agent: CompiledAgent;
  readonly modelSettings: CompiledAgent['modelSettings'];
  /** The messages it begins with. */
  readonly history: readonly ModelMessage[];
  readonly warnings: readonly Warning[];
  readonly bounds: RunBounds;
  readonly stream: boolean;
  readonly fingerprint: string;
  readonly startedAtMs: number;
}

/** What a run is continued with. */
export type ResumeOptions = Omit<RunResumeParams, 'runId' | 'wait' | 'include' | 'deferredToolResults'> & {
  /** The id of its model, for a run that is rebuilt only to end. */
  readonly modelId?: string;
};

/**
 * Completes a start that was checked: its history, its conversation, its time.
 *
 * Errors: those of `givenHistory`.
 */
export function planOf(
  params: RunStartParams,
  { spec, modelSpec, agent, handle, warnings }: Compiled,
  from: {
    runId: string;
    fingerprint: string;
    nowMs: number;
    bounds: RunBounds;
    messagesOf: (runId: string) => readonly ModelMessage[];
  },
): RunPlan {
  const { runId, nowMs, messagesOf, fingerprint, bounds } = from;
  const { history, carried } = givenHistory(params, runId, { messagesOf, nowMs });
  const { messageHistory: _, ...others } = params;
  return {
    runId,
    conversationId: conversationOf(params, history, nowMs),
    params: others,
    spec,
    modelSpec,
    agent,
    modelSettings: settingsOf(handle, agent),
    history,
    warnings: carried ? [...warnings, carried] : warnings,
    bounds,
    stream: params.stream ?? params.deltas !== 'none',
    fingerprint,
    startedAtMs: nowMs,
  };
}

/** What the input of a run has beside its plan. */
export type OwnInput = Pick<
  RunInput,
  'model' | 'events' | 'sources' | 'ending' | 'callbacks' | 'signal' | 'now' | 'runner'
>;

/** The input of a run. */
export function inputOf(plan: RunPlan, own: OwnInput): RunInput & { runner: StepRunner } {
  const { prompt, usage, metadata, maxToolConcurrency, deferredToolResults } = plan.params;
  // Written out, since objects that are put together of others take twice the memory.
  return {
    runId: plan.runId,
    conversationId: plan.conversationId,
    agent: plan.agent,
    modelSettings: plan.modelSettings,
    history: plan.history,
    warnings: plan.warnings,
    bounds: plan.bounds,
    stream: plan.stream,
    prompt: prompt ?? undefined,
    usage: usage ? withTotal({ ...usage }) : undefined,
    metadata: metadata ?? undefined,
    maxToolConcurrency: maxToolConcurrency || undefined,
    deferredResults: deferredToolResults ?? undefined,
    model: own.model,
    events: own.events,
    sources: own.sources,
    ending: own.ending,
    callbacks: own.callbacks,
    signal: own.signal,
    now: own.now,
    runner: own.runner,
  };
}

/** The first line of a run in the store. */
export function headOf(
  plan: RunPlan,
  more: { by: string; modelId: string; serves: Serves; history: StoredHistory; continuedFrom?: string | undefined },
): RunHead {
  const { agent: _agent, history: _history, params, ...shared } = plan;
  const { spec, modelSpec, modelSettings, stream, bounds, startedAtMs, runId, conversationId, ...others } = shared;
  const { parentRunId } = params;
  return {
    v: RUN_VERSION,
    loop: LOOP_VERSION,
    by: more.by,
    runId,
    conversationId,
    ...(parentRunId ? { parentRunId } : {}),
    ...(more.continuedFrom ? { continuedFrom: more.continuedFrom } : {}),
    ...others,
    startedAt: formatTimestamp(startedAtMs),
    startedAtMs,
    spec: { agent: spec, model: modelSpec, modelId: more.modelId, modelSettings, params: lasting(params), stream },
    bounds: boundsOf(bounds),
    serves: more.serves,
    history: more.history,
  };
}

/** The plan of a run that is in the store. */
export async function storedPlan(head: RunHead, history: readonly ModelMessage[]): Promise<RunPlan> {
  const { runId, conversationId, spec, warnings, bounds, fingerprint, startedAtMs } = head;
  return {
    runId,
    conversationId,
    params: spec.params,
    spec: spec.agent,
    modelSpec: spec.model,
    agent: await compileAgent(spec.agent, {}),
    modelSettings: spec.modelSettings,
    history,
    warnings,
    bounds,
    stream: spec.stream,
    fingerprint,
    startedAtMs,
  };
}

/** The parameters without those of the agent, and of how the first client followed the run. */
function lasting(params: RunPlan['params']): RunPlan['params'] {
  const { runId, prompt, usage, metadata, maxToolConcurrency, deferredToolResults, deps, timeoutMs } = params;
  const { unknownParts, parentRunId, conversationId } = params;
  const kept = { runId, prompt, usage, metadata, maxToolConcurrency, deferredToolResults, deps, timeoutMs };
  const all = { ...kept, unknownParts, parentRunId, conversationId };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined && value !== null));
}

const boundsOf = (bounds: RunBounds): RunBounds => ({
  responseBytes: bounds.responseBytes,
  streamBytes: bounds.streamBytes,
  partsPerResponse: bounds.partsPerResponse,
  callsPerResponse: bounds.callsPerResponse,
  nameCharacters: bounds.nameCharacters,
  nesting: bounds.nesting,
  streamStallMs: bounds.streamStallMs,
  stepsPerRun: bounds.stepsPerRun,
  eventsPerRun: bounds.eventsPerRun,
  messageBytesPerRun: bounds.messageBytesPerRun,
});
