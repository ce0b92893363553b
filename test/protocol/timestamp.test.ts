import { expect, it } from 'vitest';
import { formatTimestamp, normalizeTimestamp } from '../../protocol/messages/timestamp.ts';

it.each([
  ['2025-01-01T00:00:00Z', '2025-01-01T00:00:00Z'],
  ['2025-01-01T00:00:00.000Z', '2025-01-01T00:00:00Z'],
  ['2025-01-01T00:00:00.5Z', '2025-01-01T00:00:00.500000Z'],
  ['2025-01-01T00:00:00.123456789Z', '2025-01-01T00:00:00.123456Z'],
  ['2025-01-01 00:00:00', '2025-01-01T00:00:00'],
  ['2025-01-01T00:00', '2025-01-01T00:00:00'],
  ['2025-01-01', '2025-01-01T00:00:00'],
  ['2025-01-01T02:00:00+0200', '2025-01-01T02:00:00+02:00'],
  ['2025-01-01T02:00:00-00:00', '2025-01-01T02:00:00Z'],
  [1735689600, '2025-01-01T00:00:00Z'],
  ['1735689600', '2025-01-01T00:00:00Z'],
  [1735689600123, '2025-01-01T00:00:00.123000Z'],
  [1735689600.25, '2025-01-01T00:00:00.250000Z'],
])('%j is written %j', (given, written) => {
  expect(normalizeTimestamp(given)).toBe(written);
});

it.each(['yesterday', '2025-02-30T00:00:00Z', '2025-13-01', '2025-01-01T25:00:00Z', {}, [], true, Number.NaN, 1e300])(
  '%j is no time',
  (given) => {
    expect(normalizeTimestamp(given)).toBeNull();
  },
);

it('writes the clock with six digits or none', () => {
  expect(formatTimestamp(0)).toBe('1970-01-01T00:00:00Z');
  expect(formatTimestamp(1)).toBe('1970-01-01T00:00:00.001000Z');
});
