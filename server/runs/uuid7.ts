import { randomBytes } from 'node:crypto';

/** Random bytes for some hundred ids: getting them one by one costs more than the rest. */
let pool = Buffer.alloc(0);
let used = 0;

function pooledBytes(count: number): Buffer {
  if (used + count > pool.length) {
    pool = randomBytes(4096);
    used = 0;
  }
  used += count;
  return pool.subarray(used - count, used);
}

/**
 * A UUID version 7: sortable by time.
 *
 * Source: RFC 9562 section 5.7.
 */
export function uuid7(epochMs: number = Date.now()): string {
  const bytes = pooledBytes(16);
  bytes.writeUIntBE(epochMs, 0, 6);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
