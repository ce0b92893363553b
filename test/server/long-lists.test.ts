import { describe, expect, it } from 'vitest';
import { requests } from '../../protocol/catalogue.ts';
import { longListsIn, parseInSlices } from '../../server/long-lists.ts';
import { Random } from '../support/random.ts';

const schema = requests['run/start'].params();

const length = 300;
const listOf = (item: (index: number) => unknown) => Array.from({ length }, (_, index) => item(index));

/** Parameters with a long list of valid items in each field that may have one. */
const given: Record<string, (index: number) => unknown> = {
  messageHistory: (index) =>
    index % 2
      ? { kind: 'response', parts: [{ part_kind: 'text', content: `answer ${index}` }], of_later: { x: 1 } }
      : { kind: 'request', parts: [{ part_kind: 'user-prompt', content: `question ${index}` }] },
  prompt: (index) => (index % 3 ? `text ${index}` : { kind: 'image-url', url: `https://example.com/${index}.png` }),
  tools: (index) => ({ name: `tool_${index}`, inputSchema: { type: 'object' } }),
};
const fields = Object.entries(given);

describe('a list of parameters with more than 256 items', () => {
  it.each(fields)('is found in `%s`', (field, item) => {
    expect(longListsIn({ [field]: listOf(item), deps: listOf(item) }, schema).map((list) => list.field)).toEqual([
      field,
    ]);
  });

  it.each(fields)('is read as in one go: %s', async (field, item) => {
    const params = { runId: 'r', [field]: listOf(item), model: 'test' };
    const parsed = await parseInSlices(params, schema, longListsIn(params, schema));
    const atOnce = schema.safeParse(params);
    expect(parsed).toEqual(atOnce);
    expect(Object.keys(parsed.data as object)).toEqual(Object.keys(atOnce.data as object));
  });

  it.each(fields)('is refused for its first bad item, wherever that is: %s', async (field, item) => {
    const random = new Random(field.length);
    for (let round = 0; round < 10; round += 1) {
      const at = random.upTo(length - 1);
      const params = { [field]: listOf((index) => (index === at ? 7 : item(index))), unknown: 1 };
      const parsed = await parseInSlices(params, schema, longListsIn(params, schema));
      const [unknown, bad] = parsed.error?.issues ?? [];
      expect({ unknown: unknown?.code, path: bad?.path }).toEqual({ unknown: 'unrecognized_keys', path: [field, at] });
    }
  });
});

it('shorter lists, other values and lists that are checked as a whole are left to the schema', () => {
  const list = listOf(() => ({ model: 'test' }));
  expect(longListsIn({ prompt: ['a'], messageHistory: null }, schema)).toEqual([]);
  expect(longListsIn({ model: list }, schema)).toEqual([]);
  expect(longListsIn(null, schema)).toEqual([]);
  for (const name of ['__proto__', 'constructor', 'toString', 'unknown']) {
    expect(longListsIn(JSON.parse(`{"${name}":${JSON.stringify(list)}}`), schema)).toEqual([]);
  }
});
