import type { Secret } from './keys.ts';

/** Secrets that are kept at once; a host may make a name for each run. */
const most = 256;

/** What a host answered, and for whom: for all runs of its connection, or for the run alone that asked. */
export interface AnsweredSecret {
  readonly value: string | null;
  readonly scope: 'connection' | 'run';
}

/** One who asks: a run, with what was answered to it alone. */
export interface SecretAsker {
  readonly own: Map<string, string>;
  ask(secret: Secret): Promise<AnsweredSecret>;
}

/**
 * What a host answered to `secret/get`: kept in memory for as long as its connection or its run, and nowhere else. Runs
 * that need the same secret at once share one question, until an answer is for its run alone: from then on each run asks
 * for itself.
 */
export class HostSecrets {
  readonly #values = new Map<string, string>();
  readonly #open = new Map<string, Promise<AnsweredSecret>>();
  /** Secrets that differ from run to run. */
  readonly #perRun = new Set<string>();
  /** Called with each value that was answered, before anybody uses it. */
  readonly onValue: (value: string) => void;

  constructor(onValue: (value: string) => void = () => undefined) {
    this.onValue = onValue;
  }

  /** The secret as it was answered before, or as the host answers it now; one that may not be needed is not asked for. */
  async get(secret: Secret, asker: SecretAsker): Promise<string | null> {
    const key = keyOf(secret);
    if (secret.askedWhenRefused) return asker.own.get(key) ?? this.#values.get(key) ?? null;
    return this.#find(key, secret, asker);
  }

  async #find(key: string, secret: Secret, asker: SecretAsker): Promise<string | null> {
    for (;;) {
      const known = asker.own.get(key) ?? this.#values.get(key);
      if (known !== undefined) return known;
      const open = this.#open.get(key);
      if (!open || this.#perRun.has(key)) return this.#ask(key, secret, asker);
      // The run that asked may have been cancelled, or told what is its own; then this one asks itself.
      const answer = await open.catch(() => null);
      if (answer?.scope === 'connection') return answer.value;
    }
  }

  /** Another value than the one that was refused; null when there is none. */
  async renew(secret: Secret, refused: string, asker: SecretAsker): Promise<string | null> {
    const key = keyOf(secret);
    for (const values of [asker.own, this.#values]) if (values.get(key) === refused) values.delete(key);
    const value = await this.#find(key, secret, asker);
    return value === refused ? null : value;
  }

  async #ask(key: string, secret: Secret, asker: SecretAsker): Promise<string | null> {
    const answer = asker.ask(secret);
    this.#open.set(key, answer);
    try {
      const { value, scope } = await answer;
      if (scope === 'run') remember(this.#perRun, key);
      if (value !== null && scope === 'run') asker.own.set(key, value);
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

/** A secret for one address is not that for another one. */
const keyOf = ({ name, provider, baseUrl = '' }: Secret) => JSON.stringify([name, provider, baseUrl]);
