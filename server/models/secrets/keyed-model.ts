import type { Model, ModelAnswer, ModelCall, ModelPrompt } from '../../engine/model.ts';
import { Redaction } from '../../redaction/redaction.ts';
import { Attempts, furtherAfter } from '../attempts.ts';
import { type Credentials, isRefused, KeyFinder, type OpenDefaults, type SecretSource } from './key-renewal.ts';
import type { SecretPlan } from './keys.ts';

/** The parts that a keyed model is made of, apart from its secrets. */
export interface KeyedParts {
  make(credentials: Credentials): Promise<Model>;
  /** Opens the credentials of the machine; absent if there are none, or there is a key. */
  readonly openDefaults?: OpenDefaults;
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
  const finder = new KeyFinder(plan, source, parts.openDefaults);
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
  // Made only when something is to be redacted.
  const redaction = () => new Redaction([...secrets, ...(authorizer?.secrets ?? [])]);
  try {
    const shown = emit && { emit: (event: Parameters<typeof emit>[0]) => emit(redaction().value(event)) };
    const answer = await (await model).request(prompt, { ...call, ...shown });
    return answer.warnings?.length ? { ...answer, warnings: redaction().value(answer.warnings) } : answer;
  } catch (error) {
    throw call.signal.aborted ? error : redaction().error(error);
  }
}
