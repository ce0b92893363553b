import type { CallbackMethod } from '../../protocol/catalogue.ts';
import type { DurableEvent } from '../../protocol/events.ts';
import type { ModelMessage } from '../../protocol/messages/messages.ts';
import type { RunError, RunResult } from '../../protocol/result.ts';
import type { RunStartParams } from '../../protocol/run.ts';
import type { AgentSpec, ModelSettings, ModelSpec } from '../../protocol/spec.ts';
import type { RunBounds } from '../engine/limits/bounds.ts';
import type { Warning } from '../engine/model.ts';
import type { Steer, SteerTime } from '../engine/request/steering-queue.ts';
import type { Serves } from '../engine/steps/run-lines.ts';
import type { StepOutput } from '../engine/steps/steps.ts';

/** The version of the format of a run. */
export const RUN_VERSION = 1;

/** What a run was started with, as far as the steps do not say it. */
export interface StoredSpec {
  /** The agent of the run, merged with the one that was named. */
  readonly agent: AgentSpec;
  /** The model, also when it is that of the connection. */
  readonly model: ModelSpec;
  /** Its name, as events and results have it. */
  readonly modelId: string;
  /** The settings of the model, the agent and the run. */
  readonly modelSettings: ModelSettings | null;
  /** The parameters without the fields of the agent and the history. */
  readonly params: Omit<RunStartParams, 'messageHistory'>;
  readonly stream: boolean;
}

/** The first line of a run. */
export interface RunHead {
  readonly v: number;
  readonly loop: number;
  /** Version of the daemon that wrote it. */
  readonly by: string;
  readonly runId: string;
  readonly conversationId: string;
  readonly parentRunId?: string;
  /** The run that ended deferred and goes on in this one. */
  readonly continuedFrom?: string;
  readonly fingerprint: string;
  readonly startedAt: string;
  readonly startedAtMs: number;
  readonly spec: StoredSpec;
  readonly warnings: readonly Warning[];
  readonly bounds: RunBounds;
  readonly serves: Serves;
  readonly history: StoredHistory;
  /** True once only the messages and the end are left of its lines. */
  readonly compact?: boolean;
}

/** The history a run begins with: messages of another run of its conversation, then others. */
export interface StoredHistory {
  readonly from?: { readonly runId: string; readonly count: number };
  readonly messages: readonly ModelMessage[];
}

/** How the history changed since the line before: from an index on. A key stands for the response in its output. */
export interface HistoryChange {
  readonly at: number;
  readonly list: readonly (ModelMessage | { readonly step: string })[];
  /** Index of the first new message, when that changed. */
  readonly first?: number;
}

/** The lines after the head, by kind. */
export type StoredLine =
  | { readonly k: 'try'; readonly key: string }
  | { readonly k: 'told'; readonly key: string | null; readonly after: string; readonly event: DurableEvent }
  | {
      readonly k: 'step';
      readonly key: string;
      readonly o: StepOutput;
      readonly m?: HistoryChange;
      /** Milliseconds of its time that a run with a deadline has used. */
      readonly used?: number;
    }
  | {
      readonly k: 'ask';
      readonly id: string;
      readonly method: CallbackMethod;
      readonly params: Record<string, unknown>;
      readonly at: number;
      readonly until?: number;
    }
  | { readonly k: 'answer'; readonly id: string; readonly result?: unknown; readonly error?: StoredError }
  | { readonly k: 'steer'; readonly steer: Steer; readonly when: SteerTime }
  | { readonly k: 'stop'; readonly after: string; readonly error: RunError; readonly at: string }
  | {
      readonly k: 'claim';
      readonly epoch: string;
      readonly loop: number;
      readonly by: string;
      readonly serves: Serves;
      readonly at: string;
    }
  | { readonly k: 'end'; readonly result: RunResult; readonly m?: HistoryChange };

/** An error that answers a callback. */
export interface StoredError {
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
}
