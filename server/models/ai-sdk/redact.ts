import { Redaction, redactionMark } from '../redaction.ts';

// Providers echo keys (a wrong one is quoted in the 401), and proxies echo whole requests.

/** The most characters of a provider's error body that are shown. */
const bodyCap = 4_096;

const keyLike = /\b(?:sk|pk|rk|gsk|xai)-[\w-]{16,}|\bBearer\s+[^\s"',}]+/g;

/** The text without the given secrets and without what looks like a key. @since 0.1.0 */
export function redacted(text: string, secrets: readonly string[]): string {
  return new Redaction(secrets).text(text).replaceAll(keyLike, redactionMark);
}

/**
 * The body of an error as it may be shown: its `error` object when it has one, JSON when it is JSON, cut text when it
 * is too long, null when it is empty.
 *
 * Source: OpenAI SDK `APIStatusError.body`, which Pydantic AI shows.
 * @since 0.1.0
 */
export function shownBody(body: string | undefined, secrets: readonly string[]): unknown {
  if (!body) return null;
  const clean = redacted(body, secrets);
  const parsed = innerError(parsedJson(clean));
  const text = parsed === undefined ? clean : JSON.stringify(parsed);
  if (text.length > bodyCap) return `${text.slice(0, bodyCap)}…`;
  return parsed === undefined ? clean : parsed;
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // an error page of a proxy
  }
}

const innerError = (body: unknown) =>
  body !== null && typeof body === 'object' && 'error' in body && body.error ? body.error : body;

/** Header values that are credentials. @since 0.1.0 */
export function secretHeaders(headers: Readonly<Record<string, string>>): string[] {
  return Object.entries(headers)
    .filter(([name]) => /auth|key|token|secret|cookie/i.test(name))
    .map(([, value]) => value);
}
