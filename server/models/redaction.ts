import { EngineError, type ErrorDetailsMap } from '../engine/errors.ts';

/** What stands in the place of a secret. @since 0.2.0 */
export const redactionMark = '[redacted]';

/** What is shorter is a dummy for a server that wants some key; to blot it out would only garble messages. */
const shortestSecret = 8;

/** Takes given secrets out of what a provider said; whoever may show it to a person passes it through here. @since 0.2.0 */
export class Redaction {
  readonly #forms: readonly string[];

  constructor(secrets: readonly string[]) {
    // Longest first: a key that is the head of another one must not leave the tail of that one behind.
    this.#forms = [...new Set(secrets.flatMap(formsOf))]
      .filter((form) => form.length >= shortestSecret)
      .sort((a, b) => b.length - a.length);
  }

  text(text: string): string {
    return this.#forms.reduce((shown, form) => shown.replaceAll(form, redactionMark), text);
  }

  /** The same for every text of a JSON value, keys of objects included. */
  value<T>(value: T): T;
  value(value: unknown): unknown {
    if (typeof value === 'string') return this.text(value);
    if (Array.isArray(value)) return value.map((item) => this.value(item));
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [this.text(key), this.value(item)]));
  }

  /** An error without the secrets; a bug keeps its stack, which goes to the log. */
  error(error: unknown): unknown {
    if (error instanceof EngineError) {
      return new EngineError(error.kind, this.text(error.message), this.value<ErrorDetailsMap>(error.details));
    }
    if (!(error instanceof Error)) return error;
    const clean = new Error(this.text(error.message));
    clean.name = error.name;
    clean.stack = this.text(error.stack ?? error.message);
    return clean;
  }
}

/** A secret as pages echo it: plain, without the scheme of a header, inside JSON, in a URL, in Basic credentials. */
function formsOf(secret: string): string[] {
  const bare = secret.replace(/^(Bearer|Basic|Token)\s+/i, '');
  return [secret, bare].flatMap((text) => [
    text,
    JSON.stringify(text).slice(1, -1),
    encodeURIComponent(text),
    Buffer.from(text).toString('base64'),
  ]);
}
