import { type CallbackMethod, callbacks } from '../../../protocol/catalogue.ts';
import type { RunStartParams } from '../../../protocol/run.ts';
import type { AgentSpec, ModelSpec } from '../../../protocol/spec.ts';
import { notServed } from '../../callbacks/needed-callbacks.ts';
import { type CompiledAgent, compileAgent } from '../../engine/agent.ts';
import type { Warning } from '../../engine/model.ts';
import type { Serves } from '../../engine/steps/run-lines.ts';
import { type ModelHandle, resolveModel } from '../../models/registry.ts';
import type { KeySource } from '../../models/secrets/keys.ts';
import type { AgentRegistry } from '../../runs/agent-registry.ts';
import { agentFieldsOf, mergeAgent } from '../../runs/merge.ts';
import type { RunOwner } from '../../runs/run-owner.ts';
import { type NamedServer, refuseApprovals, serversOfRun } from '../../toolsets/server-specs.ts';
import { Toolsets } from '../../toolsets/toolsets.ts';

/** A specification made ready to run. */
export interface Compiled {
  /** The agent of the run, merged with the one that was named. */
  readonly spec: AgentSpec;
  /** The model, also when it is that of the connection. */
  readonly modelSpec: ModelSpec;
  readonly agent: CompiledAgent;
  readonly handle: ModelHandle;
  readonly warnings: readonly Warning[];
  /** The tool servers of the run, with whose they are. */
  readonly servers: readonly NamedServer[];
}

/** What compiling needs. */
export interface CompilerDeps {
  readonly agents: AgentRegistry;
  readonly keys: KeySource;
  /** Absent: runs have no tool servers. */
  readonly toolsets?: Toolsets;
}

/** Checks the agent and the model of a run. Errors: those of `run/start`. */
export async function compileRun(params: RunStartParams, owner: RunOwner, deps: CompilerDeps): Promise<Compiled> {
  const own = agentFieldsOf(params);
  const registered = params.agent ? deps.agents.get(params.agent) : undefined;
  const addsNothing = Object.keys(own).length === 0;
  const spec: AgentSpec = registered ? (addsNothing ? registered.spec : mergeAgent(registered.spec, own)) : own;
  const named = spec.model ?? owner.defaultModel;
  const modelSpec = named ?? 'test';
  const { requests, isPolling } = owner;
  const serves = servesOf(params, owner);
  const handle = modelOf({ modelSpec, spec }, deps.keys, serves);
  (deps.toolsets ?? new Toolsets('off')).check(spec);
  const agent = registered && addsNothing ? registered.compiled : await compileAgent(spec, owner.limits);
  refuseApprovals(spec, agent);
  const shared = registered ? { registration: registered, servers: registered.spec.mcpServers } : null;
  const waiting = !requests || isPolling ? null : notServed({ spec, params, model: modelSpec }, serves);
  return {
    spec,
    modelSpec,
    agent,
    handle,
    servers: serversOfRun(shared, own.mcpServers),
    warnings: [...(named ? [] : [defaulted]), ...handle.warnings, ...agent.warnings, ...(waiting ? [waiting] : [])],
  };
}

/** The model of a run. Errors: `model.unknown`, `auth.missing`, `run.invalid`. */
export function modelOf(
  { modelSpec, spec }: { modelSpec: ModelSpec; spec: AgentSpec },
  keys: KeySource,
  serves: (method: CallbackMethod) => boolean,
): ModelHandle {
  return resolveModel(modelSpec, { ...keys, hostServesSecrets: serves('secret/get') }, spec.modelSettings);
}

/** Which callbacks of a run its client is sent. */
export function servesOf(
  { callbacks: more }: Pick<RunStartParams, 'callbacks'>,
  { requests }: RunOwner,
): (method: CallbackMethod) => boolean {
  return (method) => requests !== null && (requests.serves(method) || (more ?? []).includes(method));
}

/** The same as it is recorded; a run that is never sent any waits for none either. */
export function recordedServes(params: Pick<RunStartParams, 'callbacks'>, owner: RunOwner): Serves {
  if (!owner.requests) return null;
  const all = Object.keys(callbacks) as CallbackMethod[];
  const served = all.filter(servesOf(params, owner));
  return served.length === all.length ? null : served;
}

/** Settings of the agent and the run take precedence over those of the model, key by key. */
export function settingsOf(handle: ModelHandle, agent: CompiledAgent): CompiledAgent['modelSettings'] {
  const merged = { ...handle.settings, ...agent.modelSettings };
  return Object.keys(merged).length > 0 ? merged : null;
}

const defaulted: Warning = {
  kind: 'model.defaulted',
  message:
    "No model was named, so the embedded model 'test' answers; it calls every tool once and makes its answers up.",
};
