import type { AgentSpec } from '../../protocol/spec.ts';
import type { Handlers } from '../dispatch/dispatch.ts';
import { compileAgent } from '../engine/agent.ts';
import { resolveModel } from '../models/registry.ts';
import type { KeySource } from '../models/secrets/keys.ts';
import type { AgentRegistry } from '../runs/agent-registry.ts';
import { agentFieldsOf } from '../runs/merge.ts';
import { refuseApprovals } from '../toolsets/server-specs.ts';
import type { Toolsets } from '../toolsets/toolsets.ts';

type AgentHandlers = Pick<Handlers, Extract<keyof Handlers, `agent/${string}`>>;

/** The `agent/…` requests. */
export function agentHandlers({
  agents,
  keys,
  toolsets,
}: {
  agents: AgentRegistry;
  keys: KeySource;
  toolsets: Toolsets;
}): AgentHandlers {
  return {
    'agent/register': async (params, session) => {
      const spec = agentFieldsOf(params);
      const hostServesSecrets = session.serves('secret/get');
      if (spec.model) resolveModel(spec.model, { ...keys, hostServesSecrets }, spec.modelSettings);
      toolsets.check(spec);
      const compiled = await compileAgent(spec, session.limits);
      refuseApprovals(spec, compiled);
      const { warnings } = compiled;
      const replaced = agents.set(params.name, { spec, compiled });
      return { name: params.name, replaced, ...(warnings.length > 0 ? { warnings: [...warnings] } : {}) };
    },
    'agent/list': () => ({
      agents: agents.list().map(([name, { spec }]) => ({
        name,
        ...(spec.model ? { model: modelName(spec.model) } : {}),
        tools: (spec.tools ?? []).map((tool) => tool.name),
      })),
    }),
    'agent/unregister': ({ name }) => ({ removed: agents.delete(name) }),
  };
}

function modelName(model: NonNullable<AgentSpec['model']>): string {
  if (typeof model === 'string') return model;
  const [first] = Array.isArray(model) ? model : 'models' in model ? model.models : [model];
  return typeof first === 'string' ? first : (first?.model ?? '');
}
