import { RunSources, type RunSourcesOptions } from './run-sources.ts';
import { ServerScope } from './server-scope.ts';
import type { NamedServer } from './server-specs.ts';
import type { SharedServer } from './shared-server.ts';

/** Options of the sources of a run, before it is known where its servers belong. */
export interface PooledRun extends Omit<RunSourcesOptions, 'servers'> {
  readonly servers: readonly NamedServer[];
}

/** All MCP servers of a daemon. It is loaded with the first of them. */
export class ServerPool {
  /** Every server that was not ended yet. */
  readonly #held = new Set<SharedServer>();
  readonly #agents = new WeakMap<object, ServerScope>();

  /** The sources of a run: servers of its agent are shared, the others are its own. */
  sources({ servers, ...options }: PooledRun): RunSources {
    const own = new ServerScope({ isRetired: true, held: this.#held });
    const scoped = servers.map(({ name, spec, agent }) => ({ name, spec, scope: agent ? this.#ofAgent(agent) : own }));
    return new RunSources({ ...options, servers: scoped });
  }

  /** Ends the servers of an agent once its runs are over. */
  retire(agent: object): void {
    const scope = this.#agents.get(agent);
    this.#agents.delete(agent);
    void scope?.retire();
  }

  /** Ends all servers. */
  async close(): Promise<void> {
    await Promise.all([...this.#held].map((server) => server.close()));
  }

  #ofAgent(agent: object): ServerScope {
    const known = this.#agents.get(agent);
    if (known) return known;
    const scope = new ServerScope({ isRetired: false, held: this.#held });
    this.#agents.set(agent, scope);
    return scope;
  }
}
