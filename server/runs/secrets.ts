import type { HostCallbacks } from '../callbacks/host-callbacks.ts';
import type { CallbackContext } from '../engine/callbacks.ts';
import { EngineError } from '../engine/errors.ts';
import type { AnsweredSecret } from '../models/secrets/host-secrets.ts';
import type { SecretSource } from '../models/secrets/key-renewal.ts';
import type { Secret } from '../models/secrets/keys.ts';
import type { OwnerReference } from './run-owner.ts';

/**
 * Returns the secrets of a run: those that its owner knows, else the result of `secret/get`. A host that does not serve it
 * is not sent it: a secret does not become a pending item.
 */
export function secretSource(owner: OwnerReference, callbacks: HostCallbacks): SecretSource {
  if (!callbacks.serves('secret/get')) return { get: async () => null, renew: async () => null };
  const own = new Map<string, string>();
  const requester = (call: CallbackContext) => ({
    own,
    request: (secret: Secret) => requestSecret(secret, { owner, callbacks }, call),
  });
  return {
    get: (secret, call) => owner.current.secrets.get(secret, requester(call)),
    renew: (secret, refused, call) => owner.current.secrets.renew(secret, refused, requester(call)),
  };
}

/** A host that does not serve the callback has no secret. Its result is never quoted. */
async function requestSecret(
  { name, provider, optional, baseUrl }: Secret,
  { owner, callbacks }: { owner: OwnerReference; callbacks: HostCallbacks },
  context: CallbackContext,
): Promise<AnsweredSecret> {
  const read = (answer: unknown) => {
    const found = secretIn(answer, name);
    // At once: nothing is written between the answer and this.
    if (found.value !== null) owner.current.secrets.onValue(found.value);
    return found;
  };
  const call = { method: 'secret/get' as const, name, read };
  const params = { name, provider, ...(optional ? { optional } : {}), ...(baseUrl ? { baseUrl } : {}) };
  try {
    return await callbacks.request(call, params, context);
  } catch (error) {
    if (error instanceof EngineError && error.kind === 'callback.unsupported') return nothing;
    throw error;
  }
}

/** No header is longer. */
const longestSecret = 16 * 1024;

const nothing: AnsweredSecret = { value: null, scope: 'connection' };

/** Some hosts drop null members, and write an empty object as an empty list. */
function secretIn(answer: unknown, name: string): AnsweredSecret {
  const isEmptyList = Array.isArray(answer) && answer.length === 0;
  const given = answer === undefined || isEmptyList ? null : answer;
  if (given === null) return nothing;
  if (typeof given === 'object' && !Array.isArray(given)) {
    const { value, scope } = given as { value?: unknown; scope?: unknown };
    const isScope = scope === undefined || scope === null || scope === 'connection' || scope === 'run';
    // Read from a file it ends in a newline, which no header can have.
    if (typeof value === 'string' && value.length > longestSecret) throw tooLong(name, value.length);
    if (typeof (value ?? '') === 'string' && isScope) {
      return { value: String(value ?? '').trim() || null, scope: scope ?? 'connection' };
    }
  }
  throw new EngineError(
    'callback.invalid',
    `secret/get for '${name}' returned neither {"value": "…", "scope"?: "connection" or "run"} nor null.`,
    { method: 'secret/get', name },
  );
}

const tooLong = (name: string, length: number) =>
  new EngineError(
    'callback.invalid',
    `secret/get for '${name}' returned ${length} characters; the limit is ${longestSecret}, the longest that a header can be.`,
    { method: 'secret/get', name },
  );
