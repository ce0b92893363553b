import type { CallbackContext } from '../../engine/callbacks.ts';
import { EngineError } from '../../engine/errors.ts';
import type { Model, ModelAnswer, ModelCall, ModelPrompt } from '../../engine/model.ts';
import { Redaction } from '../../redaction/redaction.ts';
import { Attempts, furtherAfter } from '../attempts.ts';
import type { Authorizer } from '../credentials/authorizer.ts';
import { missingSecret, type Secret, type SecretPlan, secretsOf } from './keys.ts';

/** What is sent so that a provider lets a request in. */
export interface Credentials {
  /** Empty for servers that want no key. */
  readonly apiKey: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Every value among them that must not be shown anywhere. */
  readonly secrets: readonly string[];
  /** In the place of a key: the credentials that the machine has. */
  readonly authorizer?: Authorizer;
}

/** Finds secrets that the environment lacks. */
export interface SecretSource {
  get(secret: Secret, call: CallbackContext): Promise<string | null>;
  /** Another value than the refused one; null when there is none. */
  renew(secret: Secret, refused: string, call: CallbackContext): Promise<string | null>;
}

/** What a keyed model is made with, beside its secrets. */
export interface KeyedParts {
  make(credentials: Credentials): Promise<Model>;
  /** Opens the credentials of the machine; absent where there are none or a key is had. */
  openDefaults?(signal: AbortSignal): Promise<Authorizer>;
}

/**
 * A model whose secrets are looked up at its first request, inside the step, so that no record holds them. When the
 * provider refuses them (401), the host's are requested once more, or the machine's are looked up again. Secrets are
 * removed from everything that the provider returns.
 *
 * Errors: `auth.missing {envVar}` before any request, and those of the model.
 */
export function keyedModel(id: string, plan: SecretPlan, source: SecretSource, parts: KeyedParts): Model {
  let current: { credentials: Credentials; model: Promise<Model> } | null = null;
  const use = (credentials: Credentials) => {
    if (current?.credentials !== credentials) current = { credentials, model: parts.make(credentials) };
    return current.model;
  };
  const finder = new Finder(plan, source, parts.openDefaults);
  return {
    id,
    async request(prompt, call) {
      const attempts = new Attempts(call);
      const first = await finder.credentials(call);
      try {
        return await requestFrom(use(first), first, prompt, attempts.callFor());
      } catch (error) {
        if (!isRefused(error, first) || call.stream?.opened) throw error;
        const second = await finder.renewed(call);
        if (!second) throw error;
        attempts.emitNext(id, furtherAfter(error));
        return requestFrom(use(second), second, prompt, attempts.callFor());
      }
    },
  };
}

async function requestFrom(
  model: Promise<Model>,
  { secrets, authorizer }: Credentials,
  prompt: ModelPrompt,
  call: ModelCall,
): Promise<ModelAnswer> {
  const { emit } = call;
  // Made when there is something to take out of.
  const redaction = () => new Redaction([...secrets, ...(authorizer?.secrets ?? [])]);
  try {
    const shown = emit && { emit: (event: Parameters<typeof emit>[0]) => emit(redaction().value(event)) };
    const answer = await (await model).request(prompt, { ...call, ...shown });
    return answer.warnings?.length ? { ...answer, warnings: redaction().value(answer.warnings) } : answer;
  } catch (error) {
    throw call.signal.aborted ? error : redaction().error(error);
  }
}

/** AWS refuses credentials that have expired, or that it no longer knows, as it refuses what they may not do. */
const awsRefusal = /security token included in the request is (expired|invalid)|ExpiredToken|UnrecognizedClient/;

function isRefused(error: unknown, { authorizer }: Credentials): boolean {
  if (!(error instanceof EngineError)) return false;
  const { status, body } = error.details;
  return (
    status === 401 || (authorizer !== undefined && status === 403 && awsRefusal.test(JSON.stringify(body ?? null)))
  );
}

/** The credentials of one model; the same object as long as nothing has changed. */
class Finder {
  readonly #plan: SecretPlan;
  readonly #source: SecretSource;
  readonly #openDefaults: KeyedParts['openDefaults'];
  #found: { values: ReadonlyMap<Secret, string>; credentials: Credentials } | null = null;

  constructor(plan: SecretPlan, source: SecretSource, openDefaults: KeyedParts['openDefaults']) {
    this.#plan = plan;
    this.#source = source;
    this.#openDefaults = openDefaults;
  }

  async credentials(call: ModelCall): Promise<Credentials> {
    if (this.#found) return this.#found.credentials;
    return this.#take(await this.#all((secret) => this.#source.get(secret, call)), call);
  }

  /** Null when there is nothing else to send than what was refused. */
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
