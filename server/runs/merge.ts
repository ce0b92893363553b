import { AgentSpec, type Prompts } from '../../protocol/spec.ts';
import { userError } from '../engine/errors.ts';

/**
 * The agent of a run over a named agent: instructions, tools and history processors add, model settings and retries
 * merge key by key, the rest replaces.
 *
 * Errors: `run.invalid` when the output is replaced although the agent has validators.
 * Source: Pydantic AI `Agent.run` over `Agent`.
 */
export function mergeAgent(agent: AgentSpec, run: AgentSpec): AgentSpec {
  if (run.output && agent.outputValidators?.length) {
    throw userError('Cannot set a custom run `output_type` when the agent has output validators');
  }
  const given = Object.fromEntries(Object.entries(run).filter(([, value]) => value !== null && value !== undefined));
  return {
    ...agent,
    ...given,
    instructions: [...listOf(agent.instructions), ...listOf(run.instructions)],
    tools: [...(agent.tools ?? []), ...(run.tools ?? [])],
    mcpServers: { ...agent.mcpServers, ...run.mcpServers },
    historyProcessors: [...(agent.historyProcessors ?? []), ...(run.historyProcessors ?? [])],
    modelSettings: { ...agent.modelSettings, ...run.modelSettings },
    retries: { ...retriesOf(agent.retries), ...retriesOf(run.retries) },
  };
}

/** The fields of an agent among those of a run. */
export function agentFieldsOf(spec: Record<string, unknown>): AgentSpec {
  const names = Object.keys(AgentSpec().shape);
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = spec[name];
      return value === undefined || value === null ? [] : [[name, value]];
    }),
  );
}

function listOf(prompts: Prompts | null | undefined): Exclude<Prompts, string> {
  if (prompts === null || prompts === undefined) return [];
  return typeof prompts === 'string' ? [prompts] : prompts;
}

function retriesOf(retries: AgentSpec['retries']): { tools?: number; output?: number } {
  if (typeof retries === 'number') return { tools: retries, output: retries };
  const given = Object.entries(retries ?? {}).filter(([, value]) => value !== null && value !== undefined);
  return Object.fromEntries(given);
}
