import type { ModelEntry } from '../../../protocol/spec.ts';
import { EngineError, userError } from '../../engine/errors.ts';
import { isCredentialHeader } from '../../redaction/shapes.ts';
import type { ProviderRow } from '../providers.ts';
import { checkBaseUrl } from './base-url.ts';

/** The source of keys, and what the operator allows clients to use of the machine. */
export interface KeySource {
  readonly env: NodeJS.ProcessEnv;
  /** Further variables with secrets that a client may name. */
  readonly allowEnv: ReadonlySet<string>;
  /** True if a specification may request downloads from the local network; false by default. */
  readonly allowLocalDownloads?: boolean;
}

/** A secret by its name; without a value it is requested from the host. */
export interface Secret {
  /** Environment variable, or the NAME of a header's `{secret: NAME}`. */
  readonly name: string;
  readonly provider: string;
  /** True if requests are sent without it when there is none. */
  readonly optional?: boolean;
  /** True if it is requested from the host only after the provider refused a request without it (401). */
  readonly requestedWhenRefused?: boolean;
  /** The address that it is sent to, if that is not the provider's own. */
  readonly baseUrl?: string;
  readonly value?: string;
}

/** The secrets a model needs; their values are looked up at its first request. */
export interface SecretPlan {
  readonly apiKey: Secret;
  readonly headers: Readonly<Record<string, string | Secret>>;
  /** True if requests without a key use the credentials of the machine. */
  readonly usesDefaultCredentials: boolean;
}

type ModelObject = Exclude<ModelEntry, string>;
type KeyedEntry = { readonly entry: ModelObject; readonly row: ProviderRow; readonly keys: KeySource };

/**
 * Returns which secrets a model of a provider needs, with the values that the environment has. What it lacks is
 * requested from the host, if the host serves `secret/get`.
 *
 * Errors: `auth.missing {envVar}` when the host does not serve it, `run.invalid` for a variable that may not be read and
 * for a credential among the plain headers or in the address.
 */
export function secretPlan(keyed: KeyedEntry, hostServesSecrets: boolean): SecretPlan {
  const { baseUrl, model } = keyed.entry;
  if (baseUrl) checkBaseUrl(baseUrl, model);
  const standIn = defaultCredentialsOf(keyed);
  const apiKey = standIn ?? apiKeyOf(keyed, hostServesSecrets);
  const headers = Object.fromEntries(
    Object.entries(keyed.entry.headers ?? {}).map(([header, value]) => {
      if (typeof value !== 'string') return [header, secretOf(keyed, value.secret)];
      refuseCredential(header, `\`headers\` of '${keyed.entry.model}'`);
      return [header, value];
    }),
  );
  refuseCredentials(keyed.entry.settings?.extra_headers);
  const plan = { apiKey, headers, usesDefaultCredentials: standIn !== undefined };
  const missing = secretsOf(plan).find(({ value, optional }) => value === undefined && !optional);
  if (missing && !hostServesSecrets) throw missingSecret(missing, { hostHasNone: false });
  return plan;
}

/** Returns the secrets of a plan, the key first. */
export function secretsOf({ apiKey, headers }: SecretPlan): Secret[] {
  const named = Object.values(headers).filter((value) => typeof value !== 'string');
  return [apiKey, ...named];
}

/** Errors: `run.invalid` for a credential among the headers of settings, which are kept with the run. */
export function refuseCredentials(headers: Readonly<Record<string, string>> | null | undefined): void {
  for (const header of Object.keys(headers ?? {})) refuseCredential(header, '`extra_headers`');
}

/** Returns the error of a secret that neither the environment nor the host has. */
export function missingSecret({ name, provider }: Secret, { hostHasNone }: { hostHasNone: boolean }): EngineError {
  const hostToo = hostHasNone ? ', and the host returned no secret (secret/get)' : '';
  return new EngineError(
    'auth.missing',
    `The environment variable ${name} is not set${hostToo}, so there is no API key for '${provider}'. Set it before the daemon starts.`,
    { envVar: name, provider },
  );
}

