import { EngineError } from '../../engine/errors.ts';
import type { Authorizer } from './authorizer.ts';
import { boundedSend, ServerFault } from './bounded-send.ts';
import { type Expiring, ExpiringValue } from './expiring.ts';
import { asObject, type GoogleFile, readGoogleFile, secretsIn } from './google-file.ts';
import { googleCredentialsFile } from './google-files.ts';
import { type MetadataAccess, metadataProject, metadataToken } from './google-metadata.ts';
import { search } from './search.ts';
import { type CredentialServices, systemServices } from './services.ts';
import { ShownNowhere } from './shown-nowhere.ts';

const wanted = {
  provider: 'google-cloud',
  envVar: 'GOOGLE_APPLICATION_CREDENTIALS',
  advice:
    'Set GOOGLE_APPLICATION_CREDENTIALS to a credentials file, or GOOGLE_API_KEY, before the daemon starts, ' +
    'or sign in with `gcloud auth application-default login`.',
};

/**
 * Returns an authorizer with the application default credentials of the machine, from a file or its metadata server.
 */
export async function googleAuthorizer(
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
  services: CredentialServices = systemServices,
): Promise<Authorizer> {
  const path = googleCredentialsFile(env);
  const shownNowhere = new ShownNowhere();
  const found = await search(
    async (bounds) => ({ value: await find(env, path, services, bounds) }),
    wanted,
    services,
  )(signal);
  const load = search((bounds: AbortSignal) => loadToken(env, path, services, bounds, shownNowhere), wanted, services);
  const token = new ExpiringValue(load, services.now, (a, b) => a === b);
  const used = new WeakMap<object, string>();
  const { project, quotaProject } = found.value;
  return {
    baseUrl: addressOf(project, env.GOOGLE_CLOUD_LOCATION || 'us-central1'),
    get secrets() {
      return shownNowhere.values;
    },
    async authorize(_request, given) {
      const value = await token.get(given);
      const headers = {
        authorization: `Bearer ${value}`,
        ...(quotaProject ? { 'x-goog-user-project': quotaProject } : {}),
      };
      used.set(headers, value);
      return headers;
    },
    refused(headers) {
      const value = used.get(headers);
      if (value !== undefined) token.refuse(value);
    },
    renew: (given) => token.renew(given),
  };
}

interface Found {
  readonly project: string;
  readonly quotaProject?: string;
}

/** Returns the project of the requests; the operator's choice overrides that of the file. */
async function find(
  env: NodeJS.ProcessEnv,
  path: string | null,
  services: CredentialServices,
  signal: AbortSignal,
): Promise<Found> {
  const own = env.GOOGLE_CLOUD_PROJECT || env.GCLOUD_PROJECT;
  if (!path) return { project: own || (await nearby(metadataProject(metadataAccess(env, services, signal)))) };
  const file = await readGoogleFile(path);
  const { project_id, quota_project_id: quota } = file;
  const project = own || textOf(project_id) || textOf(asObject(file.source_credentials).project_id) || textOf(quota);
  if (project) return { project, ...(textOf(quota) ? { quotaProject: textOf(quota) } : {}) };
  throw new EngineError(
    'auth.missing',
    `The credentials file '${path}' does not name a Google Cloud project. Set GOOGLE_CLOUD_PROJECT before the daemon starts.`,
    { envVar: 'GOOGLE_CLOUD_PROJECT', provider: wanted.provider },
  );
}

/** The file is read again for each token, since it may have been rewritten. */
async function loadToken(
  env: NodeJS.ProcessEnv,
  path: string | null,
  services: CredentialServices,
  signal: AbortSignal,
  shownNowhere: ShownNowhere,
): Promise<Expiring<string>> {
  const token = path
    ? await fileToken(await readGoogleFile(path), services, signal, shownNowhere)
    : await nearby(metadataToken(metadataAccess(env, services, signal)));
  shownNowhere.add([token.value]);
  return token;
}

async function fileToken(
  file: GoogleFile,
  { fetch, tokenTimeoutMs }: CredentialServices,
  signal: AbortSignal,
  shownNowhere: ShownNowhere,
): Promise<Expiring<string>> {
  shownNowhere.add(secretsIn(file));
  const { tokenOf } = await import('./google-token.ts');
  return tokenOf(file, { send: boundedSend(fetch), timeoutMs: tokenTimeoutMs, signal });
}

const metadataAccess = (
  env: NodeJS.ProcessEnv,
  { fetch, metadataTimeoutMs, now }: CredentialServices,
  signal: AbortSignal,
): MetadataAccess => ({ env, send: boundedSend(fetch), timeoutMs: metadataTimeoutMs, signal, now });

async function nearby<T>(answer: Promise<T>): Promise<T> {
  return answer.catch((error) => {
    throw error instanceof ServerFault ? new ServerFault(`there is no credentials file, and ${error.message}`) : error;
  });
}

/**
 * Returns the address of a project's models at a location. Both become part of it, so they must be plain names.
 *
 * Source: Google Gen AI SDK `BaseApiClient`.
 */
function addressOf(project: string, location: string): string {
  if (!/^[a-z\d][a-z\d.:-]*$/i.test(project) || !/^[a-z\d-]+$/.test(location)) {
    throw new EngineError(
      'auth.missing',
      `The Google Cloud project '${project}' or location '${location}' is not a valid name. ` +
        'Correct GOOGLE_CLOUD_PROJECT or GOOGLE_CLOUD_LOCATION.',
      { envVar: 'GOOGLE_CLOUD_PROJECT', provider: wanted.provider },
    );
  }
  const host =
    location === 'global'
      ? 'aiplatform.googleapis.com'
      : /^(us|eu)$/.test(location)
        ? `aiplatform.${location}.rep.googleapis.com`
        : `${location}-aiplatform.googleapis.com`;
  return `https://${host}/v1beta1/projects/${project}/locations/${location}/publishers/google`;
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
