import { Redaction } from './redaction.ts';

// Providers echo keys (a wrong one is quoted in the 401), and proxies echo whole requests.

/** The most characters of a provider's error body that are shown, and that are looked at. */
const bodyCap = 4_096;
const readCap = 64 * 1024;

/** Returns the beginning of a text without the given secrets and without what looks like one. */
export function redacted(text: string, secrets: readonly string[]): string {
  return new Redaction(secrets).head(text, readCap);
}

/**
 * Returns the body of an error as it may be shown: its `error` object when it has one, JSON when it is JSON, cut text when
 * it is too long, null when it is empty.
 *
 * Source: OpenAI SDK `APIStatusError.body`, which Pydantic AI shows.
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
