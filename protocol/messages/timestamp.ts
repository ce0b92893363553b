const iso = /^(\d{4}-\d{2}-\d{2})(?:[Tt_ ](\d{2}:\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*(Z|z|[+-]\d{2}:?\d{2})?)?$/;

/**
 * Rewrites a time the way Pydantic's JSON does: UTC as `Z`, other offsets kept, naive times kept naive, microseconds
 * only when they are not zero and then always six digits. Numbers and digit strings are seconds (or milliseconds above
 * 2e10) since 1970. Returns null for what is not a time, so that the schema after it can refuse it.
 *
 * Source: Pydantic v2 `datetime` validation and JSON serialisation.
 * @since 0.1.0
 */
export function normalizeTimestamp(value: unknown): string | null | undefined {
  if (value === undefined || value === '') return value as undefined;
  if (typeof value === 'number') return fromEpoch(value);
  if (typeof value !== 'string') return null;
  const text = value.trim();
  if (/^[+-]?\d+(\.\d+)?$/.test(text)) return fromEpoch(Number(text));
  const match = iso.exec(text);
  if (!match) return null;
  const [, date, minutes = '00:00', seconds = '00', fraction = '', zone = ''] = match;
  const offset = normalizeOffset(zone);
  const micros = fraction.slice(0, 6).padEnd(6, '0');
  const rewritten = `${date}T${minutes}:${seconds}${Number(micros) === 0 ? '' : `.${micros}`}${offset}`;
  return isRealTime(rewritten, offset) ? rewritten : null;
}

/** The present or a given instant in the same notation. @since 0.1.0 */
export function formatTimestamp(epochMs: number): string {
  if (epochMs !== latest.epochMs) latest = { epochMs, text: notation(epochMs) };
  return latest.text;
}

/** The last instant that was written: a busy process writes the same millisecond many times. */
let latest = { epochMs: Number.NaN, text: '' };

function notation(epochMs: number): string {
  const text = new Date(epochMs).toISOString();
  return text.endsWith('.000Z') ? `${text.slice(0, -5)}Z` : `${text.slice(0, -1)}000Z`;
}

function normalizeOffset(zone: string): string {
  if (zone === '') return '';
  if (zone === 'Z' || zone === 'z') return 'Z';
  const offset = zone.includes(':') ? zone : `${zone.slice(0, 3)}:${zone.slice(3)}`;
  return offset === '+00:00' || offset === '-00:00' ? 'Z' : offset;
}

/** `Date.parse` rolls 31 February over to March; a day that does not come back is none. */
function isRealTime(text: string, offset: string): boolean {
  const local = offset === '' ? text : text.slice(0, text.length - offset.length);
  const parsed = Date.parse(`${local.slice(0, 19)}Z`);
  return !Number.isNaN(parsed) && new Date(parsed).toISOString().startsWith(local.slice(0, 19));
}

function fromEpoch(value: number): string | null {
  if (!Number.isFinite(value)) return null;
  const seconds = Math.abs(value) > 2e10 ? value / 1000 : value;
  const micros = Math.round(seconds * 1e6);
  const ms = Math.floor(micros / 1000);
  if (Math.abs(ms) > 8.64e15) return null;
  const text = new Date(ms).toISOString();
  const fraction = micros - Math.floor(micros / 1e6) * 1e6;
  return `${text.slice(0, 19)}${fraction === 0 ? '' : `.${String(fraction).padStart(6, '0')}`}Z`;
}
