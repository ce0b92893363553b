import {
  type AuthClient,
  ExternalAccountAuthorizedUserClient,
  ExternalAccountClient,
  type ExternalAccountClientOptions,
  gaxios,
  Impersonated,
  JWT,
  UserRefreshClient,
} from 'google-auth-library';
import { type Send, ServerFault } from './bounded-send.ts';
import type { Expiring } from './expiring.ts';
import { asObject, type GoogleFile, isGoogle, sourceOrigins } from './google-file.ts';

/** The means to send requests to Google's token services. */
export interface TokenAccess {
  readonly send: Send;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

const scope = 'https://www.googleapis.com/auth/cloud-platform';

/** Returns a new token for the identity in a credentials file. */
export async function tokenOf(file: GoogleFile, access: TokenAccess): Promise<Expiring<string>> {
  const client = clientOf(file, transporterOf(file, access));
  if (!client) throw new ServerFault(`the file holds credentials of type '${file.type}', which is not supported`);
  const { token } = await client.getAccessToken();
  if (!token) throw new ServerFault('the token service returned no token');
  const { expiry_date } = client.credentials;
  return { value: token, ...(expiry_date ? { expiresAtMs: expiry_date } : {}) };
}

type Transporter = InstanceType<typeof gaxios.Gaxios>;

function clientOf(file: GoogleFile, transporter: Transporter): AuthClient | null {
  const { type, ...members } = file;
  switch (type) {
    case 'service_account': {
      const client = new JWT({ scopes: [scope], transporter });
      client.fromJSON(members);
      return client;
    }
    case 'authorized_user': {
      const client = new UserRefreshClient({ transporter });
      client.fromJSON(file);
      return client;
    }
    case 'external_account':
      return externalClient(file, transporter);
    case 'external_account_authorized_user': {
      const given = file as unknown as ConstructorParameters<typeof ExternalAccountAuthorizedUserClient>[0];
      return new ExternalAccountAuthorizedUserClient({ ...given, transporter });
    }
    case 'impersonated_service_account':
      return impersonatedClient(file, transporter);
    default:
      return null;
  }
}

function externalClient(file: GoogleFile, transporter: Transporter): AuthClient | null {
  const client = ExternalAccountClient.fromJSON({
    ...(file as unknown as ExternalAccountClientOptions),
    scopes: [scope],
    transporter,
  });
  // The token exchange uses a transporter of its own that no option can set, and that would follow redirects with the
  // token.
  if (client)
    (client as unknown as { stsCredential: { transporter: Transporter } }).stsCredential.transporter = transporter;
  return client;
}

function impersonatedClient(file: GoogleFile, transporter: Transporter): AuthClient | null {
  const { service_account_impersonation_url: url, source_credentials, delegates } = file;
  const targetPrincipal = /([^/]+):generateAccessToken$/.exec(String(url))?.[1];
  const sourceClient = clientOf(asObject(source_credentials) as GoogleFile, transporter);
  if (!targetPrincipal || !sourceClient) return null;
  const allowed = Array.isArray(delegates) ? { delegates: delegates.map(String) } : {};
  return new Impersonated({ sourceClient, targetPrincipal, targetScopes: [scope], ...allowed, transporter });
}

/**
 * Returns a transporter for the library that sends within our bounds, and only to Google and to the token sources of
 * the file.
 */
function transporterOf(file: GoogleFile, { send, timeoutMs, signal }: TokenAccess): Transporter {
  const sources = new Set(sourceOrigins(file));
  const transporter = new gaxios.Gaxios({
    async fetchImplementation(input, init) {
      const url = new URL(String(input));
      if (!isGoogle(url) && !sources.has(url.origin)) {
        throw new ServerFault(`the library tried to send credentials to '${url.host}', which is not a host of Google`);
      }
      const { method = 'GET', headers, body } = init ?? {};
      // The platform adds the content type, which depends on the class of the body.
      const request = new Request(url, { method, ...(headers ? { headers } : {}), ...(body ? { body } : {}) });
      const text = await request.text();
      const given = { method, headers: request.headers, ...(text ? { body: text } : {}) };
      const answer = await send({ url, ...given, timeoutMs, signal });
      return new Response(answer.text, { status: answer.status, headers: answer.headers });
    },
  });
  // Timeouts and refusals are final: a retry would only hide the reason.
  transporter.interceptors.request.add({
    resolved: async (config) => ({ ...config, retryConfig: { ...config.retryConfig, noResponseRetries: 0 } }),
  });
  return transporter;
}
