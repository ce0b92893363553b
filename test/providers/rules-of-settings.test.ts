import { afterAll, describe, expect, it } from 'vitest';
import { callOf, modelAt, promptOf, userRequest } from '../models/ai-sdk/support.ts';
import { type Given, rows } from './body-cases.ts';
import { cellCounter, rowNames, type Seen, seenBy, tool, tools, user } from './rule-support.ts';
import { apiOf } from './views/read.ts';
import { type Json, members, object } from './views/view.ts';

// What holds of the settings and tools that every provider is sent.

const counter = cellCounter('rules of settings and tools');

/** What every model of a row was sent. */
async function seenOf(row: string, given: Given): Promise<Seen[]> {
  const seen = [];
  for (const model of rows[row]?.models ?? []) {
    counter.add(row);
    seen.push(await seenBy(row, model, given));
  }
  return seen;
}

const levels = [true, false, 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'];

describe('the setting `thinking`', () => {
  it.each(rowNames)('never raises `max_tokens`, and gives no budget beyond it: %s', async (row) => {
    for (const thinking of levels) {
      const given = { messages: [user('Think.')], settings: { thinking, max_tokens: 2000 } };
      for (const { model, view, text } of await seenOf(row, given)) {
        expect(view?.maxTokens, `${model} ${text}`).toEqual([2000]);
        expect(
          view?.budgets.filter((budget) => budget >= 2000),
          `${model}: ${text}`,
        ).toEqual([]);
        expect(members(JSON.parse(text), /^summary$/), model).toEqual([]);
      }
    }
  });
});

/** The least that each API answers. */
const counts = { input_tokens: 1, output_tokens: 1 };
const completion = {
  id: 'x',
  object: 'chat.completion',
  created: 1,
  model: 'm',
  choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'ok' } }],
  usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
};
const message = {
  type: 'message',
  id: 'm',
  role: 'assistant',
  status: 'completed',
  content: [{ type: 'output_text', text: 'ok', annotations: [] }],
};
const answers: Readonly<Record<string, object>> = {
  cohere: {
    message: { role: 'assistant', content: [{ type: 'text', text: 'ok' }] },
    finish_reason: 'COMPLETE',
    usage: { billed_units: counts, tokens: counts },
  },
  responses: {
    id: 'x',
    created_at: 1,
    model: 'm',
    object: 'response',
    status: 'completed',
    output: [message],
    usage: { ...counts, total_tokens: 2 },
  },
  anthropic: {
    id: 'x',
    type: 'message',
    role: 'assistant',
    model: 'm',
    content: [{ type: 'text', text: 'ok' }],
    stop_reason: 'end_turn',
    usage: counts,
  },
  google: { candidates: [{ content: { role: 'model', parts: [{ text: 'ok' }] }, finishReason: 'STOP' }] },
  bedrock: {
    output: { message: { role: 'assistant', content: [{ text: 'ok' }] } },
    stopReason: 'end_turn',
    usage: { inputTokens: 1, outputTokens: 1, totalTokens: 2 },
    metrics: { latencyMs: 1 },
  },
};

/** What is sent for a level of thinking, and whether a warning says that there is none. */
async function thinkingSent(row: string, modelName: string, thinking: unknown) {
  let body = '';
  const fetch: typeof globalThis.fetch = async (_, init) => {
    body = String(init?.body);
    return Response.json(answers[row] ?? answers[apiOf(row)] ?? completion);
  };
  const model = await modelAt(row, { modelName }, { fetch });
  const prompt = promptOf([userRequest({ part_kind: 'user-prompt', content: 'Think.' })], {
    settings: thinking === undefined ? null : { thinking: thinking as boolean },
  });
  const { warnings = [] } = await model.request(prompt, callOf());
  counter.add(row);
  return { body, isWarned: warnings.some(({ message }) => message.includes("'thinking'")) };
}

describe('a level of thinking', () => {
  it.each(rowNames)('changes the request, or a warning says that it cannot: %s', async (row) => {
    for (const model of rows[row]?.models ?? []) {
      const plain = await thinkingSent(row, model, undefined);
      expect(plain.isWarned).toBe(false);
      for (const level of ['minimal', 'high']) {
        const { body, isWarned } = await thinkingSent(row, model, level);
        expect(isWarned, `${model} ${level} ${body}`).toBe(body === plain.body);
      }
    }
  });
});

