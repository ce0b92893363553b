import type { Limits } from '../../protocol/lifecycle.ts';
import type { AgentSpec } from '../../protocol/spec.ts';
import type { CompiledAgent } from '../engine/agent.ts';
import { EngineError } from '../engine/errors.ts';
import { jsonSize } from '../engine/json/json-size.ts';
import { didYouMean } from '../errors/did-you-mean.ts';
import { refuseExcess } from './overload.ts';

/** An agent as it was registered, and compiled. */
export interface RegisteredAgent {
  readonly spec: AgentSpec;
  readonly compiled: CompiledAgent;
}

type Kept = RegisteredAgent & { readonly bytes: number };

/** The agents of a daemon, by name. */
export class AgentRegistry {
  readonly #agents = new Map<string, Kept>();
  readonly #limits: Pick<Limits, 'agents' | 'agentsBytes'>;
  /** Called with each registration that is replaced or removed. */
  readonly #onRemoved: (agent: RegisteredAgent) => void;
  #bytes = 0;

  constructor(
    limits: Pick<Limits, 'agents' | 'agentsBytes'>,
    onRemoved: (agent: RegisteredAgent) => void = () => undefined,
  ) {
    this.#limits = limits;
    this.#onRemoved = onRemoved;
  }

  /** About the bytes of all specifications, as JSON. */
  get bytes(): number {
    return this.#bytes;
  }

  get size(): number {
    return this.#agents.size;
  }

  /** Errors: `agent.notFound`. */
  get(name: string): RegisteredAgent {
    const agent = this.#agents.get(name);
    if (agent) return agent;
    const guess = didYouMean(name, [...this.#agents.keys()]);
    const hint = guess ? ` Did you mean '${guess}'?` : ' Register it with agent/register.';
    throw new EngineError('agent.notFound', `There is no agent '${name}'.${hint}`, {
      agent: name,
      ...(guess ? { didYouMean: guess } : {}),
    });
  }

  /** True when an agent of that name was replaced. Errors: `overloaded`. */
  set(name: string, agent: RegisteredAgent): boolean {
    const replaced = this.#agents.get(name);
    const { agents: max, agentsBytes: maxBytes } = this.#limits;
    const advice = 'Unregister some first.';
    const count = this.#agents.size + (replaced ? 0 : 1);
    refuseExcess({ limit: 'agents', max, value: count, what: `With '${name}' the registered agents would be`, advice });
    const bytes = jsonSize(agent.spec);
    const all = this.#bytes - (replaced?.bytes ?? 0) + bytes;
    const what = `With '${name}' the bytes of registered agents would be`;
    refuseExcess({ limit: 'agentsBytes', max: maxBytes, value: all, what, advice });
    this.#bytes = all;
    this.#agents.set(name, { ...agent, bytes });
    if (replaced) this.#onRemoved(replaced);
    return replaced !== undefined;
  }

  delete(name: string): boolean {
    const removed = this.#agents.get(name);
    this.#bytes -= removed?.bytes ?? 0;
    if (removed) this.#onRemoved(removed);
    return this.#agents.delete(name);
  }

  list(): [string, RegisteredAgent][] {
    return [...this.#agents];
  }
}
