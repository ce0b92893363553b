import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { DownloadCache } from '../../server/models/downloads/download-cache.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const file = (mebibytes: number) => ({ bytes: new Uint8Array(mebibytes * 1024 * 1024), mediaType: 'image/png' });

it('keeps a file until it was not used for a minute', () => {
  const cache = new DownloadCache();
  cache.keep('a', file(1));
  vi.advanceTimersByTime(50_000);
  expect(cache.get('a')?.mediaType).toBe('image/png');
  vi.advanceTimersByTime(50_000);
  expect(cache.get('a')).toBeDefined();
  vi.advanceTimersByTime(60_000);
  expect(cache.get('a')).toBeUndefined();
});

it('forgets the oldest when there is too much, and counts a file once', () => {
  const cache = new DownloadCache();
  cache.keep('a', file(30));
  cache.keep('a', file(30));
  cache.keep('b', file(30));
  expect([cache.get('a'), cache.get('b')].every(Boolean)).toBe(true);
  cache.keep('c', file(30));
  expect(['a', 'b', 'c'].map((key) => cache.get(key) !== undefined)).toEqual([false, true, true]);
});
