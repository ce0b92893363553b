import type { Authorizer } from './authorizer.ts';
import { type AwsCredentials, environmentCredentials } from './aws-credentials.ts';
import { awsFiles, isSource, type Profile, profileOf } from './aws-files.ts';
import { containerRole, hasContainerRole, instanceRole, mayUseInstance } from './aws-metadata.ts';
import { signable, signatureHeaders } from './aws-signing.ts';
import { boundedSend, ServerFault } from './bounded-send.ts';
import { type Expiring, ExpiringValue } from './expiring.ts';
import { search } from './search.ts';
import { type CredentialServices, systemServices } from './services.ts';
import { ShownNowhere } from './shown-nowhere.ts';

/** An AWS service that accepts signed requests. */
export interface AwsTarget {
  readonly provider: string;
  /** The variable of its API key, which makes all of this unnecessary. */
  readonly envVar: string;
  /** Its name in signatures. */
  readonly service: string;
  /** Returns its address; throws for an invalid region name. */
  readonly addressOf: (region: string | undefined) => string;
}

/** Returns an authorizer with the AWS credentials of the machine, found in boto3's order, as in Pydantic AI. */
export function awsAuthorizer(
  env: NodeJS.ProcessEnv,
  { provider, envVar, service, addressOf }: AwsTarget,
  services: CredentialServices = systemServices,
): Authorizer {
  const region = regionOf(env);
  const advice =
    `Set ${envVar}, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE before the daemon starts, ` +
    'or sign in with `aws sso login`.';
  const find = (signal: AbortSignal) => findCredentials(env, region ?? 'us-east-1', services, signal);
  const isSame = (a: AwsCredentials, b: AwsCredentials) =>
    a.secretAccessKey === b.secretAccessKey && a.sessionToken === b.sessionToken;
  const credentials = new ExpiringValue(search(find, { provider, envVar, advice }, services), services.now, isSame);
  const used = new WeakMap<object, AwsCredentials>();
  const shownNowhere = new ShownNowhere();
  const take = (taken: AwsCredentials) => {
    shownNowhere.add([taken.accessKeyId, taken.secretAccessKey, taken.sessionToken]);
    return taken;
  };
  return {
    baseUrl: addressOf(region),
    get secrets() {
      return shownNowhere.values;
    },
    async authorize(request, signal) {
      const taken = take(await credentials.get(signal));
      const scope = { region: region ?? 'us-east-1', service };
      const headers = await signatureHeaders(signable(request), taken, scope, new Date(services.now()));
      used.set(headers, taken);
      return headers;
    },
    refused(headers) {
      const taken = used.get(headers);
      if (taken) credentials.refuse(taken);
    },
    renew: (signal) => credentials.renew(signal),
  };
}

/** Source: boto3, which reads AWS_DEFAULT_REGION and the profile; AWS_REGION is that of the other SDKs. */
function regionOf(env: NodeJS.ProcessEnv): string | undefined {
  return (
    env.AWS_DEFAULT_REGION || env.AWS_REGION || profileOf(profileName(env) ?? 'default', awsFiles(env)).settings.region
  );
}

const profileName = ({ AWS_PROFILE, AWS_DEFAULT_PROFILE }: NodeJS.ProcessEnv) => AWS_PROFILE || AWS_DEFAULT_PROFILE;

async function findCredentials(
  env: NodeJS.ProcessEnv,
  region: string,
  { fetch, metadataTimeoutMs, tokenTimeoutMs }: CredentialServices,
  signal: AbortSignal,
): Promise<Expiring<AwsCredentials>> {
  const send = boundedSend(fetch);
  const tokens = { send, timeoutMs: tokenTimeoutMs, signal, region };
  const metadata = { env, send, timeoutMs: metadataTimeoutMs, signal };
  const ofProfile = async (profile: Profile) =>
    (await import('./aws-profile.ts')).profileCredentials(profile, awsFiles(env), tokens, metadata);

  const own = environmentCredentials(env);
  if (own) return { value: own };
  const name = profileName(env);
  if (name) return ofProfile(profileOf(name, awsFiles(env)));
  if (env.AWS_WEB_IDENTITY_TOKEN_FILE) {
    return (await import('./aws-profile.ts')).webIdentityCredentials(env, tokens);
  }
  const standard = profileOf('default', awsFiles(env));
  if (isSource(standard)) return ofProfile(standard);
  if (hasContainerRole(env)) return containerRole(metadata);
  const nothing = 'neither the environment nor the shared files have any';
  if (!mayUseInstance(env))
    throw new ServerFault(
      `${nothing}, and AWS_EC2_METADATA_DISABLED keeps the instance metadata service from being used`,
    );
  try {
    return await instanceRole(metadata);
  } catch (error) {
    throw error instanceof ServerFault ? new ServerFault(`${nothing}, and ${error.message}`) : error;
  }
}
