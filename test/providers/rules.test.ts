import { afterAll, describe, expect, it } from 'vitest';
import { type Given, rows } from './body-cases.ts';
import {
  call,
  cellCounter,
  itemsOf,
  own,
  request,
  response,
  result,
  resultsOf,
  rowNames,
  type Seen,
  said,
  seenBy,
  tools,
  user,
} from './rule-support.ts';
import type { RequestView } from './views/view.ts';

// What holds of the messages to every provider, whatever its API looks like.

const counter = cellCounter('rules of messages');

/** What every model of a row was sent. */
async function seenOf(row: string, given: Given): Promise<Seen[]> {
  const seen = [];
  for (const model of rows[row]?.models ?? []) {
    counter.add(row);
    seen.push(await seenBy(row, model, given));
  }
  return seen;
}

/** Models that refuse every request with tools; what others do not take is no reason to fail. */
const takesNoTools = new Set(['google gemini-3-pro-image']);

/** The views of the models that take tools. */
async function viewsOf(row: string, given: Given): Promise<(Seen & { view: RequestView })[]> {
  return (await seenOf(row, given)).flatMap((seen) => {
    if (seen.view) return [{ ...seen, view: seen.view }];
    expect(takesNoTools, `${seen.model}: ${seen.text}`).toContain(`${row} ${seen.model}`);
    expect(seen.text).toMatch(/does not support tools/);
    return [];
  });
}

describe('arguments of a call', () => {
  it.each(rowNames)('are on the wire once, as an object: %s', async (row) => {
    const given = ['{"city":"Paris"}', { city: 'Paris' }, '', null];
    const calls = given.map((args, index) => call(`call_${index}`, 'look', args));
    const results = calls.map(({ tool_call_id }) => result(tool_call_id, 'Clear.'));
    const messages = [user('Look.'), response(row, ...calls), request(...results)];
    for (const { model, view } of await viewsOf(row, { messages, tools })) {
      const sent = itemsOf(view, 'call').map(({ args }) => args);
      expect(sent, model).toEqual([{ city: 'Paris' }, { city: 'Paris' }, {}, {}]);
    }
  });
});

const files = {
  'an image': { kind: 'binary', media_type: 'image/png', data: 'iVBORw0KGgo=', identifier: 'cat' },
  'a PDF': { kind: 'binary', media_type: 'application/pdf', data: 'JVBERi0xLjQ=', identifier: 'report' },
  audio: { kind: 'binary', media_type: 'audio/wav', data: 'UklGRgAAAABXQVZF', identifier: 'voice' },
};

describe('a file that a tool returned', () => {
  it.each(rowNames)('stands in its result or after it, or the result says that it was not sent: %s', async (row) => {
    for (const file of Object.values(files)) {
      const messages = [user('Look.'), response(row, call('call_1')), request(result('call_1', file))];
      const bytes = file.data.replaceAll('=', '');
      for (const { model, view, text } of await viewsOf(row, { messages, tools })) {
        const results = resultsOf(view);
        expect(results, model).toHaveLength(1);
        const [{ text: word, files: inside } = { text: '', files: [] }] = results;
        const after = itemsOf(view, 'file').map(({ source }) => source);
        const isSent = !/was not sent: this model cannot read/.test(word);
        expect([...inside, ...after].filter((source) => source.includes(bytes)).length, model).toBe(isSent ? 1 : 0);
        if (isSent && inside.length === 0) expect(word, model).toMatch(/See file \w+\./);
        if (!isSent) expect(text, model).not.toContain(bytes);
        expect(text, model).not.toMatch(/\\?"kind\\?":\\?"binary\\?"/);
      }
    }
  });
});

/** Rows whose providers sign or encrypt what their models thought. */
const sealed = [
  'anthropic',
  'azure',
  'bedrock',
  'bedrock-mantle',
  'google',
  'google-cloud',
  'openai',
  'openrouter',
  'snowflake',
  'xai',
];

describe('thinking and text of a response with calls', () => {
  it.each(rowNames)('are both sent back: %s', async (row) => {
    const content = 'Deep thought.';
    const thinking = { part_kind: 'thinking', ...own(row, 'thinking'), content };
    const foreign = { part_kind: 'thinking', content, signature: 'Zm9yZWlnbg==', provider_name: 'elsewhere' };
    for (const thought of [thinking, foreign]) {
      const messages = [
        user('Look.'),
        response(row, thought, said('Let me look.'), call('call_1')),
        request(result('call_1', 'Clear.')),
      ];
      for (const { model, text } of await viewsOf(row, { messages, tools })) {
        expect(text.split(content), `${model} ${text}`).toHaveLength(2);
        expect(text.split('Let me look.'), model).toHaveLength(2);
        expect(text, model).not.toContain('Zm9yZWlnbg');
      }
    }
  });

  it.each(sealed)('keep the seal that %s gave to the thinking', async (row) => {
    const { signature } = own(row, 'thinking');
    const thinking = { part_kind: 'thinking', ...own(row, 'thinking'), content: 'Deep thought.' };
    const messages = [user('Look.'), response(row, thinking, call('call_1')), request(result('call_1', 'Clear.'))];
    const [seen] = await viewsOf(row, { messages, tools });
    expect(typeof signature).toBe('string');
    expect(seen?.text).toContain(signature);
  });

  it('has a seal in exactly the rows that say so', () => {
    expect(rowNames.filter((row) => 'signature' in own(row, 'thinking')).sort()).toEqual([...sealed].sort());
  });
});

describe('a cache mark', () => {
  it.each(rowNames)('is sent where the model takes one, and loses no text anywhere: %s', async (row) => {
    const content = ['A long text.', { kind: 'cache-point', ttl: '5m' }, 'And?'];
    for (const { model, view, text } of await seenOf(row, { messages: [user(content)] })) {
      expect(text).toContain('A long text.');
      expect(text).toContain('And?');
      expect(view?.turns.some(({ isMarked }) => isMarked) ?? false, model).toBe(marked.has(`${row} ${model}`));
    }
  });

  const marked = new Set([
    'openai gpt-6-astra',
    'openai-chat gpt-6-astra',
    'anthropic claude-sonnet-4-5',
    'anthropic claude-3-5-haiku-latest',
    'anthropic claude-opus-4-6',
    'anthropic claude-opus-4-8',
    'anthropic claude-sonnet-5-5',
    'bedrock us.anthropic.claude-sonnet-4-5-20250929-v1:0',
    'bedrock global.anthropic.claude-opus-4-8',
    'bedrock anthropic.claude-3-5-haiku-20241022-v1:0',
    'bedrock us.amazon.nova-pro-v1:0',
    'bedrock global.amazon.nova-2-lite-v1:0',
    'bedrock-mantle openai.gpt-5.6-sol',
    'openrouter anthropic/claude-sonnet-4.5',
    'openrouter google/gemini-2.5-flash',
    'openrouter google/gemini-3-flash-preview',
    'snowflake openai-gpt-5.6-sol',
  ]);
});

afterAll(() => counter.print());
