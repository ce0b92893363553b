import { state as sdkState } from '@aws-sdk/core/client';
import { fromIni } from '@aws-sdk/credential-provider-ini';
import { fromTokenFile } from '@aws-sdk/credential-provider-web-identity';
import type { AwsCredentials } from './aws-credentials.ts';
import type { AwsFiles, Profile } from './aws-files.ts';
import { processCredentials } from './aws-process.ts';
import { type Send, ServerFault } from './bounded-send.ts';
import type { Expiring } from './expiring.ts';

// Node 20 is served on purpose; the notice would go to stderr.
sdkState.warningEmitted = true;

/** What the token services of AWS are asked with. */
export interface TokenAccess {
  readonly send: Send;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly region: string;
}

type Found = Awaited<ReturnType<ReturnType<typeof fromIni>>>;

/**
 * The credentials of a profile: static ones, an assumed role, single sign-on, a web identity or a process.
 *
 * Source: AWS SDK `fromIni`.
 */
export async function profileCredentials(
  { name, settings }: Profile,
  { credentialsFile, configFile }: AwsFiles,
  access: TokenAccess,
): Promise<Expiring<AwsCredentials>> {
  if (settings.credential_process && !settings.aws_access_key_id && !settings.role_arn) {
    return processCredentials(settings.credential_process, access.signal);
  }
  const clientConfig = clientOf(access);
  const files = { filepath: credentialsFile, configFilepath: configFile, ignoreCache: true };
  return found(await fromIni({ profile: name, ...files, clientConfig, parentClientConfig: clientConfig })());
}

/** The credentials of the role that AWS_ROLE_ARN names, for the token in a file (EKS). */
export async function webIdentityCredentials(
  { AWS_WEB_IDENTITY_TOKEN_FILE, AWS_ROLE_ARN, AWS_ROLE_SESSION_NAME }: NodeJS.ProcessEnv,
  access: TokenAccess,
): Promise<Expiring<AwsCredentials>> {
  if (!AWS_ROLE_ARN) throw new ServerFault('AWS_WEB_IDENTITY_TOKEN_FILE is set, but AWS_ROLE_ARN is not');
  const clientConfig = clientOf(access);
  const provider = fromTokenFile({
    webIdentityTokenFile: AWS_WEB_IDENTITY_TOKEN_FILE ?? '',
    roleArn: AWS_ROLE_ARN,
    roleSessionName: AWS_ROLE_SESSION_NAME ?? 'runwire',
    clientConfig,
    parentClientConfig: clientConfig,
  });
  return found(await provider());
}

function found({ accessKeyId, secretAccessKey, sessionToken, expiration }: Found): Expiring<AwsCredentials> {
  return {
    value: { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) },
    ...(expiration ? { expiresAtMs: expiration.getTime() } : {}),
  };
}

/** The hosts of AWS by partition; a profile or a variable may name an endpoint elsewhere. */
const awsHost = /\.(amazonaws\.com(\.cn)?|amazonaws\.eu|api\.aws|aws\.amazon\.com)$/;

/** How the SDK's clients of token services send: within our bounds, and to AWS alone. */
function clientOf({ send, timeoutMs, signal, region }: TokenAccess) {
  const requestHandler = {
    metadata: { handlerProtocol: 'http/1.1' },
    async handle(request: SdkRequest) {
      const url = urlOf(request);
      if (url.protocol !== 'https:' || !awsHost.test(url.hostname)) {
        throw new ServerFault(
          `the profile or an AWS_ENDPOINT_URL names '${url.host}', and tokens are sent to hosts of AWS alone`,
        );
      }
      const { method, headers } = request;
      const body = request.body ? { body: request.body } : {};
      const answer = await send({ url, method, headers, ...body, timeoutMs, signal });
      return {
        response: {
          statusCode: answer.status,
          headers: Object.fromEntries(answer.headers),
          body: new TextEncoder().encode(answer.text),
        },
      };
    },
  };
  return { region, requestHandler, maxAttempts: 2 };
}

interface SdkRequest {
  readonly method: string;
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | readonly string[] | null>>;
  readonly headers: Record<string, string>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
}

function urlOf({ protocol, hostname, port, path, query }: SdkRequest): URL {
  const url = new URL(`${protocol}//${hostname}${port ? `:${port}` : ''}${path}`);
  for (const [name, value] of Object.entries(query ?? {})) {
    for (const one of [value ?? ''].flat()) url.searchParams.append(name, one);
  }
  return url;
}
