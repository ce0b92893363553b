import type { ModelSpec } from '../../protocol/spec.ts';
import { EngineError } from '../engine/errors.ts';

/** What the token of a connection stands for. */
export interface Grant {
  /** Whose runs the connection sees: all connections of one tenant share them, and nobody else. */
  readonly tenant: string;
  /** What the connection may use; absent: everything that the daemon serves. */
  readonly allow?: Allowed | undefined;
}

/** Names, or beginnings of names followed by `*`; a list that is absent allows all. */
export interface Allowed {
  /** Methods, for example `run/*`; the handshake and the end of a connection are always allowed. */
  readonly methods?: readonly string[] | undefined;
  /** Models, for example `openai:*`. A run of an agent has been checked with the agent. */
  readonly models?: readonly string[] | undefined;
}

const always: ReadonlySet<string> = new Set(['initialize', 'shutdown', 'rpc/discover']);

/** Returns what refuses a request that a grant does not allow. Errors: `notAllowed`. */
export function checkOf({ allow }: Grant): ((request: { method: string; params: unknown }) => void) | undefined {
  if (!allow) return undefined;
  return ({ method, params }) => {
    if (allow.methods && !always.has(method) && !fits(method, allow.methods))
      throw new EngineError('notAllowed', `The token of this connection does not allow '${method}'.`, { method });
    if (!allow.models) return;
    for (const model of modelsIn(method, params)) {
      if (!fits(model, allow.models))
        throw new EngineError('notAllowed', `The token of this connection does not allow the model '${model}'.`, {
          model,
        });
    }
  };
}

const fits = (name: string, allowed: readonly string[]) =>
  allowed.some((one) => (one.endsWith('*') ? name.startsWith(one.slice(0, -1)) : name === one));

/** The models that a request names, or would fall back to, as far as it is well-formed; one that is not is refused anyway. */
function modelsIn(method: string, params: unknown): string[] {
  const { model, agent, initializationOptions } = (params ?? {}) as Record<string, unknown>;
  if (method === 'run/start') return model || agent ? namesOf(model as ModelSpec) : [];
  if (method === 'agent/register') return namesOf(model as ModelSpec);
  if (method !== 'initialize') return [];
  const { defaults } = (initializationOptions ?? {}) as { defaults?: { model?: ModelSpec } };
  return namesOf(defaults?.model);
}

function namesOf(model: ModelSpec | null | undefined): string[] {
  if (typeof model === 'string') return [model];
  if (Array.isArray(model)) return model.flatMap(namesOf);
  if (model === null || typeof model !== 'object') return [];
  const { models, model: name } = model as { models?: ModelSpec[]; model?: string };
  return [...(Array.isArray(models) ? models.flatMap(namesOf) : []), ...(typeof name === 'string' ? [name] : [])];
}
