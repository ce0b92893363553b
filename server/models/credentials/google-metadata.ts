import { isSafe } from './aws-credentials.ts';
import { isTrustedSource, type Send, ServerFault } from './bounded-send.ts';
import type { Expiring } from './expiring.ts';
import { asObject } from './google-file.ts';

// The library's client for this server cannot be cancelled, and reads responses of any size.

/** The means to send requests to the metadata server. */
export interface MetadataAccess {
  readonly env: NodeJS.ProcessEnv;
  readonly send: Send;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly now: () => number;
}

const scope = 'https://www.googleapis.com/auth/cloud-platform';

/**
 * Returns a token for the service account of this machine or workload.
 *
 * Source: google-auth-library `Compute`.
 */
export async function metadataToken(access: MetadataAccess): Promise<Expiring<string>> {
  const path = `instance/service-accounts/default/token?scopes=${encodeURIComponent(scope)}`;
  const { access_token: token, expires_in: seconds } = asObject(parsed(await fetchFrom(access, path)));
  if (!isSafe(token) || typeof seconds !== 'number') {
    throw new ServerFault('the metadata server returned no valid token');
  }
  return { value: token, expiresAtMs: access.now() + seconds * 1_000 };
}

/** Returns the project that this machine belongs to. */
export const metadataProject = async (access: MetadataAccess): Promise<string> =>
  (await fetchFrom(access, 'project/project-id')).trim();

async function fetchFrom({ env, send, timeoutMs, signal }: MetadataAccess, path: string): Promise<string> {
  const url = new URL(`/computeMetadata/v1/${path}`, baseOf(env));
  const headers = { 'metadata-flavor': 'Google' };
  const answer = await send({ url, headers, timeoutMs, signal });
  if (answer.headers.get('metadata-flavor') !== 'Google') {
    throw new ServerFault(
      `${url.origin} is not a Google metadata server: its response lacks the header Metadata-Flavor`,
    );
  }
  if (answer.status === 200) return answer.text;
  throw new ServerFault(`${url.origin}${url.pathname} returned status ${answer.status}`);
}

function baseOf({ GCE_METADATA_HOST: host }: NodeJS.ProcessEnv): URL {
  const text = `http://${host || '169.254.169.254'}`;
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url && url.pathname === '/' && isTrustedSource(url)) return url;
  throw new ServerFault('GCE_METADATA_HOST must be a host of this machine or its link-local network');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
