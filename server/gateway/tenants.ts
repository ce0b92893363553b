import type { RunSlots } from '../runs/slots.ts';
import type { Tenancy } from '../tenancy.ts';

/** Tenants that are kept at once; those without connections and live runs make room. */
const most = 10_000;
/** How often idle ones are looked for, in milliseconds. */
const lookMs = 10_000;

/** What the tenants of a gateway are made of. */
export interface TenantsOptions {
  /** Makes the runs, agents and tool servers of a tenant. */
  readonly open: (tenant: string, slots: RunSlots) => Tenancy;
  /** Milliseconds since 1970. */
  readonly epochMs: () => number;
  /** How long what a tenant had is kept when nobody is there, in milliseconds. */
  readonly keptMs: number;
  readonly slots: RunSlots;
}

/** The runs of one tenant, and who holds them. */
export interface Tenant {
  readonly name: string;
  readonly tenancy: Tenancy;
  /** Connections, and runs that go on without one. */
  holders: number;
  idleSinceMs: number;
}

/** The tenants of a gateway. Each has an executor of its own, so that no id of another one means anything to it. */
export class Tenants {
  readonly #options: TenantsOptions;
  readonly #tenants = new Map<string, Tenant>();
  #lookedAtMs = 0;

  constructor(options: TenantsOptions) {
    this.#options = options;
  }

  get all(): Iterable<Tenant> {
    return this.#tenants.values();
  }

  /** The tenant of a connection, for as long as it is held. */
  hold(name: string): Tenant {
    this.#makeRoom();
    const { open, slots } = this.#options;
    const known = this.#tenants.get(name);
    const tenant = known ?? { name, tenancy: open(name, slots), holders: 0, idleSinceMs: 0 };
    tenant.holders += 1;
    this.#tenants.set(name, tenant);
    return tenant;
  }

  letGo(tenant: Tenant): void {
    tenant.holders -= 1;
    tenant.idleSinceMs = this.#options.epochMs();
  }

  /** Forgets those that nobody has held for long, and the longest idle ones when there are too many. */
  #makeRoom(): void {
    const now = this.#options.epochMs();
    if (now - this.#lookedAtMs < lookMs && this.#tenants.size < most) return;
    this.#lookedAtMs = now;
    const idle = [...this.#tenants.values()].filter(({ holders }) => holders === 0);
    const excess = Math.max(0, this.#tenants.size - most + 1);
    idle.sort((a, b) => a.idleSinceMs - b.idleSinceMs);
    for (const [index, tenant] of idle.entries()) {
      if (index >= excess && now - tenant.idleSinceMs < this.#options.keptMs) return;
      this.#tenants.delete(tenant.name);
      tenant.tenancy.executor.close();
      void tenant.tenancy.toolsets.close();
    }
  }
}
