import { EngineError } from '../engine/errors.ts';
import type { Model, ModelAnswer, ModelCall, ModelPrompt } from '../engine/model.ts';
import { Attempts, furtherAfter } from './attempts.ts';
import { missingSecret, type Secret, type SecretPlan, secretsOf } from './keys.ts';
import { Redaction } from './redaction.ts';

/** What is sent so that a provider lets a request in. @since 0.2.0 */
export interface Credentials {
  /** Empty for servers that want no key. */
  readonly apiKey: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Every value among them that must not be shown anywhere. */
  readonly secrets: readonly string[];
}

/** Finds secrets that the environment lacks. @since 0.2.0 */
export interface SecretSource {
  get(secret: Secret, call: ModelCall): Promise<string | null>;
  /** Another value than the refused one; null when there is none. */
  renew(secret: Secret, refused: string, call: ModelCall): Promise<string | null>;
}

type MakeModel = (credentials: Credentials) => Promise<Model>;

/**
 * A model whose secrets are found when it is first asked, inside the step of the request, so that they are part of no
 * record. When they are refused (401), those of the host are asked for once more. Nothing the provider says leaves
 * here with a secret in it.
 *
 * Errors: `auth.missing {envVar}` before any request, and those of the model.
 * @since 0.2.0
 */
export function keyedModel(id: string, plan: SecretPlan, source: SecretSource, make: MakeModel): Model {
  let current: { credentials: Credentials; model: Promise<Model> } | null = null;
  const use = (credentials: Credentials) => {
    if (current?.credentials !== credentials) current = { credentials, model: make(credentials) };
    return current.model;
  };
  const finder = new Finder(plan, source);
  return {
    id,
    async request(prompt, call) {
      const attempts = new Attempts(call);
      const first = await finder.credentials(call);
      try {
        return await ask(use(first), first, prompt, attempts.callFor());
      } catch (error) {
        if (!isRefused(error) || call.stream?.opened) throw error;
        const second = await finder.renewed(call);
        if (!second) throw error;
        attempts.emitNext(id, furtherAfter(error));
        return ask(use(second), second, prompt, attempts.callFor());
      }
    },
  };
}

async function ask(
  model: Promise<Model>,
  { secrets }: Credentials,
  prompt: ModelPrompt,
  call: ModelCall,
): Promise<ModelAnswer> {
  const { emit } = call;
  // Made when there is something to take out of.
  const redaction = () => new Redaction(secrets);
  try {
    const shown = emit && { emit: (event: Parameters<typeof emit>[0]) => emit(redaction().value(event)) };
    const answer = await (await model).request(prompt, { ...call, ...shown });
    return answer.warnings?.length ? { ...answer, warnings: redaction().value(answer.warnings) } : answer;
  } catch (error) {
    throw call.signal.aborted ? error : redaction().error(error);
  }
}

const isRefused = (error: unknown) => error instanceof EngineError && error.details.status === 401;

/** The credentials of one model; the same object as long as nothing has changed. */
class Finder {
  readonly #plan: SecretPlan;
  readonly #source: SecretSource;
  #found: { values: ReadonlyMap<Secret, string>; credentials: Credentials } | null = null;

  constructor(plan: SecretPlan, source: SecretSource) {
    this.#plan = plan;
    this.#source = source;
  }

  async credentials(call: ModelCall): Promise<Credentials> {
    return this.#found?.credentials ?? this.#take(await this.#all((secret) => this.#source.get(secret, call)));
  }

  /** Null when the host has nothing else to give than what was refused. */
  async renewed(call: ModelCall): Promise<Credentials | null> {
    const before = this.#found?.values;
    const values = await this.#all(async (secret) => {
      const refused = before?.get(secret) ?? '';
      return (await this.#source.renew(secret, refused, call)) ?? refused;
    });
    const isOther = [...values].some(([secret, value]) => before?.get(secret) !== value);
    return isOther ? this.#take(values) : null;
  }

  async #all(find: (secret: Secret) => Promise<string | null>): Promise<Map<Secret, string>> {
    const values = new Map<Secret, string>();
    for (const secret of secretsOf(this.#plan)) {
      const value = secret.value ?? (await find(secret));
      if (value) values.set(secret, value);
      else if (!secret.optional) throw missingSecret(secret, { hostAsked: true });
    }
    return values;
  }

  #take(values: ReadonlyMap<Secret, string>): Credentials {
    const { apiKey, headers } = this.#plan;
    const known = (secret: Secret) => values.get(secret) ?? '';
    const credentials = {
      apiKey: known(apiKey),
      headers: Object.fromEntries(
        Object.entries(headers).map(([name, value]) => [name, typeof value === 'string' ? value : known(value)]),
      ),
      secrets: [...values.values()],
    };
    this.#found = { values, credentials };
    return credentials;
  }
}
