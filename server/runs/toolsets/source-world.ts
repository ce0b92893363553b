import type { HostCallbacks } from '../../callbacks/host-callbacks.ts';
import type { KeySource } from '../../models/secrets/keys.ts';
import type { SecretFinder } from '../../toolsets/resolved-server.ts';
import type { SourceWorld } from '../../toolsets/server-source.ts';
import type { OwnerReference } from '../run-owner.ts';
import { secretSource } from '../secrets.ts';

/** What the tool servers of a run use, out of what runs use. */
export interface SourceWorldParts {
  readonly runId: string;
  readonly owner: OwnerReference;
  readonly callbacks: HostCallbacks;
  readonly keys: Pick<KeySource, 'env' | 'allowEnv'>;
  readonly onDebug: (text: string) => void;
  /** `_meta` of the request that started it. */
  readonly meta: unknown;
}

/** Returns what the tool servers of a run use of it. */
export function sourceWorld({ runId, owner, callbacks, keys, onDebug, meta }: SourceWorldParts): SourceWorld {
  return {
    runId,
    secrets: secretFinder(keys, { owner, callbacks }),
    onSecret: (value) => owner.current.secrets.onValue(value),
    elicit: callbacks.serves('user/ask') ? (elicitation, context) => callbacks.elicit(elicitation, context) : null,
    onDebug,
    traceparent: traceparentIn(meta),
  };
}

/** Variables that the operator allows come before the host. */
function secretFinder(
  { env, allowEnv }: Pick<KeySource, 'env' | 'allowEnv'>,
  run: { owner: OwnerReference; callbacks: HostCallbacks },
): SecretFinder {
  const request = secretSource(run.owner, run.callbacks);
  const ofEnvironment = (name: string) => (allowEnv.has(name) && env[name]) || null;
  return {
    get: async (secret, context) => ofEnvironment(secret.name) ?? request.get(secret, context),
    renew: async (secret, refused, context) =>
      ofEnvironment(secret.name) === null ? request.renew(secret, refused, context) : null,
  };
}

/** Source: W3C Trace Context. */
const traceparent = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

function traceparentIn(meta: unknown): string | undefined {
  const given = (meta as { traceparent?: unknown } | null | undefined)?.traceparent;
  return typeof given === 'string' && traceparent.test(given) ? given : undefined;
}
