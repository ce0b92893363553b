import { readFile } from 'node:fs/promises';
import { type AwsCredentials, isSafe, readCredentials } from './aws-credentials.ts';
import { isTrustedSource, type Send, ServerFault, type SmallAnswer, type SmallRequest } from './bounded-send.ts';
import type { Expiring } from './expiring.ts';

// The SDK's own clients for these servers cannot be cancelled and read responses of any size.

/** The means to send requests to the metadata servers of this machine. */
export interface MetadataAccess {
  readonly env: NodeJS.ProcessEnv;
  readonly send: Send;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

const containerHost = 'http://169.254.170.2';

/** Returns whether the environment names a server with the credentials of a container. */
export const hasContainerRole = (env: NodeJS.ProcessEnv): boolean =>
  Boolean(env.AWS_CONTAINER_CREDENTIALS_RELATIVE_URI || env.AWS_CONTAINER_CREDENTIALS_FULL_URI);

/**
 * Returns the credentials of the role of a container (ECS, EKS Pod Identity).
 *
 * Source: AWS SDK `fromHttp`.
 */
export async function containerRole(access: MetadataAccess): Promise<Expiring<AwsCredentials>> {
  const url = containerUrl(access.env);
  const token = await containerToken(access.env);
  const answer = await fetchFrom(access, { url, ...(token ? { headers: { authorization: token } } : {}) });
  return readCredentials(answer.text, url.origin);
}

function containerUrl({
  AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: path,
  AWS_CONTAINER_CREDENTIALS_FULL_URI: full = '',
}: NodeJS.ProcessEnv): URL {
  const text = path ? `${containerHost}${path}` : full;
  const url = URL.canParse(text) ? new URL(text) : null;
  if (path && url?.origin !== containerHost) {
    throw new ServerFault('AWS_CONTAINER_CREDENTIALS_RELATIVE_URI must be a path that begins with a slash');
  }
  if (url && isTrustedSource(url)) return url;
  throw new ServerFault(
    'AWS_CONTAINER_CREDENTIALS_FULL_URI must be an https URL, or an http URL of this machine or its link-local network',
  );
}

async function containerToken(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const file = env.AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE;
  const token = file ? (await readFile(file, 'utf8')).trim() : env.AWS_CONTAINER_AUTHORIZATION_TOKEN;
  if (token && !/^[\x20-\x7e]{1,16384}$/.test(token)) {
    throw new ServerFault('the authorization token of the container has characters that are not allowed in a header');
  }
  return token || undefined;
}

/** Returns whether a request may go to the instance metadata service. */
export const mayUseInstance = ({ AWS_EC2_METADATA_DISABLED }: NodeJS.ProcessEnv): boolean =>
  AWS_EC2_METADATA_DISABLED?.toLowerCase() !== 'true';

/**
 * Returns the credentials of the role of an EC2 instance, using only version 2 of its metadata service: version 1
 * answers anyone who can make this machine send a GET request.
 *
 * Source: AWS SDK `fromInstanceMetadata`.
 */
export async function instanceRole(access: MetadataAccess): Promise<Expiring<AwsCredentials>> {
  const base = instanceUrl(access.env);
  const path = (rest: string) => new URL(`/latest/${rest}`, base);
  const ttl = { 'x-aws-ec2-metadata-token-ttl-seconds': '21600' };
  const token = (await fetchFrom(access, { url: path('api/token'), method: 'PUT', headers: ttl })).text;
  if (!isSafe(token)) throw new ServerFault(`${base.origin} returned no valid session token`);
  const headers = { 'x-aws-ec2-metadata-token': token };
  const roles = path('meta-data/iam/security-credentials/');
  const [role = ''] = (await fetchFrom(access, { url: roles, headers })).text.trim().split('\n');
  // The characters that IAM allows in names; others could lead to another path.
  if (!/^[\w+=,.@-]{1,128}$/.test(role))
    throw new ServerFault(`${base.origin} returned no valid role name for this instance`);
  const answer = await fetchFrom(access, { url: new URL(role, roles), headers });
  return readCredentials(answer.text, base.origin);
}

function instanceUrl(env: NodeJS.ProcessEnv): URL {
  const isIpv6 = env.AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE?.toLowerCase() === 'ipv6';
  const text = env.AWS_EC2_METADATA_SERVICE_ENDPOINT || `http://${isIpv6 ? '[fd00:ec2::254]' : '169.254.169.254'}`;
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url && isTrustedSource(url)) return url;
  throw new ServerFault(
    'AWS_EC2_METADATA_SERVICE_ENDPOINT must be an https URL, or an http URL of this machine or its link-local network',
  );
}

async function fetchFrom(
  { send, timeoutMs, signal }: MetadataAccess,
  request: Pick<SmallRequest, 'url' | 'method' | 'headers'>,
): Promise<SmallAnswer> {
  const answer = await send({ ...request, timeoutMs, signal });
  if (answer.status === 200) return answer;
  throw new ServerFault(`${request.url.origin}${request.url.pathname} returned status ${answer.status}`);
}
