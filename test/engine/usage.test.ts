import { describe, expect, it } from 'vitest';
import { RunUsage } from '../../protocol/messages/usage.ts';
import {
  addUsage,
  checkAfterResponse,
  checkBeforeRequest,
  checkBeforeToolCalls,
  limitsInForce,
  withTotal,
} from '../../server/engine/limits/usage.ts';
import { requestUsage } from '../../server/engine/request/response.ts';
import { loadGolden } from '../support/golden-files.ts';

type Counts = Record<string, unknown>;
interface AddTable {
  expected: { v2: { rows: { a: Counts; b: Counts; sum: Counts; a_after: Counts }[] } };
}

const usage = (counts: Counts) => withTotal(RunUsage().parse(counts));

describe('adding usages as the reference engine does (t08)', () => {
  it.each(loadGolden<AddTable>('t08_usage_add').expected.v2.rows)('$a + $b', ({ a, b, sum, a_after }) => {
    const first = usage(a);
    expect(addUsage(first, usage(b))).toEqual(sum);
    expect(first).toEqual(a_after);
  });

  it('adds counts it does not know, and prices without rounding', () => {
    const sum = addUsage(usage({ cost: '0.1', searches: 1 }), { ...requestUsage({ cost: '0.2' }), searches: 2 });
    expect(sum).toMatchObject({ cost: '0.3', searches: 3 });
  });

  it('keeps the price that is known beside one that is not', () => {
    expect(addUsage(usage({}), requestUsage({ cost: '0.25' })).cost).toBe('0.25');
    expect(addUsage(usage({ cost: '0.25' }), requestUsage()).cost).toBe('0.25');
    expect(addUsage(usage({}), requestUsage()).cost).toBeNull();
  });
});

describe('limits', () => {
  const limits = (given: Counts) => limitsInForce(given);
  const beforeRequest = (given: Counts, counts: Counts) => () => checkBeforeRequest(limits(given), usage(counts));
  const afterResponse =
    (given: Counts, counts: Counts, contextTokens = 0) =>
    () =>
      checkAfterResponse(limits(given), usage(counts), contextTokens);

  it.each([
    [
      '50 requests by default',
      beforeRequest({}, { requests: 50 }),
      'The next request would exceed the request_limit of 50',
    ],
    [
      'requests',
      beforeRequest({ request_limit: 1 }, { requests: 1 }),
      'The next request would exceed the request_limit of 1',
    ],
    [
      'input before',
      beforeRequest({ input_tokens_limit: 9 }, { input_tokens: 10 }),
      'The next request would exceed the input_tokens_limit of 9 (input_tokens=10)',
    ],
    [
      'total before',
      beforeRequest({ total_tokens_limit: 9 }, { output_tokens: 10 }),
      'The next request would exceed the total_tokens_limit of 9 (total_tokens=10)',
    ],
    [
      'input after',
      afterResponse({ input_tokens_limit: 9 }, { input_tokens: 10 }),
      'Exceeded the input_tokens_limit of 9 (input_tokens=10)',
    ],
    [
      'output after',
      afterResponse({ output_tokens_limit: 9 }, { output_tokens: 10 }),
      'Exceeded the output_tokens_limit of 9 (output_tokens=10)',
    ],
    [
      'total after',
      afterResponse({ total_tokens_limit: 9 }, { input_tokens: 5, output_tokens: 5 }),
      'Exceeded the total_tokens_limit of 9 (total_tokens=10)',
    ],
    [
      'input of one request',
      afterResponse({ per_request_input_tokens_limit: 9 }, {}, 10),
      'Exceeded the per_request_input_tokens_limit of 9 (request_input_tokens=10)',
    ],
    [
      'cost before',
      beforeRequest({ cost_limit: 5 }, { cost: '6' }),
      "The next request would exceed the `cost_limit` of 5 (`cost`=Decimal('6'))",
    ],
    [
      'cost after',
      afterResponse({ cost_limit: '0.001' }, { cost: '0.0045' }),
      "Exceeded the `cost_limit` of 0.001 (`usage.cost`=Decimal('0.0045'))",
    ],
    [
      'a very small cost',
      afterResponse({ cost_limit: 1e-7 }, { cost: '0.00000011' }),
      "Exceeded the `cost_limit` of 0.0000001 (`usage.cost`=Decimal('0.00000011'))",
    ],
    [
      'tool calls',
      () => checkBeforeToolCalls(limits({ tool_calls_limit: 2 }), usage({ tool_calls: 1 }), 2),
      'The next tool call(s) would exceed the tool_calls_limit of 2 (tool_calls=3)',
    ],
  ])('%s', (_name, check, message) => {
    expect(check).toThrow(`${message}. Consider raising the limit.`);
  });

  it.each([
    ['request_limit off', beforeRequest({ request_limit: null }, { requests: 1000 })],
    ['equal cost', afterResponse({ cost_limit: 0.3 }, { cost: '0.30' })],
    ['cost that is not known', afterResponse({ cost_limit: 0 }, {})],
    ['cost_limit off', afterResponse({ cost_limit: null }, { cost: '9' })],
    ['equal input', afterResponse({ input_tokens_limit: 10 }, { input_tokens: 10 })],
    ['equal tool calls', () => checkBeforeToolCalls(limits({ tool_calls_limit: 2 }), usage({ tool_calls: 1 }), 1)],
    ['no calls in the batch', () => checkBeforeToolCalls(limits({ tool_calls_limit: 0 }), usage({ tool_calls: 5 }), 0)],
  ])('allows %s', (_name, check) => {
    expect(check).not.toThrow();
  });
});