/** Rows where a forced tool takes the others out, and why. */
const removesOthers: Readonly<Record<string, string>> = {
  cohere: 'the API cannot name a tool: only by offering it alone can it be forced',
};

describe('a forced tool', () => {
  it.each(rowNames)('is the only one that may be called, and removes no other from the request: %s', async (row) => {
    const outputTools = [{ ...tool('final_result'), kind: 'output' }];
    const choices: Given[] = [
      { messages: [user('Look.')], tools, settings: { tool_choice: ['look'] } },
      { messages: [user('Look.')], tools, settings: { tool_choice: 'required' } },
      { messages: [user('Look.')], tools, outputTools, allowText: false },
    ];
    for (const given of choices) {
      for (const { model, view, text } of await seenOf(row, given)) {
        if (view === undefined) {
          expect(text, model).toMatch(/forc|tool output|does not support tools/i);
          continue;
        }
        // Where the model cannot be forced, a choice of one tool leaves only that tool to it.
        if (view.choice.mode === 'auto') continue;
        const offered = view.tools.map(({ name }) => name);
        const all = [...tools, ...(given.outputTools ?? [])].map((one) => (one as { name: string }).name);
        const isNamed = Array.isArray(given.settings?.tool_choice);
        expect(offered, `${model} ${text}`).toEqual(removesOthers[row] && isNamed ? ['look'] : all);
        if (isNamed && !removesOthers[row]) expect(view.choice.names, model).toEqual(['look']);
      }
    }
  });
});

/** Rows that send schemas as they are, and why. */
const takesAnySchema: Readonly<Record<string, string>> = {
  google: 'the field `parametersJsonSchema` takes any JSON schema',
  'google-cloud': 'the field `parametersJsonSchema` takes any JSON schema',
};

describe('the parameters of a tool', () => {
  const given = {
    empty: {},
    'no type': { properties: { a: { type: 'string' } } },
    'no properties': { type: 'object' },
    'a list of anything': { type: 'object', properties: { a: { type: 'array' }, b: { items: { type: 'array' } } } },
  };

  it.each(rowNames)('are an object with properties, and lists say what is in them: %s', async (row) => {
    for (const parameters_json_schema of Object.values(given)) {
      const messages = [user('Go.')];
      for (const { model, view, text } of await seenOf(row, {
        messages,
        tools: [{ ...tool('look'), parameters_json_schema }],
      })) {
        if (!view) {
          expect(text, model).toMatch(/does not support tools/);
          continue;
        }
        const sent = view.tools.map(({ parameters }) => parameters);
        if (takesAnySchema[row]) {
          expect(sent).toEqual([expect.anything()]);
          continue;
        }
        expect(sent, model).toEqual([expect.objectContaining({ type: 'object', properties: expect.anything() })]);
        const lists = [sent, ...members(sent, /./)].map(object).filter(({ type }) => type === 'array');
        expect(
          lists.filter((list) => !('items' in list)),
          model,
        ).toEqual([]);
      }
    }
  });

  const refusing = ['openai', 'openai-chat', 'azure', 'azure-chat', 'anthropic'];

  it.each(refusing)('have no alternatives at the top, and are not strict then: %s', async (row) => {
    const branch = (name: string) => ({
      type: 'object',
      properties: { kind: { const: name }, [name]: {} },
      required: ['kind'],
    });
    const $defs = { B: branch('b') };
    for (const parameters_json_schema of [
      { anyOf: [branch('a'), { $ref: '#/$defs/B' }], $defs },
      { oneOf: [branch('a'), branch('b')] },
      { allOf: [branch('a'), branch('b')] },
    ]) {
      const alternatives = [{ ...tool('look'), parameters_json_schema }];
      for (const { model, view, text } of await seenOf(row, { messages: [user('Go.')], tools: alternatives })) {
        const [{ parameters } = { parameters: {} as Json }] = view?.tools ?? [];
        const { type, properties, required } = parameters;
        expect({ type, required, names: Object.keys(object(properties)) }, model).toEqual({
          type: 'object',
          required: ['kind'],
          names: ['kind', 'a', 'b'],
        });
        expect(Object.keys(parameters), model).not.toContain('anyOf');
        expect(text, model).not.toContain('"strict":true');
      }
    }
  });
});

afterAll(() => counter.print());
