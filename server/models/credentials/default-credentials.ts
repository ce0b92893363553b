import type { Authorizer } from './authorizer.ts';
import type { AwsTarget } from './aws.ts';
import { awsFiles, isSource, profileOf } from './aws-files.ts';
import { googleCredentialsFile } from './google-files.ts';

/** Credentials of the machine for a provider, other than its API key, and how to find them. */
export interface DefaultCredentials {
  /** The description on the page of providers. */
  readonly about: string;
  /** The variables that control the search, each with a description. */
  readonly envVars: Readonly<Record<string, string>>;
  /** Returns whether the operator chose them over a key in the environment. */
  outranksKey(env: NodeJS.ProcessEnv): boolean;
  /**
   * Returns whether a variable says to use them. Otherwise a key is first requested from a host that serves
   * `secret/get`.
   */
  isChosen(env: NodeJS.ProcessEnv): boolean;
  /** Returns whether there are credentials files. Metadata servers are only queried when a run needs credentials. */
  hasFile(env: NodeJS.ProcessEnv): boolean;
  /** Opens them once per daemon, so that its runs share credentials, and loads the code for it. */
  open(env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<Authorizer>;
}

const awsVariables = {
  AWS_ACCESS_KEY_ID: 'the access key, with `AWS_SECRET_ACCESS_KEY`',
  AWS_SECRET_ACCESS_KEY: 'the secret of the access key',
  AWS_SESSION_TOKEN: 'the session token of temporary credentials',
  AWS_PROFILE: 'the profile in the shared files; `default` unless set',
  AWS_DEFAULT_PROFILE: 'the profile when `AWS_PROFILE` is not set',
  AWS_SHARED_CREDENTIALS_FILE: 'the shared credentials file, else `~/.aws/credentials`',
  AWS_CONFIG_FILE: 'the shared configuration file, else `~/.aws/config`',
  AWS_WEB_IDENTITY_TOKEN_FILE: 'the token of a web identity (EKS), with `AWS_ROLE_ARN`',
  AWS_ROLE_ARN: 'the role that the web identity assumes',
  AWS_ROLE_SESSION_NAME: 'the name of the session of that role',
  AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: 'the path of the credentials of a container (ECS)',
  AWS_CONTAINER_CREDENTIALS_FULL_URI: 'their address: https, or on this machine or its link-local network',
  AWS_CONTAINER_AUTHORIZATION_TOKEN: 'the token that this address requires',
  AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: 'the file with that token',
  AWS_EC2_METADATA_DISABLED: '`true`: the instance metadata service is not used',
  AWS_EC2_METADATA_SERVICE_ENDPOINT: 'its address: https, or on this machine or its link-local network',
  AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE: '`IPv6`: its IPv6 address is used',
};

/** Any of these variables says that the AWS credentials of the machine are to be used. */
const awsChoices = [
  'AWS_PROFILE',
  'AWS_DEFAULT_PROFILE',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
  'AWS_CONTAINER_CREDENTIALS_FULL_URI',
];

/** Returns the AWS credentials of the machine, for one service. */
export function awsCredentials(target: AwsTarget): DefaultCredentials {
  return {
    about:
      'Without a key, requests are signed (Signature Version 4) with the AWS credentials of the machine: the environment, a ' +
      'profile in the shared files, a web identity, the role of the container, the role of the instance, in this order.',
    envVars: awsVariables,
    outranksKey: () => false,
    isChosen: (env) =>
      Boolean(env.AWS_ACCESS_KEY_ID && env.AWS_SECRET_ACCESS_KEY) || awsChoices.some((name) => env[name]),
    hasFile: (env) => isSource(profileOf('default', awsFiles(env))),
    open: once(async (env) => (await import('./aws.ts')).awsAuthorizer(env, target)),
  };
}

/** Application default credentials of Google Cloud. */
export const googleCredentials: DefaultCredentials = {
  about:
    'Without a key, or with `GOOGLE_APPLICATION_CREDENTIALS`, requests carry a token of application default credentials: ' +
    'the named file, the file that `gcloud auth application-default login` writes, the metadata server, in this order.',
  envVars: {
    GOOGLE_APPLICATION_CREDENTIALS: 'the credentials file; it takes precedence over a key',
    GOOGLE_CLOUD_PROJECT: 'the project, else that of the file or the machine',
    GCLOUD_PROJECT: 'the project when `GOOGLE_CLOUD_PROJECT` is not set',
    GOOGLE_CLOUD_LOCATION: 'the location, else `us-central1`',
    CLOUDSDK_CONFIG: 'the folder of gcloud, which holds its credentials file',
    GCE_METADATA_HOST: 'the host of the metadata server: on this machine or its link-local network',
  },
  outranksKey: ({ GOOGLE_APPLICATION_CREDENTIALS }) => Boolean(GOOGLE_APPLICATION_CREDENTIALS),
  isChosen: ({ GOOGLE_APPLICATION_CREDENTIALS: file, GCE_METADATA_HOST: host }) => Boolean(file || host),
  hasFile: (env) => googleCredentialsFile(env) !== null,
  open: once(async (env, signal) => (await import('./google.ts')).googleAuthorizer(env, signal)),
};

/** Keeps the result for an environment; a daemon has one. A failure is not kept. */
function once(open: DefaultCredentials['open']): DefaultCredentials['open'] {
  const opened = new WeakMap<NodeJS.ProcessEnv, Authorizer>();
  return async (env, signal) => {
    const known = opened.get(env) ?? (await open(env, signal));
    // Runs that started at the same time each opened one: the first is kept.
    const first = opened.get(env) ?? known;
    opened.set(env, first);
    return first;
  };
}
