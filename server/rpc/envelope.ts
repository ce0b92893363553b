/** An id a request may have. */
export type RequestId = string | number;

/** The kind of a message, or why a value is not a message. */
export type Envelope =
  | { readonly kind: 'request'; readonly id: RequestId; readonly method: string; readonly params: unknown }
  | { readonly kind: 'notification'; readonly method: string; readonly params: unknown }
  | { readonly kind: 'response'; readonly id: RequestId; readonly result?: unknown; readonly error?: unknown }
  /** `id` is for the response: null when the message had no usable id. */
  | { readonly kind: 'invalid'; readonly id: RequestId | null; readonly reason: string }
  /** A value that can be neither responded to nor used. */
  | { readonly kind: 'void'; readonly reason: string };

/**
 * Reads the envelope of a JSON value. Values that the library drops silently, or mistakes for something else, are distinguished
 * here.
 *
 * Source: JSON-RPC 2.0 sections 4 to 6; batches are not served.
 */
export function envelopeOf(value: unknown): Envelope {
  if (Array.isArray(value)) return invalid(null, 'batches are not served; send each message on its own');
  if (value === null || typeof value !== 'object') return invalid(null, 'a message is an object');
  const { jsonrpc, id, method, params, result, error } = value as Record<string, unknown>;
  const usable = isRequestId(id) ? id : null;
  if (jsonrpc !== '2.0') return invalid(usable, '`jsonrpc` must be "2.0"');
  if (method === undefined || (method === null && ('result' in value || 'error' in value))) {
    if (usable === null)
      return id === null ? toNobody(error) : invalid(null, 'it has neither a method nor an id that is ours');
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

/** The form in which a client responds to a request that it could not read, if at all. */
function toNobody(error: unknown): Envelope {
  const { code } = (error ?? {}) as { code?: unknown };
  return { kind: 'void', reason: `its \`id\` is null${typeof code === 'number' ? ` (error ${code})` : ''}` };
}

const invalid = (id: RequestId | null, reason: string): Envelope => ({ kind: 'invalid', id, reason });

/** Returns whether a value can be the id of a request: fractions and numbers that lose digits could not be echoed. */
export const isRequestId = (id: unknown): id is RequestId => typeof id === 'string' || Number.isSafeInteger(id);

const isStructured = (params: unknown) => params === undefined || typeof params === 'object';

/**
 * Returns whether a JSON value is nested deeper than so many levels.
 */
export function isDeeperThan(value: unknown, levels: number): boolean {
  if (value === null || typeof value !== 'object') return false;
  if (levels === 0) return true;
  if (Array.isArray(value)) return value.some((item) => isDeeperThan(item, levels - 1));
  for (const key in value) if (isDeeperThan((value as Record<string, unknown>)[key], levels - 1)) return true;
  return false;
}
