import { expect, it } from 'vitest';
import { requests } from '../../protocol/catalogue.ts';
import { heldMethods, isolationCases } from './isolation.ts';

isolationCases('in memory', false);
isolationCases('with a store', true, () => ({ isStored: true }));

it('holds every method against another tenant', () => {
  expect(Object.keys(requests).filter((method) => !heldMethods.includes(method))).toEqual([]);
});
