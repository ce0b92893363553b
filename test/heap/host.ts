import { startDaemon } from './daemon.ts';

type Params = Record<string, unknown>;
type Answer = { readonly result?: Params; readonly error?: { readonly data?: { readonly kind?: string } } };
type Message = Answer & { readonly id?: number; readonly method?: string; readonly params?: Params };
/** Returns the result of a request of the daemon; undefined leaves it open. */
export type Serve = (method: string, params: Params) => unknown;

/** A host that keeps nothing of what is over: what is left on the heap is the daemon's. */
export class Host {
  /** What is answered to requests for a run, by its id. */
  readonly serving = new Map<string, Serve>();
  readonly #open = new Map<number, (answer: Answer) => void>();
  readonly #send: (message: object) => void;
  #unread = Buffer.alloc(0);
  #nextId = 1;

  constructor() {
    this.#send = startDaemon((chunk) => this.#read(chunk));
  }

  notify(method: string, params: object): void {
    this.#send({ method, params });
  }

  /** Sends a request; the answer may be an error. `cancel` takes it back. */
  send(method: string, params: object): { readonly answer: Promise<Answer>; cancel(): void } {
    const id = this.#nextId;
    this.#nextId += 1;
    const answer = new Promise<Answer>((resolve) => this.#open.set(id, resolve));
    this.#send({ id, method, params });
    return { answer, cancel: () => this.notify('$/cancelRequest', { id }) };
  }

  /** Sends a request that must succeed. */
  async request(method: string, params: object): Promise<Params> {
    const { result, error } = await this.send(method, params).answer;
    if (error) throw new Error(`${method}: ${JSON.stringify(error)}`);
    return result ?? {};
  }

  /** Sends a request that must fail with an error of a kind. */
  async refused(kind: string, method: string, params: object): Promise<void> {
    const { error } = await this.send(method, params).answer;
    if (error?.data?.kind !== kind) throw new Error(`${method} was to be refused as ${kind}: ${JSON.stringify(error)}`);
  }

  #read(chunk: Buffer): void {
    let rest = this.#unread.length === 0 ? chunk : Buffer.concat([this.#unread, chunk]);
    for (;;) {
      const header = rest.indexOf('\r\n\r\n');
      const from = header + 4;
      const to = header < 0 ? Number.POSITIVE_INFINITY : from + Number(rest.toString('latin1', 16, header));
      if (rest.length < to) break;
      this.#take(JSON.parse(rest.toString('utf8', from, to)));
      rest = rest.subarray(to);
    }
    // A copy: what was read must not stay because of its end.
    this.#unread = Buffer.from(rest);
  }

  #take(message: Message): void {
    const { id, method, params = {} } = message;
    if (method === undefined) {
      const settle = this.#open.get(id ?? 0);
      this.#open.delete(id ?? 0);
      settle?.(message);
    } else if (id !== undefined) {
      const outcome = this.serving.get(String(params.runId))?.(method, params);
      if (outcome instanceof Error) this.#send({ id, error: { code: 1, message: outcome.message } });
      else if (outcome !== undefined) this.#send({ id, result: outcome });
    }
  }
}
