import { afterEach, expect, it } from 'vitest';
import { calls, openSession, type TestSession, text, toolCall } from '../support/session.ts';

let session: TestSession;
afterEach(() => session?.close());

const list = (items: object) => ({ type: 'object', properties: { a: { type: 'array', items } } });
/** More work than one validation may cost. */
const costly = list({ anyOf: Array.from({ length: 200 }, () => ({ type: 'boolean' })) });

/** A run whose model calls a tool a number of times at once, all with the same arguments. */
async function serve(args: object, times: number, limits: object = {}) {
  const refusals: unknown[] = [];
  session = await openSession({
    serve: {
      'model/request': ({ messages }) => {
        refusals.push(...(messages.at(-1)?.parts ?? []));
        const again = Array.from({ length: times }, (_, i) => toolCall('work', args, `c${i}`));
        return { response: messages.length === 1 ? calls(...again) : text('done') };
      },
      'tool/call': () => 'ok',
    },
    deps: { limits },
  });
  return refusals;
}

it('a validation that takes longer than `validationMs` goes back to the model as one error', async () => {
  const refusals = await serve({ a: Array.from({ length: 20_000 }, (_, i) => i) }, 1, { validationMs: 1 });
  const { outcome } = await session.run({
    prompt: 'go',
    tools: [{ name: 'work', inputSchema: costly }],
  });
  expect(outcome).toBe('success');
  expect(refusals.at(-1)).toMatchObject({
    content: [{ type: 'value_error', msg: expect.stringContaining('1 ms)'), input: expect.any(String) }],
  });
});

it('requests are answered between the validations of many calls', async () => {
  await serve({ a: Array.from({ length: 20_000 }, (_, i) => i) }, 24);
  let isOver = false;
  const run = session.run({ prompt: 'go', tools: [{ name: 'work', inputSchema: costly }] }).finally(() => {
    isOver = true;
  });
  let answered = 0;
  while (!isOver) {
    await session.request('health/get', {});
    if (!isOver) answered++;
  }
  expect(await run).toMatchObject({ outcome: 'success' });
  // A request takes a few turns of the loop.
  expect(answered).toBeGreaterThan(4);
});
