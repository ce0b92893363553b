/**
 * Returns how long a server requests a client to wait, in milliseconds, or null. `retry-after-ms` takes precedence over
 * `retry-after`, which holds seconds or a date.
 *
 * Source: RFC 9110 section 10.2.3; OpenAI SDK `_parse_retry_after_header`.
 */
export function retryAfterMs(headers: Readonly<Record<string, string | undefined>>, now: number): number | null {
  const exact = number(headers['retry-after-ms']);
  if (exact !== null) return exact;
  const value = headers['retry-after'];
  const seconds = number(value);
  if (seconds !== null) return seconds * 1_000;
  const date = value === undefined ? Number.NaN : Date.parse(value);
  return Number.isNaN(date) ? null : Math.max(0, date - now);
}

function number(text: string | undefined): number | null {
  if (text === undefined || text.trim() === '') return null;
  const value = Number(text);
  return Number.isFinite(value) && value >= 0 ? value : null;
}