/**
 * Refuses a credential in a specification, which is kept, compared and written to the store: it may only name secrets.
 */
function refuseCredential(header: string, where: string): void {
  if (!isCredentialHeader(header)) return;
  throw userError(
    `The header '${header}' in ${where} is a credential. Pass it in \`headers\` of the model as {"secret": "NAME"}: ` +
      'NAME is an environment variable that the daemon may read (`--allow-env NAME`), or a secret that the host returns for secret/get.',
  );
}

/**
 * Returns the key of a provider whose place other credentials of the machine may take: at once if a variable says so,
 * else if the host has no key. They are only sent to the provider's own address.
 */
function defaultCredentialsOf({ entry, row, keys }: KeyedEntry): Secret | undefined {
  const { defaultCredentials } = row;
  if (!defaultCredentials || entry.baseUrl || entry.apiKeyEnv) return undefined;
  const hasKey = [row.envVar, ...(row.otherEnvVars ?? [])].some((variable) => keys.env[variable]);
  if (hasKey && !defaultCredentials.outranksKey(keys.env)) return undefined;
  const key = { name: row.envVar, provider: row.name, optional: true };
  return defaultCredentials.isChosen(keys.env) ? { ...key, requestedWhenRefused: true } : key;
}

function apiKeyOf(keyed: KeyedEntry, hostServesSecrets: boolean): Secret {
  const { entry, row } = keyed;
  const variables = [row.envVar, ...(row.otherEnvVars ?? [])];
  if (entry.apiKeyEnv) {
    if (mayRead(keyed, entry.apiKeyEnv)) return secretOf(keyed, entry.apiKeyEnv);
    throw mayNotRead(keyed, entry.apiKeyEnv);
  }
  const name = variables.find((variable) => keyed.keys.env[variable]) ?? row.envVar;
  if (row.keyOptional) return { ...secretOf(keyed, name), optional: true, requestedWhenRefused: true };
  if (!entry.baseUrl || mayRead(keyed, name)) return secretOf(keyed, name);
  if (hostServesSecrets) return secretOf(keyed, row.envVar);
  throw userError(
    `'${entry.model}' has a \`baseUrl\`, and the API key in ${row.envVar} is only sent to the provider's own address. Name ` +
      `another variable in \`apiKeyEnv\` and start the daemon with \`--allow-env NAME\`, or with \`--allow-env ${row.envVar}\` to ` +
      'send that key there, or serve secret/get.',
  );
}

/** Returns a secret, with its value if the environment has one that may be sent to this address. */
function secretOf(keyed: KeyedEntry, name: string): Secret {
  const { entry, row, keys } = keyed;
  const value = mayRead(keyed, name) ? keys.env[name]?.trim() : undefined;
  return {
    name,
    provider: row.name,
    ...(entry.baseUrl ? { baseUrl: entry.baseUrl } : {}),
    ...(value ? { value } : {}),
  };
}

/**
 * Returns whether a variable may be read: a provider's standard key is only sent to the provider, never to an address
 * from a client.
 */
function mayRead({ entry, row, keys }: KeyedEntry, variable: string): boolean {
  if (keys.allowEnv.has(variable)) return true;
  return !entry.baseUrl && (variable === row.envVar || (row.otherEnvVars ?? []).includes(variable));
}

function mayNotRead({ entry }: KeyedEntry, variable: string): EngineError {
  const why = entry.baseUrl
    ? `'${entry.model}' has a \`baseUrl\`, so the operator must allow the variable '${variable}'`
    : `'${variable}' is not a variable of the provider of '${entry.model}', so the operator must allow it`;
  return userError(
    `${why}. Start the daemon with \`--allow-env ${variable}\`, or omit \`apiKeyEnv\` and serve secret/get.`,
  );
}
