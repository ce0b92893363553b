import type { Secret } from './keys.ts';

/** Secrets that are kept at once; a host may make a name for each run. */
const most = 256;

/** Asks the host for a secret; null when it has none. @since 0.2.0 */
export type AskSecret = (secret: Secret) => Promise<string | null>;

/**
 * What a host answered to `secret/get`: kept in memory for as long as its connection, and nowhere else. Runs that need
 * the same secret at once share one question.
 *
 * @since 0.2.0
 */
export class HostSecrets {
  readonly #values = new Map<string, string>();
  readonly #open = new Map<string, Promise<string | null>>();

  /** The secret as it was told before, or as the host tells it now. */
  async get(secret: Secret, ask: AskSecret): Promise<string | null> {
    const key = keyOf(secret);
    for (;;) {
      const known = this.#values.get(key);
      if (known !== undefined) return known;
      const open = this.#open.get(key);
      if (!open) return this.#ask(key, ask(secret));
      // The run that asked may have been cancelled; then this one asks itself.
      const answer = await open.then(
        (value) => ({ value }),
        () => null,
      );
      if (answer) return answer.value;
    }
  }

  /** Another value than the one that was refused; null when there is none. */
  async renew(secret: Secret, refused: string, ask: AskSecret): Promise<string | null> {
    const key = keyOf(secret);
    if (this.#values.get(key) === refused) this.#values.delete(key);
    const value = await this.get(secret, ask);
    return value === refused ? null : value;
  }

  async #ask(key: string, answer: Promise<string | null>): Promise<string | null> {
    this.#open.set(key, answer);
    try {
      const value = await answer;
      if (value !== null) this.#keep(key, value);
      return value;
    } finally {
      this.#open.delete(key);
    }
  }

  #keep(key: string, value: string): void {
    this.#values.set(key, value);
    const [oldest] = this.#values.keys();
    if (oldest !== undefined && this.#values.size > most) this.#values.delete(oldest);
  }
}

/** A secret for one address is not that for another one. */
const keyOf = ({ name, provider, baseUrl = '' }: Secret) => JSON.stringify([name, provider, baseUrl]);
