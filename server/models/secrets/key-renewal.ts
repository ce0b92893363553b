import type { CallbackContext } from '../../engine/callbacks.ts';
import { EngineError } from '../../engine/errors.ts';
import type { ModelCall } from '../../engine/model.ts';
import type { Authorizer } from '../credentials/authorizer.ts';
import { missingSecret, type Secret, type SecretPlan, secretsOf } from './keys.ts';

/** The credentials that are sent to a provider. */
export interface Credentials {
  /** Empty for servers that require no key. */
  readonly apiKey: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Every value among them that must never be shown. */
  readonly secrets: readonly string[];
  /** Replaces a key: the credentials of the machine. */
  readonly authorizer?: Authorizer;
}

/** Finds secrets that the environment lacks. */
export interface SecretSource {
  get(secret: Secret, call: CallbackContext): Promise<string | null>;
  /** Returns a value other than the refused one; null when there is none. */
  renew(secret: Secret, refused: string, call: CallbackContext): Promise<string | null>;
}

/** Opens the credentials of the machine. */
export type OpenDefaults = (signal: AbortSignal) => Promise<Authorizer>;

/** AWS reports expired and unknown credentials with the same status as missing permissions, so the message decides. */
const awsRefusal = /security token included in the request is (expired|invalid)|ExpiredToken|UnrecognizedClient/;

export function isRefused(error: unknown, { authorizer }: Credentials): boolean {
  if (!(error instanceof EngineError)) return false;
  const { status, body } = error.details;
  return (
    status === 401 || (authorizer !== undefined && status === 403 && awsRefusal.test(JSON.stringify(body ?? null)))
  );
}

/**
 * Finds the credentials of one model, and renews those that its provider refused. It returns the same object as long as
 * nothing has changed.
 */
export class KeyFinder {
  readonly #plan: SecretPlan;
  readonly #source: SecretSource;
  readonly #openDefaults: OpenDefaults | undefined;
  #found: { values: ReadonlyMap<Secret, string>; credentials: Credentials } | null = null;

  constructor(plan: SecretPlan, source: SecretSource, openDefaults: OpenDefaults | undefined) {
    this.#plan = plan;
    this.#source = source;
    this.#openDefaults = openDefaults;
  }

  async credentials(call: ModelCall): Promise<Credentials> {
    if (this.#found) return this.#found.credentials;
    return this.#take(await this.#all((secret) => this.#source.get(secret, call)), call);
  }

  /** Returns null when there are no credentials other than the refused ones. */
  async renewed(call: ModelCall): Promise<Credentials | null> {
    const { authorizer } = this.#found?.credentials ?? {};
    if (authorizer) return (await authorizer.renew(call.signal)) ? (this.#found?.credentials ?? null) : null;
    const before = this.#found?.values;
    const values = await this.#all(async (secret) => {
      const refused = before?.get(secret) ?? '';
      return (await this.#source.renew(secret, refused, call)) ?? refused;
    });
    const isOther = [...values].some(([secret, value]) => before?.get(secret) !== value);
    return isOther ? this.#take(values, call) : null;
  }

  async #all(find: (secret: Secret) => Promise<string | null>): Promise<Map<Secret, string>> {
    const values = new Map<Secret, string>();
    for (const secret of secretsOf(this.#plan)) {
      const value = secret.value ?? (await find(secret));
      if (value) values.set(secret, value);
      else if (!secret.optional) throw missingSecret(secret, { hostHasNone: true });
    }
    return values;
  }

  async #take(values: ReadonlyMap<Secret, string>, { signal }: ModelCall): Promise<Credentials> {
    const { apiKey, headers } = this.#plan;
    const known = (secret: Secret) => values.get(secret) ?? '';
    const authorizer = known(apiKey) ? undefined : await this.#openDefaults?.(signal);
    const credentials = {
      apiKey: known(apiKey),
      ...(authorizer ? { authorizer } : {}),
      headers: Object.fromEntries(
        Object.entries(headers).map(([name, value]) => [name, typeof value === 'string' ? value : known(value)]),
      ),
      secrets: [...values.values()],
    };
    this.#found = { values, credentials };
    return credentials;
  }
}
