import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { byEffort } from '../support/effort.ts';
import { slow } from '../support/time-limits.ts';
import { rows } from './body-cases.ts';
import { call, cellCounter, prompted, request, result, rowNames, said, seenBy, tool } from './rule-support.ts';
import { grammarOf, violations } from './turn-grammars.ts';

// Whatever a stored history looks like, what leaves for a provider is a conversation that its API takes.

const counter = cellCounter('grammar of turns');

const texts = fc.constantFrom('Hi.', '', ' \n', 'Half \ud83d a smile', 'Well – ok.');
const png = { kind: 'binary', media_type: 'image/png', data: 'iVBORw0KGgo=', identifier: 'cat' };
const ids = fc.constantFrom('call_1', 'functions.look:0', 'c'.repeat(80), 'call 2', 'café', 'toolu_01ABC', 'a|b');
const names = fc.constantFrom('look', 'get weather', 'functions.look', 'größe', 'n'.repeat(200), 'listen');

/** A mark needs something to stand after, which the models refuse otherwise, as upstream does. */
const marked = texts.map((text) => ['Hi.', { kind: 'cache-point', ttl: '5m' }, text]);
const contents = fc.oneof(texts, fc.array(texts, { maxLength: 3 }), marked);
const answered = fc.oneof(texts, fc.constant(null), fc.constant({ sky: 'clear' }), fc.constant([]));

const requestParts = fc.oneof(
  { weight: 4, arbitrary: contents.map(prompted) },
  { weight: 4, arbitrary: fc.tuple(ids, answered, names).map(([id, content, name]) => result(id, content, name)) },
  {
    weight: 1,
    arbitrary: ids.map((tool_call_id) => ({
      part_kind: 'retry-prompt',
      content: 'Once more.',
      tool_name: 'look',
      tool_call_id,
    })),
  },
  { weight: 1, arbitrary: texts.map((content) => ({ part_kind: 'system-prompt', content })) },
  { weight: 1, arbitrary: ids.map((id) => result(id, png)) },
);

const responseParts = fc.oneof(
  texts.map(said),
  fc.tuple(ids, names).map(([id, name]) => call(id, name, { city: 'Paris' })),
  texts.map((content) => ({ part_kind: 'thinking', content })),
);

const histories = fc.array(
  fc.oneof(
    fc.array(requestParts, { maxLength: 4 }).map((parts) => request(...parts)),
    fc.tuple(fc.array(responseParts, { maxLength: 4 }), fc.boolean()).map(([parts, isOwn]) => ({
      kind: 'response',
      parts,
      ...(isOwn ? { model_name: 'm', provider_name: 'p' } : {}),
    })),
  ),
  { maxLength: 6 },
);

const runs = byEffort({ quick: 8, ci: 15, thorough: 150 });

describe('a history of any shape', () => {
  it.each(rowNames)('becomes turns that the API takes: %s', { timeout: slow }, async (row) => {
    for (const model of (rows[row]?.models ?? []).slice(0, byEffort({ quick: 2, thorough: undefined }))) {
      await fc.assert(
        fc.asyncProperty(histories, fc.boolean(), fc.option(contents), async (earlier, hasInstructions, last) => {
          counter.add(row);
          const messages = [...earlier, request(...(last === null ? [] : [prompted(last)]))];
          const instructions = hasInstructions ? { instructions: 'Be terse.' } : {};
          const tools = model.includes('image') ? {} : { tools: [tool('look')] };
          const { view, text } = await seenBy(row, model, { messages, ...instructions, ...tools });
          expect(view, text).toBeDefined();
          if (view) expect(violations(view, grammarOf(row, model)), text).toEqual([]);
        }),
        {
          numRuns: runs,
          seed: 20261129,
          examples: [
            [[], false, null],
            [[], true, null],
          ],
        },
      );
    }
  });
});

afterAll(() => counter.print());
