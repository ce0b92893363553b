import { ServerFault } from './bounded-send.ts';
import type { Expiring } from './expiring.ts';

/** Credentials of AWS. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** Returns the credentials in the environment; null when there are none. */
export function environmentCredentials({
  AWS_ACCESS_KEY_ID: accessKeyId,
  AWS_SECRET_ACCESS_KEY: secretAccessKey,
  AWS_SESSION_TOKEN: sessionToken,
}: NodeJS.ProcessEnv): AwsCredentials | null {
  if (!accessKeyId || !secretAccessKey) return null;
  return { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) };
}

/** The characters allowed in header values: with others a token could add headers of its own. */
const headerSafe = /^[\x21-\x7e]{1,16384}$/;

/**
 * Reads credentials from the response of a container or instance role, or from the output of an external process.
 *
 * Errors: `ServerFault`, which quotes nothing of the answer.
 */
export function readCredentials(text: string, where: string): Expiring<AwsCredentials> {
  const { AccessKeyId, SecretAccessKey, Token, SessionToken, Expiration } = objectIn(text, where);
  const sessionToken = Token ?? SessionToken ?? undefined;
  const expiresAtMs = typeof Expiration === 'string' ? Date.parse(Expiration) : undefined;
  const isToken = sessionToken === undefined || isSafe(sessionToken);
  if (!isSafe(AccessKeyId) || !isSafe(SecretAccessKey) || !isToken || Number.isNaN(expiresAtMs)) {
    throw new ServerFault(`${where} returned no valid credentials`);
  }
  return {
    value: { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, ...(sessionToken ? { sessionToken } : {}) },
    ...(expiresAtMs === undefined ? {} : { expiresAtMs }),
  };
}

/** Returns whether a value is a string that may be sent in a header. */
export const isSafe = (value: unknown): value is string => typeof value === 'string' && headerSafe.test(value);

function objectIn(text: string, where: string): Record<string, unknown> {
  try {
    const value = JSON.parse(text);
    if (value !== null && typeof value === 'object') return value;
  } catch {
    // Reported below: the parser's error would quote the text.
  }
  throw new ServerFault(`${where} returned something that is not a JSON object`);
}
