import type { HostCallbacks } from '../../callbacks/host-callbacks.ts';
import type { KeySource } from '../../models/secrets/keys.ts';
import type { SecretFinder } from '../../toolsets/resolved-server.ts';
import type { SourceWorld } from '../../toolsets/server-source.ts';
import type { OwnerReference } from '../run-owner.ts';
import type { TraceContext } from '../run-trace.ts';
import { secretSource } from '../secrets.ts';

/** What the tool servers of a run use, out of what runs use. */
export interface SourceWorldParts {
  readonly runId: string;
  readonly owner: OwnerReference;
  readonly callbacks: HostCallbacks;
  readonly keys: Pick<KeySource, 'env' | 'allowEnv'>;
  readonly onDebug: (text: string) => void;
  readonly trace: TraceContext;
}

/** Returns what the tool servers of a run use of it. */
export function sourceWorld({ runId, owner, callbacks, keys, onDebug, trace }: SourceWorldParts): SourceWorld {
  return {
    runId,
    secrets: secretFinder(keys, { owner, callbacks }),
    onSecret: (value) => owner.current.secrets.onValue(value),
    elicit: callbacks.serves('user/ask') ? (elicitation, context) => callbacks.elicit(elicitation, context) : null,
    onDebug,
    traceparentOf: (toolCallId) => trace.traceparentOf(toolCallId),
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
