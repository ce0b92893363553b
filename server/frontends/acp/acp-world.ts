import type { AgentSpec, ModelEntry } from '../../../protocol/spec.ts';
import type { ServeCallback } from '../../callbacks/served-callbacks.ts';
import type { EngineError } from '../../engine/errors.ts';
import type { RunExecutor } from '../../executors/run-executor.ts';

/** What is known of a model. */
export interface ModelFacts {
  /** The kinds of content that it takes. */
  readonly input: readonly string[];
  /** Tokens of its window; null when that is not known. */
  readonly windowTokens: number | null;
  readonly thinks: boolean;
}

/** The agent of the operator. */
export interface AcpAgentFile {
  readonly spec: AgentSpec;
  /** The models that a person may choose; the first one is the default. */
  readonly models: readonly ModelEntry[];
}

/** The parts of the process that the front end uses. */
export interface AcpWorld {
  readonly executor: RunExecutor;
  readonly hasStore: boolean;
  readonly factsOf: (model: ModelEntry) => Promise<ModelFacts>;
  /** Makes a named agent, of which runs can be. Errors: `EngineError` for one that cannot be meant. */
  readonly register: (name: string, spec: AgentSpec) => Promise<void>;
  /** Starts the servers of such an agent; resolves when they are ready or given up. Never rejects. */
  readonly warmUp: (
    name: string,
    options: { canElicit: boolean; onWarning: (message: string) => void },
  ) => Promise<void>;
  /** Forgets it, and ends its servers. */
  readonly unregister: (name: string) => void;
  /** Serves the models `host:NAME`; absent: there are none. */
  readonly hostModel?: ServeCallback;
  readonly newId: () => string;
  readonly reportBug: (error: unknown) => EngineError;
}
