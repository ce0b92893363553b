import { state as sdkState } from '@aws-sdk/core/client';
import { fromIni } from '@aws-sdk/credential-provider-ini';
import { fromTokenFile } from '@aws-sdk/credential-provider-web-identity';
import { getDefaultRoleAssumer } from '@aws-sdk/nested-clients/sts';
import { clientOf, type TokenAccess } from './aws-client.ts';
import { type AwsCredentials, environmentCredentials } from './aws-credentials.ts';
import type { AwsFiles, Profile } from './aws-files.ts';
import { containerRole, instanceRole, type MetadataAccess } from './aws-metadata.ts';
import { processCredentials } from './aws-process.ts';
import { ServerFault } from './bounded-send.ts';
import type { Expiring } from './expiring.ts';

// Node 20 is supported on purpose; the deprecation notice would be written to stderr.
sdkState.warningEmitted = true;

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
  metadata: MetadataAccess,
): Promise<Expiring<AwsCredentials>> {
  if (settings.role_arn && settings.credential_source) return assumedRole(settings, access, metadata);
  if (settings.credential_process && !settings.aws_access_key_id && !settings.role_arn) {
    return processCredentials(settings.credential_process, access.signal);
  }
  const files = { filepath: credentialsFile, configFilepath: configFile, ignoreCache: true };
  return found(await fromIni({ profile: name, ...files, ...clientOf(access) })());
}

type RoleParams = Parameters<ReturnType<typeof getDefaultRoleAssumer>>[1];

/** Returns a role assumed with the identity of this machine. The SDK would use metadata clients of its own. */
async function assumedRole(
  settings: Profile['settings'],
  access: TokenAccess,
  metadata: MetadataAccess,
): Promise<Expiring<AwsCredentials>> {
  const { clientConfig, parentClientConfig } = clientOf({ ...access, region: settings.region ?? access.region });
  const { value } = await sourceOf(settings.credential_source ?? '', metadata);
  const { role_arn, role_session_name, external_id, duration_seconds } = settings;
  const params: RoleParams = {
    RoleArn: role_arn,
    RoleSessionName: role_session_name ?? 'runwire',
    DurationSeconds: Number.parseInt(duration_seconds ?? '3600', 10),
    ...(external_id ? { ExternalId: external_id } : {}),
  };
  return found(await getDefaultRoleAssumer({ ...clientConfig, parentClientConfig })(value, params));
}

/** Source: AWS SDK `resolveCredentialSource`. */
async function sourceOf(name: string, metadata: MetadataAccess): Promise<Expiring<AwsCredentials>> {
  const own = environmentCredentials(metadata.env);
  if (name === 'Environment' && own) return { value: own };
  if (name === 'EcsContainer') return containerRole(metadata);
  if (name === 'Ec2InstanceMetadata') return instanceRole(metadata);
  throw new ServerFault(`the profile's \`credential_source\` is '${name}', which provides no credentials here`);
}

/** Returns the credentials of the role in AWS_ROLE_ARN, for a token in a file (EKS). */
export async function webIdentityCredentials(
  { AWS_WEB_IDENTITY_TOKEN_FILE, AWS_ROLE_ARN, AWS_ROLE_SESSION_NAME }: NodeJS.ProcessEnv,
  access: TokenAccess,
): Promise<Expiring<AwsCredentials>> {
  if (!AWS_ROLE_ARN) throw new ServerFault('AWS_WEB_IDENTITY_TOKEN_FILE is set, but AWS_ROLE_ARN is not');
  const provider = fromTokenFile({
    webIdentityTokenFile: AWS_WEB_IDENTITY_TOKEN_FILE ?? '',
    roleArn: AWS_ROLE_ARN,
    roleSessionName: AWS_ROLE_SESSION_NAME ?? 'runwire',
    ...clientOf(access),
  });
  return found(await provider());
}

function found({ accessKeyId, secretAccessKey, sessionToken, expiration }: Found): Expiring<AwsCredentials> {
  return {
    value: { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) },
    ...(expiration ? { expiresAtMs: expiration.getTime() } : {}),
  };
}
