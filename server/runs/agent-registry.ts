import type { AgentSpec } from '../../protocol/spec.ts';
import type { CompiledAgent } from '../engine/agent.ts';
import { EngineError } from '../engine/errors.ts';
import { didYouMean } from '../errors/did-you-mean.ts';

/** An agent as it was registered, and compiled. @since 0.1.0 */
export interface RegisteredAgent {
  readonly spec: AgentSpec;
  readonly compiled: CompiledAgent;
}

/** The agents of a daemon, by name. @since 0.1.0 */
export class AgentRegistry {
  readonly #agents = new Map<string, RegisteredAgent>();
  readonly #max: number;

  constructor(max: number) {
    this.#max = max;
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
    const replaced = this.#agents.has(name);
    if (!replaced && this.#agents.size >= this.#max) {
      throw new EngineError(
        'overloaded',
        `${this.#max} agents are registered; that is the limit. Unregister some first.`,
        { limit: 'agents' },
      );
    }
    this.#agents.set(name, agent);
    return replaced;
  }

  delete(name: string): boolean {
    return this.#agents.delete(name);
  }

  list(): [string, RegisteredAgent][] {
    return [...this.#agents];
  }
}
