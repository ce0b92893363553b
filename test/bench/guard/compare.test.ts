import { describe, expect, it } from 'vitest';

interface Row {
  readonly what: string;
  readonly value?: number;
  readonly unit?: string;
  readonly note?: string;
}
interface Compare {
  faultsIn(rows: readonly Row[], recorded: Readonly<Record<string, number>>): string[];
  leastOf(measurements: readonly (readonly Row[])[]): Row[];
}
const module: Compare = await import(new URL('compare.mjs', import.meta.url).href);
const { faultsIn, leastOf } = module;

describe('faultsIn', () => {
  it.each([1, 2.99, 3])('allows one and a half times of what is recorded: %d', (value) => {
    expect(faultsIn([{ what: 'a step', value }], { 'a step': 2 })).toEqual([]);
  });

  it('says which ratio is over, what is recorded, and what is allowed', () => {
    expect(faultsIn([{ what: 'a step', value: 3.01, unit: '× by hand' }], { 'a step': 2 })).toEqual([
      "'a step' is 3.01 × by hand; 2 is recorded, so that 3.00 is allowed.",
    ]);
  });

  it('refuses a row without a recorded ratio', () => {
    expect(faultsIn([{ what: 'new', value: 1 }], {})).toEqual([
      "'new' has no recorded ratio: run `npm run bench -- guard --record`.",
    ]);
  });

  it('refuses a recorded ratio without a row', () => {
    expect(faultsIn([], { gone: 1 })).toEqual(["'gone' is recorded, and was not measured."]);
  });

  it.each([undefined, Number.NaN])('refuses a row that has the value %s', (value) => {
    const row = { what: 'a step', note: 'needs /proc', ...(value === undefined ? {} : { value }) };
    expect(faultsIn([row], { 'a step': 2 })).toEqual(["'a step' could not be measured: needs /proc."]);
  });
});

describe('leastOf', () => {
  it('takes the better value of each row', () => {
    const first = [
      { what: 'a', value: 3 },
      { what: 'b', value: 1 },
    ];
    const second = [
      { what: 'a', value: 2 },
      { what: 'b', value: 4 },
    ];
    expect(leastOf([first, second]).map(({ value }) => value)).toEqual([2, 1]);
  });

  it('takes a value where there was none', () => {
    expect(leastOf([[{ what: 'a' }], [{ what: 'a', value: 2 }]])).toEqual([{ what: 'a', value: 2 }]);
  });
});
