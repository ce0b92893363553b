import { readFile } from 'node:fs/promises';
import { isTrustedSource, ServerFault } from './bounded-send.ts';

/**
 * A file of application default credentials: of a service account, a user, a workload identity or an impersonated
 * account.
 */
export interface GoogleFile {
  readonly type: string;
  readonly [member: string]: unknown;
}

/** Members with addresses that secrets or tokens are sent to. */
const tokenAddresses = ['token_uri', 'token_url', 'token_info_url', 'revoke_url', 'service_account_impersonation_url'];
/** Members of `credential_source` with addresses that a token of another identity provider comes from. */
const sourceAddresses = ['url', 'region_url', 'imdsv2_session_token_url'];

/**
 * Reads a credentials file and checks every address in it: a file may come from elsewhere, and secrets are sent to the
 * addresses in it. The library leaves that to its callers.
 *
 * Errors: `ServerFault`, naming the file, the member and the host.
 */
export async function readGoogleFile(path: string): Promise<GoogleFile> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new ServerFault(`the file '${path}' cannot be read (${error.code ?? error.name})`);
  });
  const file = asObject(parsed(text));
  if (typeof file.type !== 'string')
    throw new ServerFault(`the file '${path}' is not a Google credentials file: it has no \`type\``);
  checkAddresses(file, path);
  return file as GoogleFile;
}

/** Returns whether tokens may be sent to an address. */
export const isGoogle = ({ protocol, hostname }: URL): boolean =>
  protocol === 'https:' && (hostname.endsWith('.googleapis.com') || hostname === 'accounts.google.com');

/** Returns the origins that provide a token of another identity provider. */
export function sourceOrigins(file: GoogleFile): string[] {
  const source = asObject(file.credential_source);
  return sourceAddresses.flatMap((member) => urlIn(source[member])?.origin ?? []);
}

/** Returns the values of the file that must never be shown. */
export function secretsIn(file: Readonly<Record<string, unknown>>): string[] {
  const own = ['private_key', 'private_key_id', 'client_secret', 'refresh_token'].map((member) => file[member]);
  const source = file.source_credentials === undefined ? [] : secretsIn(asObject(file.source_credentials));
  return [...own.filter((value) => typeof value === 'string'), ...source];
}

function checkAddresses(file: Readonly<Record<string, unknown>>, path: string): void {
  for (const member of tokenAddresses) check(file[member], isGoogle, member, path);
  const { universe_domain: universe, credential_source, source_credentials } = file;
  if (universe !== undefined && universe !== 'googleapis.com') {
    throw new ServerFault(
      `the \`universe_domain\` of '${path}' is not 'googleapis.com', the only one that is supported`,
    );
  }
  const source = asObject(credential_source);
  for (const member of sourceAddresses) check(source[member], isTrustedSource, `credential_source.${member}`, path);
  check(source.regional_cred_verification_url, isAws, 'credential_source.regional_cred_verification_url', path);
  if (source.certificate !== undefined) {
    throw new ServerFault(
      `the \`credential_source\` of '${path}' is a certificate, and certificates are not supported`,
    );
  }
  if (source_credentials !== undefined) checkAddresses(asObject(source_credentials), path);
}

function check(value: unknown, isGood: (url: URL) => boolean, member: string, path: string): void {
  if (value === undefined) return;
  const url = urlIn(value);
  if (url && isGood(url)) return;
  const host = url ? `names the host '${url.host}'` : 'is not a URL';
  throw new ServerFault(`\`${member}\` in '${path}' ${host}, to which credentials are not sent`);
}

const isAws = ({ protocol, hostname }: URL) => protocol === 'https:' && /\.amazonaws\.com(\.cn)?$/.test(hostname);

function urlIn(value: unknown): URL | null {
  const text = typeof value === 'string' ? value.replaceAll('{region}', 'region') : '';
  return URL.canParse(text) ? new URL(text) : null;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // the error of the parser would quote the file
  }
}

/** Returns the value if it is an object, else an empty one. */
export const asObject = (value: unknown): Readonly<Record<string, unknown>> =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
