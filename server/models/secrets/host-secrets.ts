import type { Secret } from './keys.ts';

/** The most secrets that are kept; a host may use a name for each run. */
const most = 256;

/** The result of `secret/get`, and its scope: all runs of the connection, or only the run that requested it. */
export interface AnsweredSecret {
  readonly value: string | null;
  readonly scope: 'connection' | 'run';
}

/** A run that requests secrets, with the values that are for it alone. */
export interface SecretRequester {
  readonly own: Map<string, string>;
  request(secret: Secret): Promise<AnsweredSecret>;
}

/**
 * The secrets that a host returned for `secret/get`, kept in memory as long as their connection or their run lives, and
 * nowhere else. Runs that need the same secret at the same time share one request, until a result is for its run alone:
 * from then on each run sends its own.
 */
export class HostSecrets {
  readonly #values = new Map<string, string>();
  readonly #open = new Map<string, Promise<AnsweredSecret>>();
  /** Secrets that differ from run to run. */
  readonly #perRun = new Set<string>();
  /** Called with each value from the host before it is used. */
  readonly onValue: (value: string) => void;

  constructor(onValue: (value: string) => void = () => undefined) {
    this.onValue = onValue;
  }

  /** Returns the secret that is known, or else requests it from the host; one that may not be needed is not requested. */
  async get(secret: Secret, requester: SecretRequester): Promise<string | null> {
    const key = keyOf(secret);
    if (secret.requestedWhenRefused) return requester.own.get(key) ?? this.#values.get(key) ?? null;
    return this.#find(key, secret, requester);
  }

  async #find(key: string, secret: Secret, requester: SecretRequester): Promise<string | null> {
    for (;;) {
      const known = requester.own.get(key) ?? this.#values.get(key);
      if (known !== undefined) return known;
      const open = this.#open.get(key);
      if (!open || this.#perRun.has(key)) return this.#request(key, secret, requester);
      // The run that sent the request may have been cancelled, or got a secret for itself alone; then this run sends its own.
      const answer = await open.catch(() => null);
      if (answer?.scope === 'connection') return answer.value;
    }
  }

  /** Returns a value other than the refused one; null when there is none. */
  async renew(secret: Secret, refused: string, requester: SecretRequester): Promise<string | null> {
    const key = keyOf(secret);
    for (const values of [requester.own, this.#values]) if (values.get(key) === refused) values.delete(key);
    const value = await this.#find(key, secret, requester);
    return value === refused ? null : value;
  }

  async #request(key: string, secret: Secret, requester: SecretRequester): Promise<string | null> {
    const answer = requester.request(secret);
    this.#open.set(key, answer);
    try {
      const { value, scope } = await answer;
      if (scope === 'run') remember(this.#perRun, key);
      if (value !== null && scope === 'run') requester.own.set(key, value);
      else if (value !== null) this.#keep(key, value);
      return value;
    } finally {
      if (this.#open.get(key) === answer) this.#open.delete(key);
    }
  }

  #keep(key: string, value: string): void {
    this.#values.set(key, value);
    dropOldest(this.#values);
  }
}

function remember(keys: Set<string>, key: string): void {
  keys.add(key);
  dropOldest(keys);
}

function dropOldest(kept: Map<string, string> | Set<string>): void {
  const [oldest] = kept.keys();
  if (oldest !== undefined && kept.size > most) kept.delete(oldest);
}

/** Returns the key of a secret: secrets for different addresses differ. */
const keyOf = ({ name, provider, baseUrl = '' }: Secret) => JSON.stringify([name, provider, baseUrl]);
