import { ServerFault } from './bounded-send.ts';
import type { Expiring } from './expiring.ts';

/** What AWS lets requests in with. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** Those of the environment; null when it has none. */
export function environmentCredentials({
  AWS_ACCESS_KEY_ID: accessKeyId,
  AWS_SECRET_ACCESS_KEY: secretAccessKey,
  AWS_SESSION_TOKEN: sessionToken,
}: NodeJS.ProcessEnv): AwsCredentials | null {
  if (!accessKeyId || !secretAccessKey) return null;
  return { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) };
}

/** Characters of header values, without which a token could add headers of its own. */
const headerSafe = /^[\x21-\x7e]{1,16384}$/;

/**
 * Reads what container and instance roles answer, and external processes print.
 *
 * Errors: `ServerFault`, which quotes nothing of the answer.
 */
export function readCredentials(text: string, where: string): Expiring<AwsCredentials> {
  const { AccessKeyId, SecretAccessKey, Token, SessionToken, Expiration } = objectIn(text, where);
  const sessionToken = Token ?? SessionToken ?? undefined;
  const expiresAtMs = typeof Expiration === 'string' ? Date.parse(Expiration) : undefined;
  const isToken = sessionToken === undefined || isSafe(sessionToken);
  if (!isSafe(AccessKeyId) || !isSafe(SecretAccessKey) || !isToken || Number.isNaN(expiresAtMs)) {
    throw new ServerFault(`${where} answered without usable credentials`);
  }
  return {
    value: { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, ...(sessionToken ? { sessionToken } : {}) },
    ...(expiresAtMs === undefined ? {} : { expiresAtMs }),
  };
}

/** A text that may be sent in a header. */
export const isSafe = (value: unknown): value is string => typeof value === 'string' && headerSafe.test(value);

function objectIn(text: string, where: string): Record<string, unknown> {
  try {
    const value = JSON.parse(text);
    if (value !== null && typeof value === 'object') return value;
  } catch {
    // Named below: the error of the parser would quote the text.
  }
  throw new ServerFault(`${where} answered with something that is not a JSON object`);
}
