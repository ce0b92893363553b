import { expect, it } from 'vitest';
import { TightHeap } from '../../../../server/models/ai-sdk/transport/tight-heap.ts';

it('is held for a large response alone, from when it is large until it is over', () => {
  const heap = new TightHeap();
  heap.read(64 * 1024);
  expect(heap.isHeld).toBe(false);
  heap.read(300 * 1024);
  expect(heap.isHeld).toBe(true);
  heap.end();
  expect(heap.isHeld).toBe(false);
});
