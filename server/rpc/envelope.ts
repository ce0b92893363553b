/** An id a request may have. @since 0.2.0 */
export type RequestId = string | number;

/** A message by what it is, or why it is none. @since 0.2.0 */
export type Envelope =
  | { readonly kind: 'request'; readonly id: RequestId; readonly method: string; readonly params: unknown }
  | { readonly kind: 'notification'; readonly method: string; readonly params: unknown }
  | { readonly kind: 'response'; readonly id: RequestId; readonly result?: unknown; readonly error?: unknown }
  /** `id` is whom to answer: null when the message had no id that can be used. */
  | { readonly kind: 'invalid'; readonly id: RequestId | null; readonly reason: string }
  /** Nothing that can be answered or used. */
  | { readonly kind: 'void'; readonly reason: string };

/**
 * Reads the envelope of a JSON value. What the library drops in silence, or takes for something else, is told apart
 * here.
 *
 * Source: JSON-RPC 2.0 sections 4 to 6; batches are not served.
 * @since 0.2.0
 */
export function envelopeOf(value: unknown): Envelope {
  if (Array.isArray(value)) return invalid(null, 'batches are not served; send each message on its own');
  if (value === null || typeof value !== 'object') return invalid(null, 'a message is an object');
  const { jsonrpc, id, method, params, result, error } = value as Record<string, unknown>;
  const usable = isRequestId(id) ? id : null;
  if (jsonrpc !== '2.0') return invalid(usable, '`jsonrpc` must be "2.0"');
  if (method === undefined || (method === null && ('result' in value || 'error' in value))) {
    if (usable === null) return id === null ? nobody : invalid(null, 'it has neither a method nor an id that is ours');
    return { kind: 'response', id: usable, result, error };
  }
  if (typeof method !== 'string') return invalid(usable, '`method` must be a string');
  if (id === undefined) {
    if (isStructured(params)) return { kind: 'notification', method, params };
    return { kind: 'void', reason: `the params of the notification ${method} are neither an object nor a list` };
  }
  if (usable === null) return invalid(null, '`id` must be a string or a whole number');
  if (!isStructured(params)) return invalid(usable, '`params` must be an object');
  return { kind: 'request', id: usable, method, params };
}

const nobody: Envelope = { kind: 'void', reason: 'a response to nobody' };

const invalid = (id: RequestId | null, reason: string): Envelope => ({ kind: 'invalid', id, reason });

/** Fractions and numbers that lose digits could not be echoed as they came. */
const isRequestId = (id: unknown): id is RequestId => typeof id === 'string' || Number.isSafeInteger(id);

const isStructured = (params: unknown) => params === undefined || typeof params === 'object';

/**
 * Whether a JSON value is nested deeper than so many levels.
 *
 * @since 0.2.0
 */
export function isDeeperThan(value: unknown, levels: number): boolean {
  if (value === null || typeof value !== 'object') return false;
  if (levels === 0) return true;
  if (Array.isArray(value)) return value.some((item) => isDeeperThan(item, levels - 1));
  for (const key in value) if (isDeeperThan((value as Record<string, unknown>)[key], levels - 1)) return true;
  return false;
}

/**
 * The id and the method of a message of which only the start is at hand, when they stand there before its params, as
 * they mostly do.
 *
 * @since 0.2.0
 */
export function startOf(bytes: Buffer): { id?: RequestId; method?: string } {
  const text = bytes.toString('utf8');
  const found: { id?: RequestId; method?: string } = {};
  let at = /^\s*\{/.exec(text)?.[0].length ?? text.length;
  for (let field = next(text, at); field; field = next(text, at)) {
    at += field[0].length;
    const value: unknown = JSON.parse(field[2] ?? 'null');
    if (field[1] === 'id' && isRequestId(value)) found.id = value;
    if (field[1] === 'method' && typeof value === 'string') found.method = value;
  }
  return found;
}

const next = (text: string, at: number) =>
  /^\s*"(jsonrpc|id|method)"\s*:\s*("(?:[^"\\\p{Cc}]|\\["\\/bfnrt])*"|-?(?:0|[1-9]\d*)|null)\s*,/u.exec(text.slice(at));
