import type { RequestId } from './envelope.ts';

/** A request of the client without a response yet. */
export interface OpenRequest {
  readonly id: RequestId;
  readonly method: string;
  /** It waits for a run to end or to go on, and is not counted as work in flight. */
  readonly waits: boolean;
}

/** The requests of the client that are open. */
export class OpenRequests {
  readonly #open = new Map<string, OpenRequest>();
  #waiting = 0;
  #listeners: (() => void)[] = [];

  /** Requests in flight, but for those that wait. */
  get working(): number {
    return this.#open.size - this.#waiting;
  }

  get size(): number {
    return this.#open.size;
  }

  /** 1 and "1" are the same id: the library, and many clients, cannot distinguish them. */
  get(id: RequestId): OpenRequest | undefined {
    return this.#open.get(String(id));
  }

  add(request: OpenRequest): void {
    this.#open.set(String(request.id), request);
    if (request.waits) this.#waiting += 1;
  }

  /** Called when a response is sent. */
  close(id: RequestId): OpenRequest | undefined {
    const request = this.#open.get(String(id));
    if (!request) return undefined;
    this.#open.delete(String(id));
    if (request.waits) this.#waiting -= 1;
    if (this.#open.size === 0) {
      for (const listener of this.#listeners) listener();
      this.#listeners = [];
    }
    return request;
  }

  /** Resolves when all have their responses. */
  answered(): Promise<void> {
    return this.#open.size === 0 ? Promise.resolve() : new Promise((resolve) => this.#listeners.push(resolve));
  }
}

/** Returns whether a request stays open until something happens to a run. */
export function waits(method: string, params: unknown): boolean {
  if (method === 'run/wait') return true;
  const { wait, waitMs } = (params ?? {}) as { wait?: unknown; waitMs?: unknown };
  if (method === 'run/start' || method === 'run/resume') return wait === true;
  return method === 'run/events' && typeof waitMs === 'number' && waitMs > 0;
}

/** Methods that have to get through when the daemon is busiest: they reduce its work, or report it. */
export const alwaysServed: ReadonlySet<string> = new Set(['run/cancel', 'shutdown', 'health/get']);
